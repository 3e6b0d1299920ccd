import { z } from "zod";
import { SLUG } from "../../domain/site/site.ts";
import { Problem } from "../../infra/http/problems.ts";
import type { Bucket } from "../../projections/analytics/queries.ts";
import { afterParameter } from "../answer.ts";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

/** Longest range by hour, and by day or without a bucket. */
const LONGEST: Readonly<Record<Bucket, number>> = { hour: 31 * DAY, day: 400 * DAY };
/** Range that is answered when nothing is asked for. */
const BY_DEFAULT: Readonly<Record<Bucket, number>> = { hour: DAY, day: 30 * DAY };
const SIZE: Readonly<Record<Bucket, number>> = { hour: HOUR, day: DAY };

const time = z.iso.datetime({ offset: true }).optional();

/** The query parameters of every question about a range of time. */
export const rangeParameters = {
  from: time.describe("from the beginning of this hour or day (UTC) on; default 24 hours, by day 30 days, before `to`"),
  to: time.describe("to the end of this hour or day (UTC); default the current one"),
  site: z.string().max(80).regex(SLUG, "a site's id").optional(),
  format: z.enum(["json", "csv"]).default("json"),
  after: afterParameter,
};

export const bucketParameter = z
  .enum(["hour", "day"])
  .default("hour")
  .describe("rows by hour (at most 31 days) or by day (at most 400 days), in UTC");

export const cityParameter = z.string().min(1).max(80).optional().describe("of no effect beside `site`");

/** A range of whole hours or days as epoch milliseconds; `to` is left out. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

interface Asked {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * The asked range, widened to whole hours or days. Throws Problem when it is empty or too long.
 *
 * @param bound whose longest range holds; another than `bucket` where the answer has no row for each
 */
export function rangeOf(asked: Asked, bucket: Bucket, now: number, bound: Bucket = bucket): TimeRange {
  const size = SIZE[bucket];
  const to = Math.ceil((asked.to === undefined ? now + 1 : Date.parse(asked.to)) / size) * size;
  const from = asked.from === undefined ? to - BY_DEFAULT[bucket] : Math.floor(Date.parse(asked.from) / size) * size;
  return bounded({ from, to }, bound, asked);
}

/** The asked range to the millisecond, at most 400 days; default the 24 hours before now. */
export function exactRangeOf(asked: Asked, now: number): TimeRange {
  const to = asked.to === undefined ? now : Date.parse(asked.to);
  const from = asked.from === undefined ? to - BY_DEFAULT.hour : Date.parse(asked.from);
  return bounded({ from, to }, "day", asked);
}

function bounded(range: TimeRange, bucket: Bucket, asked: Asked): TimeRange {
  const { from, to } = range;
  if (from >= to) {
    throw new Problem("invalid_request", `/from: ${asked.from ?? "the default"} is not before ${asked.to ?? "now"}`);
  }
  if (to - from > LONGEST[bucket]) {
    const days = LONGEST[bucket] / DAY;
    const hint = bucket === "hour" ? "; ask by day, or for less" : "; ask for less";
    throw new Problem("invalid_request", `/from: by ${bucket} a range has at most ${days} days${hint}`);
  }
  return range;
}

/** Beginnings of all hours or days of a range. */
export function bucketsOf({ from, to }: TimeRange, bucket: Bucket): number[] {
  return Array.from({ length: (to - from) / SIZE[bucket] }, (_, n) => from + n * SIZE[bucket]);
}

export const instant = (ms: number): string => new Date(ms).toISOString();
