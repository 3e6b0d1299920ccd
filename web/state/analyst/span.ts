import type { Bucket, Span } from "../../api/analytics.ts";

/** How far back charts look. */
export type Range = "24h" | "7d" | "30d" | "custom";
export const RANGES: readonly Range[] = ["24h", "7d", "30d", "custom"];

/** What charts are narrowed to; lies in the address, so that a reload and a link show the same. */
export interface Filter {
  readonly range: Range;
  readonly bucket: Bucket;
  /** Days of a custom range, as `YYYY-MM-DD`, both included. */
  readonly first: string;
  readonly last: string;
  readonly site: string | undefined;
  readonly city: string | undefined;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LENGTH: Readonly<Record<Exclude<Range, "custom">, number>> = { "24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY };
/** A range of more hours than this is answered by days. */
const MOST_HOURS = 31 * 24;
/** The longest range that is answered. */
const MOST_DAYS = 400;

const bucketLength = (bucket: Bucket): number => (bucket === "hour" ? HOUR : DAY);

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
const isDay = (text: string | null): text is string => text !== null && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));

/** Reads a filter from an address; what is missing or wrong gets its usual value. */
export function filterOf(query: string, now: number): Filter {
  const asked = new URLSearchParams(query);
  const range = RANGES.find((each) => each === asked.get("range")) ?? "24h";
  const [first, last] = [asked.get("first"), asked.get("last")];
  const bucket = asked.get("bucket");
  return {
    range,
    bucket: bucket === "hour" || bucket === "day" ? bucket : range === "24h" || range === "7d" ? "hour" : "day",
    first: isDay(first) ? first : dayOf(now - 6 * DAY),
    last: isDay(last) ? last : dayOf(now),
    site: asked.get("site") ?? undefined,
    city: asked.get("city") ?? undefined,
  };
}

/** The address's query of a filter. */
export function queryOf({ range, bucket, first, last, site, city }: Filter): string {
  const query = new URLSearchParams({ range, bucket });
  if (range === "custom") {
    query.set("first", first);
    query.set("last", last);
  }
  if (site !== undefined) query.set("site", site);
  if (city !== undefined) query.set("city", city);
  return query.toString();
}

/** The span of a filter as of now, on whole hours or days in UTC: the current one counts. */
export function spanOf({ range, bucket, first, last, site, city }: Filter, now: number): Span {
  const end = range === "custom" ? Date.parse(`${last}T00:00:00Z`) + DAY : now;
  const begin =
    range === "custom"
      ? Math.max(end - MOST_DAYS * DAY, Math.min(Date.parse(`${first}T00:00:00Z`), end - DAY))
      : now - LENGTH[range];
  const fits: Bucket = bucket === "hour" && end - begin > MOST_HOURS * HOUR ? "day" : bucket;
  const step = bucketLength(fits);
  const to = Math.ceil((end + 1) / step) * step;
  const from = Math.floor(begin / step) * step;
  return {
    from: new Date(range === "custom" ? from : Math.max(from, from + step)).toISOString(),
    to: new Date(range === "custom" ? Math.ceil(end / step) * step : to).toISOString(),
    bucket: fits,
    site,
    city,
  };
}

/** Every hour or day of a span, epoch milliseconds, whether anything happened in it or not. */
export function bucketsOf(from: string, to: string, bucket: Bucket): readonly number[] {
  const step = bucketLength(bucket);
  const begin = Math.floor(Date.parse(from) / step) * step;
  const count = Math.max(0, Math.ceil((Date.parse(to) - begin) / step));
  return Array.from({ length: Math.min(count, 5_000) }, (_, index) => begin + index * step);
}
