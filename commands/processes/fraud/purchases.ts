import { LRUCache } from "lru-cache";
import type { Pool, PoolClient } from "pg";
import type { RecordedEvent } from "../../../domain/chain/envelope.ts";
import type { OrderPlaced } from "../../../domain/order/events.ts";
import { cardOf, type Purchases } from "./rules.ts";

/** Orders of which the counts are remembered between the batch that brought them and their check. */
const REMEMBERED = 5_000;
/** Orders of one customer, or of one card, that are counted at most, the latest first. */
const MOST_COUNTED = 1_000;
/** Rows that one statement removes. */
const REMOVED_AT_ONCE = 5_000;

interface CountRow {
  order_id: string;
  amount: string;
  customer_orders: string;
  customer_amount: string;
  card_orders: string;
  card_amount: string;
  earlier_orders: string;
  usual_amount: string;
  earlier_with_card: string;
}

const fromRow = (row: CountRow): Purchases => ({
  amount: Number(row.amount),
  customerOrders: Number(row.customer_orders),
  customerAmount: Number(row.customer_amount),
  cardOrders: Number(row.card_orders),
  cardAmount: Number(row.card_amount),
  earlierOrders: Number(row.earlier_orders),
  usualAmount: Number(row.usual_amount),
  earlierWithCard: Number(row.earlier_with_card),
});

/**
 * What customers and cards have bought, in `fraud.purchases`: written in the transaction that moves the consumer's
 * position. What an order is counted by lies before it in time, so a check that is late comes to the same.
 */
export class PurchaseCounts {
  readonly #windowMs: number;
  readonly #keptMs: number;
  readonly #remembered = new LRUCache<string, Purchases>({ max: REMEMBERED });

  /** @param windowMs of the rules on velocity; `keptMs`: how far back purchases are looked at, and kept */
  constructor({ windowMs, keptMs }: { readonly windowMs: number; readonly keptMs: number }) {
    this.#windowMs = windowMs;
    this.#keptMs = keptMs;
  }

  /** Writes the orders of a batch down. What staff place for somebody they know by phone is not counted. */
  async note(tx: PoolClient, batch: readonly RecordedEvent[]): Promise<void> {
    const placed = batch
      .filter(({ type }) => type === "order.placed")
      .map(({ data, metadata }) => ({ placed: data as OrderPlaced, at: Date.parse(metadata.at) })) // by its type
      .filter(({ placed: { channel } }) => channel !== "phone");
    if (placed.length === 0) return;
    await tx.query(
      `INSERT INTO fraud.purchases (order_id, customer_id, card, amount, placed_at)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[])
       ON CONFLICT (order_id) DO NOTHING`,
      [
        placed.map(({ placed: { orderId } }) => orderId),
        placed.map(({ placed: { customerId } }) => customerId),
        placed.map(({ placed: { paymentMethod } }) => cardOf(paymentMethod) ?? null),
        placed.map(({ placed: { total } }) => total.amount),
        placed.map(({ at }) => at),
      ],
    );
    // Counted here once for the whole batch; the checks, which follow at once, need not ask each for itself.
    const counts = await this.#count(
      tx,
      placed.map(({ placed: { orderId } }) => orderId),
    );
    for (const [orderId, purchases] of counts) this.#remembered.set(orderId, purchases);
  }

  /** The counts of one order; undefined where it was not counted. */
  async of(pool: Pool, orderId: string): Promise<Purchases | undefined> {
    return this.#remembered.get(orderId) ?? (await this.#count(pool, [orderId])).get(orderId);
  }

  /** Removes purchases that are older than is looked back. */
  async forget(pool: Pool, now: number): Promise<void> {
    await pool.query(
      `DELETE FROM fraud.purchases WHERE order_id IN (
         SELECT order_id FROM fraud.purchases WHERE placed_at < $1 ORDER BY placed_at LIMIT ${REMOVED_AT_ONCE})`,
      [now - this.#keptMs],
    );
  }

  async #count(db: Pool | PoolClient, orderIds: readonly string[]): Promise<Map<string, Purchases>> {
    const { rows } = await db.query<CountRow>(
      `SELECT p.order_id, p.amount,
         count(*) FILTER (WHERE o.customer_id = p.customer_id AND o.placed_at > p.placed_at - $2) AS customer_orders,
         COALESCE(sum(o.amount) FILTER (
           WHERE o.customer_id = p.customer_id AND o.placed_at > p.placed_at - $2), 0) AS customer_amount,
         count(*) FILTER (WHERE o.card = p.card AND o.placed_at > p.placed_at - $2) AS card_orders,
         COALESCE(sum(o.amount) FILTER (WHERE o.card = p.card AND o.placed_at > p.placed_at - $2), 0) AS card_amount,
         count(*) FILTER (WHERE o.customer_id = p.customer_id AND o.order_id <> p.order_id) AS earlier_orders,
         COALESCE(avg(o.amount) FILTER (
           WHERE o.customer_id = p.customer_id AND o.order_id <> p.order_id), 0) AS usual_amount,
         count(*) FILTER (
           WHERE o.customer_id = p.customer_id AND o.card = p.card AND o.order_id <> p.order_id) AS earlier_with_card
       FROM fraud.purchases AS p
       CROSS JOIN LATERAL (
         (SELECT customer_id, card, amount, placed_at, order_id FROM fraud.purchases AS c
           WHERE c.customer_id = p.customer_id AND c.placed_at BETWEEN p.placed_at - $3 AND p.placed_at
           ORDER BY c.placed_at DESC LIMIT ${MOST_COUNTED})
         UNION
         (SELECT customer_id, card, amount, placed_at, order_id FROM fraud.purchases AS c
           WHERE c.card = p.card AND c.placed_at BETWEEN p.placed_at - $2 AND p.placed_at
           ORDER BY c.placed_at DESC LIMIT ${MOST_COUNTED})
       ) AS o
       WHERE p.order_id = ANY($1::uuid[])
       GROUP BY p.order_id, p.amount`,
      [orderIds, this.#windowMs, this.#keptMs],
    );
    return new Map(rows.map((row) => [row.order_id, fromRow(row)]));
  }
}
