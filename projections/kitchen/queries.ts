import type { Pool } from "pg";
import type { TicketView } from "../views.ts";
import {
  kitchenOrderOf,
  kitchenPlacingOf,
  ORDER_COLUMNS,
  PLACING_COLUMNS,
  type StoredOrder,
  type StoredPlacing,
} from "./rows.ts";
import { ticketView } from "./ticket-view.ts";

/** A kitchen's display with the version of its topic; no head before the site's first ticket. */
export interface Kitchen {
  readonly head: bigint | undefined;
  readonly tickets: readonly TicketView[];
}

/** More tickets than a kitchen can have in work: a bound for what one answer may hold. */
const MOST_TICKETS = 1_000;

/** A site's tickets that are to be shown at a time (business clock), oldest first, in one statement. */
export async function readKitchen(db: Pool, schema: string, siteId: string, now: number): Promise<Kitchen> {
  const { rows } = await db.query<
    StoredOrder & StoredPlacing & { head: string | null; fulfilment_id: string; received_at: Date; changed_at: Date }
  >(
    `SELECT h.version AS head, shown.*
     FROM (SELECT $1::text AS site_id) asked
     LEFT JOIN ${schema}.heads h USING (site_id)
     LEFT JOIN LATERAL (
       SELECT ${ORDER_COLUMNS}, ${PLACING_COLUMNS}, t.fulfilment_id, t.received_at, t.changed_at
       FROM ${schema}.tickets t
       JOIN ${schema}.orders o USING (order_id)
       JOIN ${schema}.placings p USING (order_id)
       WHERE t.site_id = asked.site_id AND t.shown_until > $2
       ORDER BY t.received_at, t.order_id, t.fulfilment_id LIMIT ${MOST_TICKETS}
     ) shown ON true
     ORDER BY shown.received_at, shown.order_id, shown.fulfilment_id`,
    [siteId, new Date(now)],
  );
  const head = rows[0]?.head;
  const tickets = rows.flatMap((row) => {
    if (row.order_id === null) return [];
    const times = { receivedAt: row.received_at.toISOString(), changedAt: row.changed_at.toISOString() };
    return ticketView(kitchenOrderOf(row), row.fulfilment_id, kitchenPlacingOf(row), times) ?? [];
  });
  return { head: head === null || head === undefined ? undefined : BigInt(head), tickets };
}

/** Newest versions of these kitchens' topics. */
export async function kitchenVersions(
  db: Pool,
  schema: string,
  siteIds: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await db.query<{ site_id: string; version: string }>(
    `SELECT site_id, version FROM ${schema}.heads WHERE site_id = ANY($1::text[])`,
    [siteIds],
  );
  return new Map(rows.map((row) => [row.site_id, row.version]));
}
