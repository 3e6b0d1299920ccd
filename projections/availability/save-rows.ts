import type { PoolClient } from "pg";
import { column, inTurn, relation, type Statement } from "../relation.ts";
import type { Folded, LedgerRow, OutageEnd, OutageRow, ReservationRow, StockRow } from "./row-shapes.ts";

/** Writes what a batch has changed. */
export async function saveRows(tx: PoolClient, schema: string, folded: Folded): Promise<void> {
  await inTurn(tx, [
    () => savingStock(schema, folded.stock),
    () => endingOutages(schema, folded.ended),
    () => addingOutages(schema, folded.began),
    () => removingReservations(schema, folded.settled),
    () => addingReservations(schema, folded.reservations),
    () => savingLedgers(schema, folded.ledgers),
  ]);
}

function savingStock(schema: string, rows: readonly StockRow[]): Statement | undefined {
  if (rows.length === 0) return undefined;
  const { from, parameters: values } = relation([
    column(rows, "site_id", "text", ({ siteId }) => siteId),
    column(rows, "sku", "text", ({ sku }) => sku),
    column(rows, "on_hand", "bigint", ({ onHand }) => onHand.toString()),
    column(rows, "reserved", "bigint", ({ reserved }) => reserved.toString()),
    column(rows, "unavailable", "boolean", ({ unavailable }) => (unavailable ? "t" : "f")),
    column(rows, "stocked", "boolean", ({ stocked }) => (stocked ? "t" : "f")),
    column(rows, "out_since", "bigint", ({ outSince }) => outSince?.toString() ?? null),
    column(rows, "version", "bigint", ({ version }) => version.toString()),
  ]);
  const text = `INSERT INTO ${schema}.stock (site_id, sku, on_hand, reserved, unavailable, stocked, out_since, version)
     SELECT * FROM ${from}
     ON CONFLICT (site_id, sku) DO UPDATE SET on_hand = excluded.on_hand, reserved = excluded.reserved,
       unavailable = excluded.unavailable, stocked = excluded.stocked, out_since = excluded.out_since,
       version = excluded.version`;
  return { text, values };
}

function endingOutages(schema: string, rows: readonly OutageEnd[]): Statement | undefined {
  if (rows.length === 0) return undefined;
  const { from, parameters: values } = relation([
    column(rows, "site_id", "text", ({ siteId }) => siteId),
    column(rows, "sku", "text", ({ sku }) => sku),
    column(rows, "version", "bigint", ({ version }) => version.toString()),
    column(rows, "ended_at", "timestamptz", ({ endedAt }) => endedAt),
  ]);
  const text = `UPDATE ${schema}.outages o SET ended_at = given.ended_at FROM ${from}
     WHERE o.site_id = given.site_id AND o.sku = given.sku AND o.version = given.version`;
  return { text, values };
}

function addingOutages(schema: string, rows: readonly OutageRow[]): Statement | undefined {
  if (rows.length === 0) return undefined;
  const { from, parameters: values } = relation([
    column(rows, "site_id", "text", ({ siteId }) => siteId),
    column(rows, "sku", "text", ({ sku }) => sku),
    column(rows, "version", "bigint", ({ version }) => version.toString()),
    column(rows, "began_at", "timestamptz", ({ beganAt }) => beganAt),
    column(rows, "ended_at", "timestamptz", ({ endedAt }) => endedAt ?? null),
    column(rows, "cause", "text", ({ cause }) => cause),
  ]);
  const text = `INSERT INTO ${schema}.outages (site_id, sku, version, began_at, ended_at, cause) SELECT * FROM ${from}
     ON CONFLICT DO NOTHING`;
  return { text, values };
}

function removingReservations(schema: string, rows: readonly Omit<ReservationRow, "lines">[]): Statement | undefined {
  if (rows.length === 0) return undefined;
  const { from, parameters: values } = relation([
    column(rows, "site_id", "text", ({ siteId }) => siteId),
    column(rows, "reservation_id", "text", ({ reservationId }) => reservationId),
  ]);
  const text = `DELETE FROM ${schema}.reservations r USING ${from}
     WHERE r.site_id = given.site_id AND r.reservation_id = given.reservation_id`;
  return { text, values };
}

function addingReservations(schema: string, rows: readonly ReservationRow[]): Statement | undefined {
  if (rows.length === 0) return undefined;
  const { from, parameters: values } = relation([
    column(rows, "site_id", "text", ({ siteId }) => siteId),
    column(rows, "reservation_id", "text", ({ reservationId }) => reservationId),
    column(rows, "lines", "json", ({ lines }) => JSON.stringify(lines.map(({ sku, quantity }) => ({ sku, quantity })))),
  ]);
  const text = `INSERT INTO ${schema}.reservations (site_id, reservation_id, lines) SELECT * FROM ${from}
     ON CONFLICT DO NOTHING`;
  return { text, values };
}

function savingLedgers(schema: string, rows: readonly LedgerRow[]): Statement | undefined {
  if (rows.length === 0) return undefined;
  const { from, parameters: values } = relation([
    column(rows, "site_id", "text", ({ siteId }) => siteId),
    column(rows, "chapter", "integer", ({ chapter }) => chapter.toString()),
    column(rows, "revision", "bigint", ({ revision }) => revision.toString()),
    column(rows, "version", "bigint", ({ version }) => version.toString()),
    column(rows, "carried", "json", ({ carried }) => JSON.stringify(carried)),
  ]);
  const text = `INSERT INTO ${schema}.ledgers (site_id, chapter, revision, version, carried) SELECT * FROM ${from}
     ON CONFLICT (site_id) DO UPDATE SET chapter = excluded.chapter, revision = excluded.revision,
       version = excluded.version, carried = excluded.carried`;
  return { text, values };
}
