import { z } from "zod";
import { OUTSIDE_SYSTEMS } from "../../infra/outside/outside.ts";
import { stuckOrder, waitingStep } from "../radar/radar-routes.ts";

const time = z.string().describe("RFC 3339");
const count = z.number().int();

/** A part of the answer: what was said and when, or why nothing could be asked. */
const part = <T extends z.ZodType>(data: T) =>
  z.union([
    z.object({ at: time, data }),
    z.object({ at: time, trouble: z.string().describe("why it could not be asked, for people") }),
  ]);

const report = z.object({
  startedAt: time,
  finishedAt: time.optional(),
  until: time.describe("what is younger was left alone"),
  state: z.enum(["running", "finished", "failed"]),
  error: z.string().optional(),
  counts: z
    .object({ intents: count, refunds: count, parcels: count, stuck: count, found: count, mended: count })
    .partial(),
});

const difference = z.object({
  kind: z.string(),
  reference: z.string(),
  orderId: z.string().optional(),
  inOrder: count.optional(),
  outside: count.optional(),
  currency: z.string().optional(),
  text: z.string(),
  alarm: z.boolean(),
  firstSeen: time,
  lastSeen: time,
  mendedAt: time.optional(),
  goneAt: time.optional(),
  settledAt: time.optional(),
  settledBy: z.string().optional(),
});

const movement = z.object({
  placed: z.number(),
  paid: z.number(),
  accepted: z.number(),
  delivered: z.number(),
  ended: z.number(),
});

const follower = z.object({
  name: z.string(),
  owner: z.string().optional(),
  state: z.enum(["running", "stuck", "stopped", "building", "ready", "previous"]),
  lag: z
    .object({ events: count, exact: z.boolean().describe("false: at least so many"), seconds: z.number() })
    .optional(),
  level: z.enum(["ok", "warning", "critical", "emergency"]),
  rate: z.number().optional().describe("events a second"),
  parked: count.describe("streams that it has set aside"),
});

const circuit = z.object({
  system: z.enum(OUTSIDE_SYSTEMS),
  place: z.string().describe("the city; empty where the system has none"),
  state: z.enum(["open", "closed"]),
  since: time,
  failureType: z.string().optional(),
  waiting: count.describe("effects that wait for it"),
});

const letterCount = z.object({
  consumer: z.string(),
  failureType: z.string(),
  failureClass: z.string(),
  error: z.string(),
  letters: count,
  since: time,
});

/** Everything that somebody on call asks, each part for itself. */
export const operations = z.object({
  at: time.describe("business time of the answer"),
  money: part(
    z.object({
      switchedOff: z.boolean().describe("nobody compares by the calendar"),
      everyMs: z.number(),
      nextAt: time.optional(),
      reports: z.array(report).readonly().describe("the newest first"),
      open: z.array(difference).readonly().describe("differences that nobody has seen to"),
      closed: z.array(difference).readonly().describe("those of the last day that were mended, gone or settled"),
    }),
  ),
  flow: part(
    z.object({
      minutes: count,
      now: movement,
      usual: movement.optional(),
      withoutCourier: count,
    }),
  ),
  stuck: part(
    z.object({
      orders: z.array(stuckOrder).readonly(),
      steps: z.array(waitingStep).readonly(),
      looked: count,
      more: z.boolean(),
    }),
  ),
  followers: part(
    z.object({
      consumers: z.array(follower).readonly(),
      appended: z.number().optional().describe("events a second"),
      outbox: count.describe("messages that wait for the relay, counted up to 10,000"),
      circuits: z.array(circuit).readonly(),
      logFault: z.string().optional().describe("why the log could not be asked: lags are not known then"),
    }),
  ),
  redrivePerSecond: z.number().describe("what waits for an outside system goes out at most so fast once it answers"),
  letters: part(z.object({ counts: z.array(letterCount).readonly(), total: count })),
  eventStore: part(z.object({ answeredInMs: z.number(), head: z.string().optional() })),
  database: part(
    z.object({
      version: z.string(),
      answeredInMs: z.number(),
      bytes: z.number(),
      connections: count,
      mostConnections: count,
    }),
  ),
  broker: part(z.object({ state: z.enum(["not_configured", "connected", "away"]) })),
  disk: part(z.object({ freeBytes: z.number(), totalBytes: z.number() })),
});
