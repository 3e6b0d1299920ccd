import type { PoolClient } from "pg";
import type { StockLine } from "../../domain/inventory/events.ts";
import { relation } from "../relation.ts";
import type { Carried, Folded, KnownRows, LedgerRow, ReservationRow, StockRow, Touched } from "./fold.ts";

interface StoredStock {
  readonly site_id: string;
  readonly sku: string;
  readonly on_hand: string;
  readonly reserved: string;
  readonly unavailable: boolean;
  readonly version: string;
}

const STOCK = "s.site_id, s.sku, s.on_hand, s.reserved, s.unavailable, s.version";

const stockRow = (row: StoredStock): StockRow => ({
  siteId: row.site_id,
  sku: row.sku,
  onHand: Number(row.on_hand),
  reserved: Number(row.reserved),
  unavailable: row.unavailable,
  version: BigInt(row.version),
});

interface StoredReservation {
  readonly site_id: string;
  readonly reservation_id: string;
  readonly lines: readonly StockLine[];
}

const reservationRow = (row: StoredReservation): ReservationRow => ({
  siteId: row.site_id,
  reservationId: row.reservation_id,
  lines: row.lines,
});

/** All rows that a batch may change. */
export async function loadRows(tx: PoolClient, schema: string, touched: Touched): Promise<KnownRows> {
  const ledgers = await loadLedgers(tx, schema, touched.siteIds);
  const reservations = await loadReservations(tx, schema, touched);
  const skus = [
    ...touched.skus,
    ...reservations.flatMap(({ siteId, lines }) => lines.map(({ sku }) => ({ siteId, sku }))),
  ];
  return { ledgers, reservations, stock: await loadStock(tx, schema, skus, touched.opened) };
}

async function loadLedgers(tx: PoolClient, schema: string, siteIds: readonly string[]): Promise<LedgerRow[]> {
  const { rows } = await tx.query<{
    site_id: string;
    chapter: number;
    revision: string;
    version: string;
    carried: Carried;
  }>(`SELECT site_id, chapter, revision, version, carried FROM ${schema}.ledgers WHERE site_id = ANY($1::text[])`, [
    siteIds,
  ]);
  return rows.map((row) => ({
    siteId: row.site_id,
    chapter: row.chapter,
    revision: BigInt(row.revision),
    version: BigInt(row.version),
    carried: row.carried,
  }));
}

async function loadReservations(tx: PoolClient, schema: string, touched: Touched): Promise<ReservationRow[]> {
  const found: ReservationRow[] = [];
  if (touched.reservations.length > 0) {
    const { rows } = await tx.query<StoredReservation>(
      `SELECT r.site_id, r.reservation_id, r.lines FROM ${schema}.reservations r
       JOIN unnest($1::text[], $2::text[]) AS given (site_id, reservation_id) USING (site_id, reservation_id)`,
      [touched.reservations.map(({ siteId }) => siteId), touched.reservations.map((one) => one.reservationId)],
    );
    found.push(...rows.map(reservationRow));
  }
  if (touched.opened.length > 0) {
    const { rows } = await tx.query<StoredReservation>(
      `SELECT site_id, reservation_id, lines FROM ${schema}.reservations WHERE site_id = ANY($1::text[])`,
      [touched.opened],
    );
    found.push(...rows.map(reservationRow));
  }
  return found;
}

async function loadStock(
  tx: PoolClient,
  schema: string,
  skus: readonly { readonly siteId: string; readonly sku: string }[],
  opened: readonly string[],
): Promise<StockRow[]> {
  const found: StockRow[] = [];
  const partly = skus.filter(({ siteId }) => !opened.includes(siteId));
  if (partly.length > 0) {
    const { rows } = await tx.query<StoredStock>(
      `SELECT ${STOCK} FROM ${schema}.stock s
       JOIN (SELECT DISTINCT site_id, sku FROM unnest($1::text[], $2::text[]) AS given (site_id, sku)) g
       USING (site_id, sku)`,
      [partly.map(({ siteId }) => siteId), partly.map(({ sku }) => sku)],
    );
    found.push(...rows.map(stockRow));
  }
  if (opened.length > 0) {
    const { rows } = await tx.query<StoredStock>(
      `SELECT ${STOCK} FROM ${schema}.stock s WHERE s.site_id = ANY($1::text[])`,
      [opened],
    );
    found.push(...rows.map(stockRow));
  }
  return found;
}

/** Writes what a batch has changed. */
export async function saveRows(tx: PoolClient, schema: string, folded: Folded): Promise<void> {
  await saveStock(tx, schema, folded.stock);
  await saveReservations(tx, schema, folded);
  await saveLedgers(tx, schema, folded.ledgers);
}

async function saveStock(tx: PoolClient, schema: string, rows: readonly StockRow[]): Promise<void> {
  if (rows.length === 0) return;
  const { from, parameters } = relation([
    { name: "site_id", type: "text", values: rows.map(({ siteId }) => siteId) },
    { name: "sku", type: "text", values: rows.map(({ sku }) => sku) },
    { name: "on_hand", type: "bigint", values: rows.map(({ onHand }) => onHand.toString()) },
    { name: "reserved", type: "bigint", values: rows.map(({ reserved }) => reserved.toString()) },
    { name: "unavailable", type: "boolean", values: rows.map(({ unavailable }) => (unavailable ? "t" : "f")) },
    { name: "version", type: "bigint", values: rows.map(({ version }) => version.toString()) },
  ]);
  await tx.query(
    `INSERT INTO ${schema}.stock (site_id, sku, on_hand, reserved, unavailable, version) SELECT * FROM ${from}
     ON CONFLICT (site_id, sku) DO UPDATE SET on_hand = excluded.on_hand, reserved = excluded.reserved,
       unavailable = excluded.unavailable, version = excluded.version`,
    parameters,
  );
}

async function saveReservations(tx: PoolClient, schema: string, { reservations, settled }: Folded): Promise<void> {
  if (settled.length > 0) {
    await tx.query(
      `DELETE FROM ${schema}.reservations r
       USING unnest($1::text[], $2::text[]) AS given (site_id, reservation_id)
       WHERE r.site_id = given.site_id AND r.reservation_id = given.reservation_id`,
      [settled.map(({ siteId }) => siteId), settled.map(({ reservationId }) => reservationId)],
    );
  }
  if (reservations.length === 0) return;
  const { from, parameters } = relation([
    { name: "site_id", type: "text", values: reservations.map(({ siteId }) => siteId) },
    { name: "reservation_id", type: "text", values: reservations.map(({ reservationId }) => reservationId) },
    {
      name: "lines",
      type: "json",
      values: reservations.map(({ lines }) => JSON.stringify(lines.map(({ sku, quantity }) => ({ sku, quantity })))),
    },
  ]);
  await tx.query(
    `INSERT INTO ${schema}.reservations (site_id, reservation_id, lines) SELECT * FROM ${from} ON CONFLICT DO NOTHING`,
    parameters,
  );
}

async function saveLedgers(tx: PoolClient, schema: string, rows: readonly LedgerRow[]): Promise<void> {
  if (rows.length === 0) return;
  const { from, parameters } = relation([
    { name: "site_id", type: "text", values: rows.map(({ siteId }) => siteId) },
    { name: "chapter", type: "integer", values: rows.map(({ chapter }) => chapter.toString()) },
    { name: "revision", type: "bigint", values: rows.map(({ revision }) => revision.toString()) },
    { name: "version", type: "bigint", values: rows.map(({ version }) => version.toString()) },
    { name: "carried", type: "json", values: rows.map(({ carried }) => JSON.stringify(carried)) },
  ]);
  await tx.query(
    `INSERT INTO ${schema}.ledgers (site_id, chapter, revision, version, carried) SELECT * FROM ${from}
     ON CONFLICT (site_id) DO UPDATE SET chapter = excluded.chapter, revision = excluded.revision,
       version = excluded.version, carried = excluded.carried`,
    parameters,
  );
}
