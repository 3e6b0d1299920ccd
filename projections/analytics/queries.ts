import type { Pool } from "pg";
import { durationOf } from "./histogram.ts";
import { CITY_PLACES, COUNTERS, type Counter, cityPlace } from "./measures.ts";

export type Bucket = "hour" | "day";

/** Which hours and which place are asked for. Times are epoch milliseconds of whole hours; `to` is left out. */
export interface PlaceRange {
  readonly from: number;
  readonly to: number;
  /** A site; takes precedence over the city. Without both: all cities. */
  readonly siteId?: string | undefined;
  readonly city?: string | undefined;
}

/** Sums of one hour or day; money in minor units of `currency`. */
export type CountedBucket = Readonly<Record<Counter, number>> & { readonly at: number; readonly currency: string };

/** A step over a whole range (`at` undefined) or in one hour or day of it. Durations in milliseconds. */
export interface StepPercentiles {
  readonly step: string;
  readonly at: number | undefined;
  readonly count: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
}

/** How often a step was refused for a reason. */
export interface RefusalCount {
  readonly step: string;
  readonly reason: string;
  readonly count: number;
}

/** A condition on `place` and `hour`, and its parameters from $1 on. */
function within(range: PlaceRange): { readonly where: string; readonly values: unknown[] } {
  const { from, to, siteId, city } = range;
  const values: unknown[] = [new Date(from), new Date(to)];
  const hours = "hour >= $1 AND hour < $2";
  if (siteId === undefined && city === undefined) {
    values.push(...CITY_PLACES);
    return { where: `place >= $3 AND place < $4 AND ${hours}`, values };
  }
  values.push(siteId ?? cityPlace(city ?? ""));
  return { where: `place = $3 AND ${hours}`, values };
}

/** Beginning of the hour or day (UTC) that an hour lies in, as a column. */
const bucketColumn = (bucket: Bucket): string => (bucket === "hour" ? "hour" : "date_trunc('day', hour, 'UTC')");

/** Counters by hour or day and currency, oldest first; where nothing was placed there is no row. */
export async function countOrders(
  db: Pool,
  schema: string,
  range: PlaceRange,
  bucket: Bucket,
): Promise<CountedBucket[]> {
  const { where, values } = within(range);
  const { rows } = await db.query<Record<Counter, string> & { at: Date; currency: string }>(
    `SELECT ${bucketColumn(bucket)} AS at, currency, ${COUNTERS.map((counter) => `sum(${counter}) AS ${counter}`).join(", ")}
     FROM ${schema}.place_hours WHERE ${where} GROUP BY 1, 2 ORDER BY 1, 2`,
    values,
  );
  return rows.map((row) => {
    // Every counter is there.
    const counts = Object.fromEntries(COUNTERS.map((counter) => [counter, Number(row[counter])])) as Record<
      Counter,
      number
    >;
    return { at: row.at.getTime(), currency: row.currency, ...counts };
  });
}

/** How long each step took, over the whole range and by hour or day, by step and time; whole range first. */
export async function measureSteps(
  db: Pool,
  schema: string,
  range: PlaceRange,
  bucket: Bucket,
): Promise<StepPercentiles[]> {
  const { where, values } = within(range);
  const percentile = (share: number) => `min(bucket) FILTER (WHERE upto >= total * ${share}::float8)`;
  const { rows } = await db.query<{
    step: string;
    at: Date | null;
    total: string;
    p50: number;
    p90: number;
    p99: number;
  }>(
    `SELECT step, at, total, ${percentile(0.5)} AS p50, ${percentile(0.9)} AS p90, ${percentile(0.99)} AS p99
     FROM (
       SELECT step, at, bucket, sum(count) OVER (PARTITION BY step, at ORDER BY bucket)::bigint AS upto,
         sum(count) OVER (PARTITION BY step, at)::bigint AS total
       FROM (
         SELECT step, at, bucket, sum(count)::bigint AS count
         FROM (SELECT step, ${bucketColumn(bucket)} AS at, bucket, count FROM ${schema}.step_times WHERE ${where}) hours
         GROUP BY GROUPING SETS ((step, at, bucket), (step, bucket))
       ) summed
     ) running
     GROUP BY step, at, total ORDER BY step, at NULLS FIRST`,
    values,
  );
  return rows.map(({ step, at, total, p50, p90, p99 }) => ({
    step,
    at: at?.getTime(),
    count: Number(total),
    p50Ms: durationOf(p50),
    p90Ms: durationOf(p90),
    p99Ms: durationOf(p99),
  }));
}

/** Refusals by step and reason, the most frequent first, at most `limit`. */
export async function countRefusals(
  db: Pool,
  schema: string,
  range: PlaceRange,
  limit: number,
): Promise<RefusalCount[]> {
  const { where, values } = within(range);
  const { rows } = await db.query<{ step: string; reason: string; count: string }>(
    `SELECT step, reason, sum(count) AS count FROM ${schema}.refusals WHERE ${where}
     GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT $${values.push(limit)}`,
    values,
  );
  return rows.map(({ step, reason, count }) => ({ step, reason, count: Number(count) }));
}
