import { z } from "zod";
import { JOB_STATES } from "../../projections/replay/jobs/job.ts";

const position = z.string().describe("a commit position of the log, decimal");
const text = z.string();
const list = <Shape extends z.ZodType>(shape: Shape) => z.array(shape).readonly();

const diffSummary = z
  .object({
    position,
    equal: z.boolean(),
    share: z.number().describe("rows that differ, as a share of all rows: 0 to 1"),
    stopShare: z.number().describe("above this share somebody has to decide"),
    onlyLive: z.number(),
    onlyRebuilt: z.number(),
    changed: z.number(),
  })
  .meta({ id: "ReplayDiffSummary" });

export const job = z
  .object({
    jobId: z.uuid(),
    kind: text,
    projection: text,
    params: z.record(text, z.unknown()).describe("what was asked for"),
    state: z.enum(JOB_STATES),
    requestedBy: text.describe("`role:id`, `command`, or `system`"),
    createdAt: text,
    updatedAt: text,
    generation: z.number().optional(),
    schema: text.optional(),
    progress: z
      .object({
        events: z.number(),
        handled: z.number(),
        perSecond: z.number(),
        position,
        until: position,
        remainingEvents: z.number().optional().describe("estimated"),
        remainingSeconds: z.number().optional().describe("estimated"),
        parked: z.number(),
      })
      .optional(),
    diff: diffSummary.optional(),
    message: text.optional(),
  })
  .meta({ id: "ReplayJob" });

const generation = {
  generation: z.number(),
  version: z.number(),
  epoch: text,
  schema: text,
  position,
  bytes: z.number(),
  createdAt: text,
};

export const overview = z.object({
  head: z.object({ position }),
  projections: list(
    z.object({
      name: text,
      version: z.number(),
      removed: z.boolean().describe("the code no longer has it"),
      tables: list(
        z.object({
          name: text,
          rows: z.number().describe("Postgres' estimate"),
          bytes: z.number(),
          key: list(text).describe("columns of the primary key"),
        }),
      ),
      parked: z.number().describe("streams that are set aside"),
      live: z.object({ ...generation, lagEvents: z.number(), lagSeconds: z.number() }).optional(),
      others: list(z.object({ ...generation, state: z.enum(["building", "ready", "previous"]) })),
      lastRebuild: job.optional(),
      lastDiff: diffSummary.optional(),
    }),
  ),
});

const value = z.string().nullable();

export const diff = z.object({
  position,
  equal: z.boolean(),
  share: z.number(),
  tables: list(
    z.object({
      table: text,
      liveRows: z.number(),
      rebuiltRows: z.number(),
      onlyLive: z.number(),
      onlyRebuilt: z.number(),
      changed: z.number(),
      samples: list(
        z.object({
          kind: z.enum(["only-live", "only-rebuilt", "changed"]),
          key: z.record(text, text),
          columns: z.record(text, z.object({ live: value, rebuilt: value })),
        }),
      ),
    }),
  ),
});

export const jobParams = z.object({ jobId: z.uuid() });
export const projectionName = z.string().regex(/^[a-z][a-z0-9_]{0,40}$/, "the name of a projection");
