import type { Pool } from "pg";
import { type Movement, movedBetween, usualMovement } from "../../projections/analytics/movement.ts";
import { countWithoutCourier } from "../../projections/orders/without-courier.ts";
import type { LiveSchemas } from "../../projections/runner/generations.ts";

/** Whether orders move. */
export interface Flow {
  /** Minutes that are looked at. */
  readonly minutes: number;
  /** How many orders took each step in these minutes. */
  readonly now: Movement;
  /** How many do so in as many minutes at this hour of the day, from the last seven days; absent where too little is known. */
  readonly usual: Movement | undefined;
  /** Open orders that nobody is found to carry. */
  readonly withoutCourier: number;
}

const MINUTES = 15;
const MINUTE_MS = 60_000;

/** What orders have done in the last minutes, against what is usual at this hour. `now`: business time. */
export async function flowOf(pool: Pool, schemas: LiveSchemas, now: number): Promise<Flow> {
  const [analytics, orders] = await Promise.all([schemas.of("analytics"), schemas.of("orders")]);
  const [moved, usual, withoutCourier] = await Promise.all([
    movedBetween(pool, analytics.schema, now - MINUTES * MINUTE_MS, now),
    usualMovement(pool, analytics.schema, now, MINUTES),
    countWithoutCourier(pool, orders.schema),
  ]);
  return { minutes: MINUTES, now: moved, usual, withoutCourier };
}
