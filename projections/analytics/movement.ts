import type { Pool } from "pg";
import { CITY_PLACES } from "./measures.ts";

/** How many orders took each step in some time. */
export interface Movement {
  readonly placed: number;
  readonly paid: number;
  readonly accepted: number;
  /** Delivered by a courier, or shipped as a parcel. */
  readonly delivered: number;
  /** Ended early: refused, cancelled, not paid. */
  readonly ended: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Orders that were placed longer ago are not looked through: what they did just now is not counted. */
const PLACED_WITHIN_MS = 90 * MINUTE_MS;
const DAYS = 7;
/** With fewer days that had an order at this hour nobody can say what is usual. */
const LEAST_DAYS = 2;

/** Steps taken from one time to another (epoch milliseconds) by orders placed up to 90 minutes before. */
export async function movedBetween(pool: Pool, schema: string, from: number, to: number): Promise<Movement> {
  const moved = (column: string) => `count(*) FILTER (WHERE ${column} >= $1 AND ${column} <= $2)::int`;
  const { rows } = await pool.query<Movement>(
    `SELECT ${moved("placed_at")} AS placed, ${moved("paid_at")} AS paid, ${moved("accepted_at")} AS accepted,
       ${moved("coalesce(delivered_at, shipped_at)")} AS delivered, 
       count(*) FILTER (WHERE ended_at >= $1 AND ended_at <= $2 AND status NOT IN ('delivered', 'shipped'))::int AS ended
     FROM ${schema}.facts WHERE placed_at >= $3 AND placed_at <= $2`,
    [new Date(from), new Date(to), new Date(from - PLACED_WITHIN_MS)],
  );
  return rows[0] ?? { placed: 0, paid: 0, accepted: 0, delivered: 0, ended: 0 };
}

/** What is usual in so many minutes at the hour of a time, by the same hour of the seven days before. */
export async function usualMovement(
  pool: Pool,
  schema: string,
  now: number,
  minutes: number,
): Promise<Movement | undefined> {
  const hour = Math.floor(now / HOUR_MS) * HOUR_MS;
  const hours = Array.from({ length: DAYS }, (_, day) => new Date(hour - (day + 1) * DAY_MS));
  const { rows } = await pool.query<Record<keyof Movement, string | null> & { days: number }>(
    `SELECT count(DISTINCT hour)::int AS days, sum(orders) AS placed, sum(paid) AS paid, sum(accepted) AS accepted,
       sum(delivered + shipped) AS delivered, sum(rejected + cancelled + out_of_stock + payment_failed) AS ended
     FROM ${schema}.place_hours WHERE place >= $2 AND place < $3 AND hour = ANY($1::timestamptz[])`,
    [hours, ...CITY_PLACES],
  );
  const row = rows[0];
  if (row === undefined || row.days < LEAST_DAYS) return undefined;
  const share = (sum: string | null) => Math.round((Number(sum ?? 0) / row.days) * (minutes / 60) * 10) / 10;
  return {
    placed: share(row.placed),
    paid: share(row.paid),
    accepted: share(row.accepted),
    delivered: share(row.delivered),
    ended: share(row.ended),
  };
}
