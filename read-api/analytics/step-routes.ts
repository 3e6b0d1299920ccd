import { z } from "zod";
import type { Api } from "../../infra/http/api.ts";
import { STEPS } from "../../projections/analytics/measures.ts";
import { countRefusals, measureSteps, type StepPercentiles } from "../../projections/analytics/queries.ts";
import { readingOf } from "../answer.ts";
import type { ReadServices } from "../services.ts";
import { bucketParameter, cityParameter, instant, rangeOf, rangeParameters } from "./range.ts";
import { type Refusals, refusals, type StepTimes, stepTimes } from "./schemas.ts";
import { fileNameOf, sendTable, tableResponses } from "./sending.ts";

/** Reasons in one answer; they are codes, so there are few. */
const MOST_REASONS = 500;

/** How long the steps of orders took, and what was refused at them. */
export function stepRoutes(api: Api, { pool, positions, clock }: ReadServices): void {
  const config = { action: "analytics.read" } as const;
  const tags = ["analytics"];

  api.get(
    "/api/analytics/steps",
    {
      config,
      schema: {
        tags,
        summary: "How long orders take from step to step",
        querystring: z.object({ ...rangeParameters, bucket: bucketParameter, city: cityParameter }),
        response: tableResponses(stepTimes),
      },
    },
    async (request, reply) => {
      const { bucket, site: siteId, city, format } = request.query;
      const range = rangeOf(request.query, bucket, clock.now());
      const reading = await readingOf(positions, "analytics", request);
      const measured = await measureSteps(pool, reading.generation.schema, { ...range, siteId, city }, bucket);
      const json: StepTimes = {
        from: instant(range.from),
        to: instant(range.to),
        bucket,
        steps: stepsOf(measured),
      };
      return await sendTable(request, reply, positions, reading, {
        format,
        json,
        table: () => ({
          fileName: fileNameOf(`steps-by-${bucket}`, json.from, json.to, siteId ?? city),
          columns: ["step", "at", "count", "p50_ms", "p90_ms", "p99_ms"],
          rows: json.steps.flatMap(({ step, rows }) =>
            rows.map((row) => [step, row.at, row.count, row.p50Ms, row.p90Ms, row.p99Ms]),
          ),
        }),
      });
    },
  );

  api.get(
    "/api/analytics/refusals",
    {
      config,
      schema: {
        tags,
        summary: "What was refused, and why",
        querystring: z.object({ ...rangeParameters, city: cityParameter }),
        response: tableResponses(refusals),
      },
    },
    async (request, reply) => {
      const { site: siteId, city, format } = request.query;
      const range = rangeOf(request.query, "hour", clock.now(), "day");
      const reading = await readingOf(positions, "analytics", request);
      const reasons = await countRefusals(pool, reading.generation.schema, { ...range, siteId, city }, MOST_REASONS);
      const json: Refusals = { from: instant(range.from), to: instant(range.to), reasons };
      return await sendTable(request, reply, positions, reading, {
        format,
        json,
        table: () => ({
          fileName: fileNameOf("refusals", json.from, json.to, siteId ?? city),
          columns: ["step", "reason", "count"],
          rows: reasons.map(({ step, reason, count }) => [step, reason, count]),
        }),
      });
    },
  );
}

/** Steps in the sequence in which an order goes through them, stations after them. */
const SEQUENCE: ReadonlyMap<string, number> = new Map(STEPS.map(({ step }, index) => [step, index]));

function stepsOf(measured: readonly StepPercentiles[]): StepTimes["steps"] {
  const place = (step: string) => SEQUENCE.get(step) ?? SEQUENCE.size;
  const durations = ({ count, p50Ms, p90Ms, p99Ms }: StepPercentiles) => ({ count, p50Ms, p90Ms, p99Ms });
  const rows = Map.groupBy(measured, ({ step }) => step);
  return measured
    .filter(({ at }) => at === undefined)
    .toSorted((a, b) => place(a.step) - place(b.step))
    .map((whole) => ({
      step: whole.step,
      ...durations(whole),
      rows: (rows.get(whole.step) ?? []).flatMap((one) =>
        one.at === undefined ? [] : [{ at: instant(one.at), ...durations(one) }],
      ),
    }));
}
