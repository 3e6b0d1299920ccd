import { z } from "zod";
import type { TimelineEntry } from "../../projections/views.ts";
import { ORDER_STATUSES } from "../orders/schemas.ts";
import { list } from "../parts.ts";

// The shapes of answers. Each `satisfies` the view that it describes, so that neither can change alone.

const factValue = z.union([z.string(), z.number(), z.boolean()]).optional();

const timelineEntry = z.object({
  revision: z.string(),
  id: z.string(),
  type: z.string(),
  at: z.string(),
  actor: z.object({ type: z.string(), id: z.string(), onBehalfOf: z.string().optional() }),
  sentence: z.string(),
  data: z.unknown().describe("as stored: personal data stays sealed"),
  cause: z.object({
    kind: z
      .enum(["event", "process", "order", "request"])
      .describe("another event, a step that a process owed, the course of the order itself, or somebody's request"),
    id: z.string(),
    process: z.string().optional(),
    event: z.object({ revision: z.string(), id: z.string(), type: z.string() }).optional(),
    deadline: z.boolean().optional().describe("a time that the event had set was over"),
  }),
  status: z.object({ before: z.enum(ORDER_STATUSES).optional(), after: z.enum(ORDER_STATUSES).optional() }),
  changes: list(z.object({ what: z.string(), before: factValue, after: factValue })).describe("before and after"),
  sinceBeforeMs: z.number().int().optional().describe("business time since the step before"),
  gap: z
    .object({ limitMs: z.number().int() })
    .optional()
    .describe("that is longer than the step may take by the business's own rules"),
  typed: z.string().optional().describe("what somebody typed with it, opened: a reason, a proof"),
  cmd: z.string(),
  correlationId: z.string(),
  causationId: z.string(),
  hash: z.string(),
  position: z.string(),
}) satisfies z.ZodType<TimelineEntry>;

export const timeline = z
  .object({
    orderId: z.string(),
    events: list(timelineEntry),
    setAside: list(
      z.object({
        letterId: z.uuid(),
        consumer: z.string(),
        eventId: z.string().optional(),
        effectId: z.string().optional(),
        failureType: z.string(),
        since: z.string(),
        sentence: z.string(),
        work: z.string().describe("what was set aside, as a part of a sentence"),
      }),
    )
      .optional()
      .describe("work on the order that waits for somebody's decision; left out when there is none"),
    story: z
      .object({
        at: z.string().describe("business time when it was told"),
        lines: list(
          z.object({
            about: z.enum(["placed", "happened", "wrong"]),
            tone: z.enum(["plain", "good", "warn", "bad"]),
            sentence: z.string(),
            sources: list(z.string()).describe("revisions of the events that say so"),
          }),
        ),
        stands: z
          .object({ at: z.string(), forMs: z.number().int(), limitMs: z.number().int() })
          .optional()
          .describe("nothing has happened for longer than the order's step may take"),
      })
      .describe("the order in three sentences: how it began, what has happened since, and what is wrong"),
    next: z.string().optional(),
  })
  .describe("events in their order");
