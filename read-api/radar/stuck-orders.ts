import type { Pool } from "pg";
import { type StandingStep, type StepLimit, standings, stepLimits } from "../../projections/analytics/step-limits.ts";
import { openOrders } from "../../projections/orders/open-orders.ts";
import { loadWithPlacings } from "../../projections/orders/rows.ts";
import type { LiveSchemas } from "../../projections/runner/generations.ts";
import { type Waiting, waitingFor } from "./waiting-for.ts";

/** An order that has stood in a step for longer than it should. */
export interface StuckOrder {
  readonly orderId: string;
  readonly kind: string;
  readonly method: string;
  readonly status: string;
  readonly step: StandingStep;
  /** RFC 3339. */
  readonly since: string;
  readonly forMs: number;
  readonly limitMs: number;
  /** What it is held against: 99% of its kind, or the business's own deadline where there are too few to know. */
  readonly basis: "p99" | "deadline";
  /** Orders of its kind that the limit was measured on. */
  readonly samples: number;
  readonly waitingFor: Waiting | undefined;
}

/** Open orders in one step. */
export interface WaitingStep {
  readonly step: StandingStep;
  readonly orders: number;
  /** How long the one that has stood longest has stood. */
  readonly longestMs: number;
  /** How many have stood for longer than they should. */
  readonly stuck: number;
}

export interface Radar {
  /** The worst first: by how many times the limit they have stood. */
  readonly orders: readonly StuckOrder[];
  /** Open orders that were looked at, the oldest ones. */
  readonly looked: number;
  /** How many open orders stand in each step, and for how long at most. */
  readonly steps: readonly WaitingStep[];
  /** There are further open orders, or further stuck ones, than were looked at or are shown. */
  readonly more: boolean;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** What kinds are measured on. */
const MEASURED_MS = 28 * DAY_MS;
const MEASURED_ORDERS = 10_000;
/** With fewer orders of a kind than this its 99th percentile says nothing. */
const LEAST_SAMPLES = 100;
const LOOKED_AT = 5_000;
/** What is shorter than this is nobody's concern, however fast others are: read models may be as far behind. */
const FLOOR_MS = 10_000;

/** How long a step may take by the business's own rules, with some room. */
export const DEADLINES: Readonly<Record<StandingStep, number>> = {
  "placed-reserved": MINUTE_MS,
  "reserved-paid": 12 * MINUTE_MS,
  "paid-notified": MINUTE_MS,
  "notified-accepted": 6 * MINUTE_MS,
  "accepted-ready": 45 * MINUTE_MS,
  "ready-picked_up": 15 * MINUTE_MS,
  "picked_up-delivered": 45 * MINUTE_MS,
  "ready-scheduled": 60 * MINUTE_MS,
  "scheduled-shipped": DAY_MS,
};

/** Which open orders have stood in their step for longer than 99% of their kind: site kind, step and way of delivery. */
export async function stuckOrders(
  { pool, schemas }: { readonly pool: Pool; readonly schemas: LiveSchemas },
  now: number,
  limit: number,
): Promise<Radar> {
  const { schema: analytics } = await schemas.of("analytics");
  const ids = await openOrders(pool, schemas, now, LOOKED_AT);
  if (ids.length === 0) return { orders: [], steps: [], looked: 0, more: false };
  const [limits, standing] = await Promise.all([
    stepLimits(pool, analytics, now - MEASURED_MS, MEASURED_ORDERS),
    standings(pool, analytics, ids),
  ]);
  const measured = new Map(limits.map((one) => [kindOf(one), one]));
  const judged = standing.map((one) => ({
    ...one,
    forMs: now - one.since,
    ...limitOf(measured.get(kindOf(one)), one.step),
  }));
  const stuck = judged
    .filter(({ forMs, limitMs }) => forMs > limitMs)
    .sort((a, b) => b.forMs / b.limitMs - a.forMs / a.limitMs);
  const shown = stuck.slice(0, limit);
  const { schema: orders } = await schemas.of("orders");
  const found = await loadWithPlacings(
    pool,
    orders,
    shown.map(({ orderId }) => orderId),
  );
  return {
    orders: shown.map(({ since, ...one }) => {
      const order = found.get(one.orderId)?.order;
      return { ...one, since: new Date(since).toISOString(), waitingFor: order && waitingFor(order) };
    }),
    steps: [...Map.groupBy(judged, ({ step }) => step)].map(([step, all]) => ({
      step,
      orders: all.length,
      longestMs: Math.max(...all.map(({ forMs }) => forMs)),
      stuck: all.filter(({ forMs, limitMs }) => forMs > limitMs).length,
    })),
    looked: ids.length,
    more: ids.length === LOOKED_AT || stuck.length > shown.length,
  };
}

const kindOf = ({ kind, method, step }: Pick<StepLimit, "kind" | "method" | "step">): string =>
  `${kind} ${method} ${step}`;

/** What a step of a kind is held against. */
export function limitOf(
  measured: StepLimit | undefined,
  step: StandingStep,
): Pick<StuckOrder, "limitMs" | "basis" | "samples"> {
  const samples = measured?.samples ?? 0;
  if (measured === undefined || samples < LEAST_SAMPLES) {
    return { limitMs: DEADLINES[step], basis: "deadline", samples };
  }
  return { limitMs: Math.max(measured.p99Ms, FLOOR_MS), basis: "p99", samples };
}
