import type { Pool, PoolClient } from "pg";
import type { EffectState, ProcessSchema } from "./effects-table.ts";
import { compareText, fence } from "./process-schema.ts";

/** Statements over the orders that a process manager has seen: which of them may be owed something. */
export class OrdersTable {
  readonly #schema: ProcessSchema;
  readonly #consumer: string;

  /** @param consumer name under which the lease and the epoch of this process manager are kept */
  constructor(schema: ProcessSchema, consumer: string) {
    this.#schema = schema;
    this.#consumer = consumer;
  }

  /** Notes that these orders may be owed something. */
  async touch(db: PoolClient, orderIds: readonly string[]): Promise<void> {
    await db.query(
      `INSERT INTO ${this.#schema}.orders (order_id, settled) SELECT unnest($1::uuid[]), false
       ON CONFLICT (order_id) DO UPDATE SET settled = false WHERE ${this.#schema}.orders.settled`,
      [orderIds.toSorted(compareText)],
    );
  }

  /** A page of orders that are not settled, by id. */
  async unsettled(db: Pool, after: string | undefined, limit: number): Promise<string[]> {
    const { rows } = await db.query<{ order_id: string }>(
      `SELECT order_id FROM ${this.#schema}.orders
       WHERE NOT settled AND ($1::uuid IS NULL OR order_id > $1) ORDER BY order_id LIMIT $2`,
      [after ?? null, limit],
    );
    return rows.map((row) => row.order_id);
  }

  /** The effects that are written down for these orders, by order and effect. */
  async statesOf(db: Pool, orderIds: readonly string[]): Promise<Map<string, Map<string, EffectState>>> {
    const { rows } = await db.query<{ order_id: string; effect_id: string; state: EffectState }>(
      `SELECT order_id, effect_id, state FROM ${this.#schema}.effects WHERE order_id = ANY($1::uuid[])
       UNION ALL
       SELECT order_id, unnest(compacted), 'done' FROM ${this.#schema}.orders WHERE order_id = ANY($1::uuid[])`,
      [orderIds],
    );
    const known = new Map<string, Map<string, EffectState>>();
    for (const { order_id, effect_id, state } of rows) {
      const effects = known.get(order_id) ?? new Map<string, EffectState>();
      known.set(order_id, effects.set(effect_id, state));
    }
    return known;
  }

  /** Marks orders as settled, if this epoch still owns them: nothing is owed and nothing more can be. */
  async settle(db: Pool, epoch: bigint, orderIds: readonly string[], now: number): Promise<void> {
    if (orderIds.length === 0) return;
    await db.query(
      `UPDATE ${this.#schema}.orders SET settled = true, settled_at = $4
       WHERE order_id IN (SELECT order_id FROM ${this.#schema}.orders
           WHERE order_id = ANY($1::uuid[]) ORDER BY order_id FOR UPDATE)
         AND ${fence("$2", "$3")} AND NOT EXISTS (
           SELECT FROM ${this.#schema}.effects AS e WHERE e.order_id = orders.order_id AND e.state <> 'done')`,
      [orderIds, this.#consumer, epoch.toString(), now],
    );
  }

  /**
   * Removes the rows of what was done for orders that were settled before a time, and keeps the effects' names with the
   * order: an order that is touched again later is owed nothing twice. Answers how many orders that were.
   */
  async compact(db: Pool, epoch: bigint, settledBefore: number, limit: number): Promise<number> {
    const { rowCount } = await db.query(
      `WITH old AS (
         SELECT order_id FROM ${this.#schema}.orders
         WHERE settled AND compacted_at < settled_at AND settled_at < $1 AND ${fence("$3", "$4")}
         ORDER BY settled_at LIMIT $2 FOR UPDATE SKIP LOCKED
       ), gone AS (
         DELETE FROM ${this.#schema}.effects AS e USING old WHERE e.order_id = old.order_id AND e.state = 'done'
         RETURNING e.order_id, e.effect_id
       )
       UPDATE ${this.#schema}.orders AS o SET compacted_at = o.settled_at,
         compacted = o.compacted || ARRAY(SELECT effect_id FROM gone WHERE gone.order_id = o.order_id)
       FROM old WHERE o.order_id = old.order_id`,
      [settledBefore, limit, this.#consumer, epoch.toString()],
    );
    return rowCount ?? 0;
  }
}
