import { z } from "zod";
import { authorise } from "../../infra/auth/fastify-auth.ts";
import { principalKey } from "../../infra/auth/principal.ts";
import { type Clock, toInstant } from "../../infra/clock.ts";
import type { Api } from "../../infra/http/api.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import { Problem } from "../../infra/http/problems.ts";
import { DIFFERENCE_KINDS, DIFFERENCES } from "./difference.ts";
import type { Reports } from "./reports.ts";

const time = z.string().describe("RFC 3339, business time");

const report = z
  .object({
    reportId: z.uuid(),
    startedAt: time,
    finishedAt: time.optional(),
    from: time.describe("from when on the books were looked through"),
    until: time,
    state: z.enum(["running", "finished", "failed"]),
    error: z.string().optional().describe("why it did not get through"),
    counts: z
      .object({
        intents: z.int(),
        refunds: z.int(),
        parcels: z.int(),
        stuck: z.int().describe("orders that were open for too long and were asked about"),
        found: z.int(),
        mended: z.int(),
      })
      .partial(),
  })
  .meta({ id: "ReconciliationReport" });

const difference = z
  .object({
    kind: z.enum(DIFFERENCE_KINDS),
    text: z.string().describe("what is so, for people"),
    alarm: z.boolean().describe("a person has to look at it"),
    reference: z.string().describe("what the outside calls it"),
    orderId: z.string().optional(),
    inOrder: z.int().optional().describe("minor units, as the order says"),
    outside: z.int().optional().describe("minor units, as the outside says"),
    currency: z.string().optional(),
    at: time.describe("when it happened outside"),
    firstSeen: time,
    lastSeen: time,
    mendedAt: time.optional().describe("when the order was told"),
    goneAt: time.optional().describe("when it was not met any more"),
    settledAt: time.optional().describe("when somebody had seen to it"),
    settledBy: z.string().optional(),
  })
  .meta({ id: "ReconciliationDifference" });

const MOST_REPORTS = 20;

/** What the outside says differently than the orders, as the last looks through its books have found it. */
export function reconciliationRoutes(
  api: Api,
  {
    reports,
    clock,
    runNow,
  }: {
    readonly reports: Pick<Reports, "newest" | "differences" | "settle">;
    readonly clock: Clock;
    /** Has the workers look through the books at once; undefined where that is switched off. */
    readonly runNow: (() => Promise<void>) | undefined;
  },
): void {
  api.get(
    "/api/reconciliation",
    {
      config: { action: "ops.read" },
      schema: {
        tags: ["operations"],
        summary: "What gateway and carrier say differently than the orders",
        querystring: z.object({
          which: z.enum(["open", "all"]).default("open").describe("open: nobody has seen to it yet"),
          limit: z.coerce.number().int().min(1).max(1_000).default(200),
        }),
        response: {
          200: z.object({ reports: z.array(report), differences: z.array(difference) }),
          "4xx": problem,
          "5xx": problem,
        },
      },
    },
    async (request) => {
      const { which, limit } = request.query;
      const [newest, found] = await Promise.all([reports.newest(MOST_REPORTS), reports.differences(which, limit)]);
      return { reports: newest, differences: found.map((one) => ({ ...one, ...DIFFERENCES[one.kind] })) };
    },
  );

  api.post(
    "/api/reconciliation/run",
    {
      config: { action: "reconciliation.run" },
      schema: {
        tags: ["operations"],
        summary: "Compare with gateway and carrier now",
        description:
          "The workers do it in about a second, as they do by the calendar: what happened outside and is safe to record is told to its order. The newest report says what came of it. Repeating it while one runs changes nothing.",
        response: { 202: z.object({ askedAt: time }), "4xx": problem, "5xx": problem },
      },
    },
    async (_request, reply) => {
      if (runNow === undefined) {
        throw new Problem("unavailable", "comparing is switched off: RECONCILE_EVERY_MS is 0");
      }
      await runNow();
      return reply.code(202).send({ askedAt: toInstant(clock.now()) });
    },
  );

  api.post(
    "/api/reconciliation/settle",
    {
      config: { action: "reconciliation.settle" },
      schema: {
        tags: ["operations"],
        summary: "Note that somebody has seen to a difference",
        description: "It is not open any more, whatever the outside goes on saying. Repeating it changes nothing.",
        body: z.strictObject({ kind: z.enum(DIFFERENCE_KINDS), reference: z.string().min(1).max(200) }),
        response: { 200: z.object({ settled: z.boolean() }), "4xx": problem, "5xx": problem },
      },
    },
    async (request) => {
      const { kind, reference } = request.body;
      const by = principalKey(authorise(request, "reconciliation.settle", {}));
      return { settled: await reports.settle(kind, reference, by, clock.now()) };
    },
  );
}
