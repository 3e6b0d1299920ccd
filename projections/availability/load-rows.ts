import type { PoolClient } from "pg";
import type { StockLine } from "../../domain/inventory/events.ts";
import type { Carried, KnownRows, LedgerRow, ReservationRow, StockRow } from "./row-shapes.ts";
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
