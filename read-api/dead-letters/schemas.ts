import { z } from "zod";
import { FAILURE_CLASS } from "../../domain/order/events.ts";
import { wordParameter } from "../answer.ts";

const text = z.string();
const time = z.string().describe("RFC 3339, business time");

/** Which letters are meant, as a body and as query parameters. */
export const filterFields = {
  kind: z
    .enum(["event", "effect"])
    .optional()
    .describe("an event that was not handled, or an effect that failed for good"),
  consumer: wordParameter.optional().describe("a process, or a read model whatever its generation"),
  failureType: z.enum(Object.keys(FAILURE_CLASS) as [string, ...string[]]).optional(),
  failureClass: z.enum(["transient", "permanent", "poison"]).optional(),
  error: wordParameter.optional().describe("class of the error, such as `TypeError` or `DatabaseError 22P05`"),
  orderId: z.uuid().optional(),
  eventType: wordParameter.optional(),
  before: z.iso.datetime({ offset: true }).optional().describe("failed last before this time"),
  after: z.iso.datetime({ offset: true }).optional().describe("failed last at this time or later"),
};

const MOST_IDS = 1_000;

/** Either letters by id, or all parked ones that match. */
export const wanted = z
  .strictObject({ ids: z.array(z.uuid()).min(1).max(MOST_IDS).optional(), ...filterFields })
  .meta({ id: "DeadLetterFilter" });

export const letter = z
  .object({
    id: z.uuid(),
    kind: z.enum(["event", "effect"]),
    consumer: text,
    stream: text,
    orderId: text.optional(),
    eventId: text.optional(),
    effectId: text.optional(),
    type: text.describe("of the event; of an effect without one, its id"),
    failureType: text,
    failureClass: text,
    error: text,
    message: text,
    attempts: z.number(),
    firstFailedAt: time,
    lastFailedAt: time,
    state: z.enum(["parked", "redriven", "discarded"]),
    heldBack: z.number().describe("later events of the stream that wait behind it"),
    resolved: z
      .object({
        at: time,
        by: text.describe("`type:id` of who decided"),
        rule: text.optional().describe("the auto-fix rule that decided"),
        reason: text.optional().describe("for whom may know what was typed"),
      })
      .optional(),
  })
  .meta({ id: "DeadLetter" });

export const wholeLetter = letter
  .extend({
    payload: z.unknown().describe("of an event `{ data, metadata }` as stored; personal data is sealed"),
    stack: text,
    version: text.describe("of the program that failed last"),
    round: z.number().describe("how often it has been parked"),
    revision: text.optional(),
    position: text.optional(),
    discarding: text.describe("what is then missing"),
  })
  .meta({ id: "WholeDeadLetter" });

const count = z.object({
  consumer: text,
  failureType: text,
  failureClass: text,
  error: text,
  letters: z.number(),
  since: time,
});

export const letterList = z.object({
  letters: z.array(letter),
  total: z.number().describe("letters that match"),
  counts: z.array(count).describe("by consumer and failure, the most first"),
  next: text.optional(),
});

export const job = z
  .object({
    id: z.uuid(),
    action: z.enum(["preview", "redrive", "discard"]),
    by: text,
    rule: text.optional(),
    filter: z.record(text, z.unknown()),
    perSecond: z.number(),
    state: z.enum(["running", "aborted", "done"]),
    createdAt: time,
    endedAt: time.optional(),
    total: z.number(),
    waiting: z.number().describe("not let go yet"),
    released: z.number().describe("let go, not seen to by the consumer yet"),
    done: z.number(),
    failed: z.number().describe("they stay parked"),
    gone: z.number().describe("settled by somebody else meanwhile"),
    aborted: z.number(),
  })
  .meta({ id: "RedriveJob" });

const result = z
  .object({
    letterId: z.uuid(),
    state: text,
    result: z
      .object({
        outcome: z
          .enum(["redriven", "discarded", "fails", "not_owed"])
          .describe("of a preview: what would become of it"),
        failure: z.object({ error: text, message: text }).optional(),
        followed: z.number().optional().describe("later events of the stream that are handled with it"),
        parkedNext: z
          .object({ eventId: text, type: text, error: text, message: text })
          .optional()
          .describe("the later event that cannot be handled either; the stream stays parked from there on"),
        rows: z.record(text, z.number()).optional().describe("of a preview: rows that would change, by table"),
        asks: text.optional().describe("of an effect: what it would do"),
      })
      .optional(),
  })
  .meta({ id: "RedriveResult" });

export const jobWithResults = z.object({ job, results: z.array(result) });
export const jobList = z.object({ jobs: z.array(job) });

export const ruleList = z.object({
  rules: z.array(
    z.object({
      name: text,
      says: text,
      waiting: z.number().describe("parked letters that it may redrive some day"),
    }),
  ),
});

/** Letters a second. */
export const perSecond = z.number().int().min(1).max(1_000).default(20);
export const reason = z.string().trim().min(3).max(500);
