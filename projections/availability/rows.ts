import type { PoolClient } from "pg";
import type { StockLine } from "../../domain/inventory/events.ts";
import { relation } from "../relation.ts";
import type { Carried, Folded, KnownRows, LedgerRow, ReservationRow, StockRow } from "./row-shapes.ts";
import type { Touched } from "./touched.ts";

interface StoredStock {
  readonly site_id: string;
  readonly sku: string;
  readonly on_hand: string;
  readonly reserved: string;
  readonly unavailable: boolean;
  readonly stocked: boolean;
  readonly out_since: string | null;
  readonly version: string;
}

const STOCK = "s.site_id, s.sku, s.on_hand, s.reserved, s.unavailable, s.stocked, s.out_since, s.version";

const stockRow = (row: StoredStock): StockRow => ({
  siteId: row.site_id,
  sku: row.sku,
  onHand: Number(row.on_hand),
  reserved: Number(row.reserved),
  unavailable: row.unavailable,
  stocked: row.stocked,
  outSince: row.out_since === null ? undefined : BigInt(row.out_since),
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
  await saveOutages(tx, schema, folded);
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
    { name: "stocked", type: "boolean", values: rows.map(({ stocked }) => (stocked ? "t" : "f")) },
    { name: "out_since", type: "bigint", values: rows.map(({ outSince }) => outSince?.toString() ?? null) },
    { name: "version", type: "bigint", values: rows.map(({ version }) => version.toString()) },
  ]);
  await tx.query(
    `INSERT INTO ${schema}.stock (site_id, sku, on_hand, reserved, unavailable, stocked, out_since, version)
     SELECT * FROM ${from}
     ON CONFLICT (site_id, sku) DO UPDATE SET on_hand = excluded.on_hand, reserved = excluded.reserved,
       unavailable = excluded.unavailable, stocked = excluded.stocked, out_since = excluded.out_since,
       version = excluded.version`,
    parameters,
  );
}

async function saveOutages(tx: PoolClient, schema: string, { began, ended }: Folded): Promise<void> {
  if (ended.length > 0) {
    const { from, parameters } = relation([
      { name: "site_id", type: "text", values: ended.map(({ siteId }) => siteId) },
      { name: "sku", type: "text", values: ended.map(({ sku }) => sku) },
      { name: "version", type: "bigint", values: ended.map(({ version }) => version.toString()) },
      { name: "ended_at", type: "timestamptz", values: ended.map(({ endedAt }) => endedAt) },
    ]);
    await tx.query(
      `UPDATE ${schema}.outages o SET ended_at = given.ended_at FROM ${from}
       WHERE o.site_id = given.site_id AND o.sku = given.sku AND o.version = given.version`,
      parameters,
    );
  }
  if (began.length === 0) return;
  const { from, parameters } = relation([
    { name: "site_id", type: "text", values: began.map(({ siteId }) => siteId) },
    { name: "sku", type: "text", values: began.map(({ sku }) => sku) },
    { name: "version", type: "bigint", values: began.map(({ version }) => version.toString()) },
    { name: "began_at", type: "timestamptz", values: began.map(({ beganAt }) => beganAt) },
    { name: "ended_at", type: "timestamptz", values: began.map(({ endedAt }) => endedAt ?? null) },
    { name: "cause", type: "text", values: began.map(({ cause }) => cause) },
  ]);
  await tx.query(
    `INSERT INTO ${schema}.outages (site_id, sku, version, began_at, ended_at, cause) SELECT * FROM ${from}
     ON CONFLICT DO NOTHING`,
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
