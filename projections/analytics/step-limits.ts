import type { Pool } from "pg";

/** Steps that an order stands in one after the other: the time it began and the time it ended, as columns of `facts`. */
const STEPS = [
  ["placed-reserved", "placed_at", "reserved_at"],
  ["reserved-paid", "reserved_at", "paid_at"],
  ["paid-notified", "paid_at", "notified_at"],
  ["notified-accepted", "notified_at", "accepted_at"],
  ["accepted-ready", "accepted_at", "ready_at"],
  ["ready-picked_up", "ready_at", "picked_up_at"],
  ["picked_up-delivered", "picked_up_at", "delivered_at"],
  ["ready-scheduled", "ready_at", "scheduled_at"],
  ["scheduled-shipped", "scheduled_at", "shipped_at"],
] as const;

export type StandingStep = (typeof STEPS)[number][0];

/** How long a step has taken at most for 99% of the orders of a kind. */
export interface StepLimit {
  readonly kind: string;
  readonly method: string;
  readonly step: StandingStep;
  readonly p99Ms: number;
  /** Orders that it was measured on. */
  readonly samples: number;
}

/** Since when an order stands in which step. */
export interface Standing {
  readonly orderId: string;
  readonly kind: string;
  readonly method: string;
  readonly status: string;
  readonly step: StandingStep;
  /** Epoch milliseconds. */
  readonly since: number;
}

const SPANS = STEPS.map(([step, from, to], nth) => `(${nth}, '${step}', f.${from}, f.${to})`).join(", ");

const COLUMNS = [...new Set(STEPS.flatMap(([, from, to]) => [from, to]))].join(", ");

/**
 * How long each step took, by kind of site and way of delivery, over the newest orders that were placed since a time
 * (epoch milliseconds). Looks at `most` orders, so what it costs does not grow with their number.
 */
export async function stepLimits(pool: Pool, schema: string, since: number, most: number): Promise<StepLimit[]> {
  const { rows } = await pool.query<{
    kind: string;
    method: string;
    step: StandingStep;
    p99: number;
    samples: string;
  }>(
    `SELECT f.kind, f.method, s.step, count(*) AS samples,
       extract(epoch FROM percentile_disc(0.99) WITHIN GROUP (ORDER BY s.ended - s.began))::float8 AS p99
     FROM (SELECT kind, method, ${COLUMNS} FROM ${schema}.facts WHERE placed_at >= $1 ORDER BY placed_at DESC LIMIT $2) f
     CROSS JOIN LATERAL (VALUES ${SPANS}) AS s (nth, step, began, ended)
     WHERE s.began IS NOT NULL AND s.ended IS NOT NULL
     GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    [new Date(since), most],
  );
  return rows.map(({ kind, method, step, p99, samples }) => ({
    kind,
    method,
    step,
    p99Ms: Math.max(0, Math.round(p99 * 1000)),
    samples: Number(samples),
  }));
}

/** The step of each of these orders: the last one that has begun and not ended. Orders that it does not know are left out. */
export async function standings(pool: Pool, schema: string, orderIds: readonly string[]): Promise<Standing[]> {
  const { rows } = await pool.query<{
    order_id: string;
    kind: string;
    method: string;
    status: string;
    step: StandingStep;
    began: Date;
  }>(
    `SELECT DISTINCT ON (f.order_id) f.order_id, f.kind, f.method, f.status, s.step, s.began
     FROM ${schema}.facts f
     CROSS JOIN LATERAL (VALUES ${SPANS}) AS s (nth, step, began, ended)
     WHERE f.order_id = ANY($1::uuid[]) AND f.ended_at IS NULL AND s.began IS NOT NULL AND s.ended IS NULL
       AND CASE WHEN f.method = 'parcel' THEN s.step NOT IN ('ready-picked_up', 'picked_up-delivered')
                ELSE s.step NOT IN ('ready-scheduled', 'scheduled-shipped') END
     ORDER BY f.order_id, s.nth DESC`,
    [orderIds],
  );
  return rows.map((row) => ({
    orderId: row.order_id,
    kind: row.kind,
    method: row.method,
    status: row.status,
    step: row.step,
    since: row.began.getTime(),
  }));
}
