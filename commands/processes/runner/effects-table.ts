import type { Pool, PoolClient } from "pg";

/** The schemas of the process managers, one each: no process reads another's tables. */
export const PROCESS_SCHEMAS = ["payment", "restaurant", "courier", "stock", "fraud", "notification"] as const;
export type ProcessSchema = (typeof PROCESS_SCHEMAS)[number];

export type EffectState = "waiting" | "done";

/** A row of `effects` as the dispatcher works with it. */
export interface EffectRow {
  readonly orderId: string;
  readonly id: string;
  readonly lane: string | undefined;
  readonly dueAt: number;
  readonly tries: number;
}

interface StoredRow {
  order_id: string;
  effect_id: string;
  lane: string | null;
  due_at: string;
  tries: number;
}

const fromStored = (row: StoredRow): EffectRow => ({
  orderId: row.order_id,
  id: row.effect_id,
  lane: row.lane ?? undefined,
  dueAt: Number(row.due_at),
  tries: row.tries,
});

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Statements over one process manager's tables. Each is one round trip for any number of rows. */
export class EffectsTable {
  readonly #schema: ProcessSchema;
  readonly #consumer: string;

  /** @param consumer name under which the lease and the epoch of this process manager are kept */
  constructor(schema: ProcessSchema, consumer: string) {
    this.#schema = schema;
    this.#consumer = consumer;
  }

  /** Adds effects that are not known yet and returns those. */
  async add(db: Pool | PoolClient, effects: readonly Omit<EffectRow, "tries">[]): Promise<EffectRow[]> {
    if (effects.length === 0) return [];
    // The log's batch and the sweep add the same effects beside each other: in one order, or they would deadlock.
    const owed = effects.toSorted((a, b) => compare(a.orderId, b.orderId) || compare(a.id, b.id));
    const { rows } = await db.query<StoredRow>(
      `INSERT INTO ${this.#schema}.effects (order_id, effect_id, lane, due_at)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[])
       ON CONFLICT (order_id, effect_id) DO NOTHING
       RETURNING order_id, effect_id, lane, due_at, tries`,
      [owed.map((e) => e.orderId), owed.map((e) => e.id), owed.map((e) => e.lane ?? null), owed.map((e) => e.dueAt)],
    );
    return rows.map(fromStored);
  }

  /** Notes that these orders may be owed something. */
  async touch(db: PoolClient, orderIds: readonly string[]): Promise<void> {
    await db.query(
      `INSERT INTO ${this.#schema}.orders (order_id, settled) SELECT unnest($1::uuid[]), false
       ON CONFLICT (order_id) DO UPDATE SET settled = false WHERE ${this.#schema}.orders.settled`,
      [orderIds.toSorted(compare)],
    );
  }

  /** Waiting effects that are due, the longest due first. */
  async due(db: Pool, now: number, limit: number): Promise<EffectRow[]> {
    const { rows } = await db.query<StoredRow>(
      `SELECT order_id, effect_id, lane, due_at, tries FROM ${this.#schema}.effects
       WHERE state = 'waiting' AND due_at <= $1 ORDER BY due_at LIMIT $2`,
      [now, limit],
    );
    return rows.map(fromStored);
  }

  /** Marks effects as done, if this epoch still owns them. */
  async done(db: Pool, epoch: bigint, effects: readonly EffectRow[]): Promise<void> {
    await db.query(
      `UPDATE ${this.#schema}.effects AS e SET state = 'done'
       FROM unnest($1::uuid[], $2::text[]) AS d (order_id, effect_id)
       WHERE e.order_id = d.order_id AND e.effect_id = d.effect_id AND ${this.#fence("$3", "$4")}`,
      [effects.map((e) => e.orderId), effects.map((e) => e.id), this.#consumer, epoch.toString()],
    );
  }

  /** Puts an effect off, with what went wrong where something did. */
  async again(db: Pool, epoch: bigint, effect: EffectRow, dueAt: number, error: string | undefined): Promise<void> {
    await db.query(
      `UPDATE ${this.#schema}.effects SET due_at = $3, tries = tries + $4, last_error = COALESCE($5, last_error)
       WHERE order_id = $1 AND effect_id = $2 AND state = 'waiting' AND ${this.#fence("$6", "$7")}`,
      [effect.orderId, effect.id, dueAt, error === undefined ? 0 : 1, error ?? null, this.#consumer, epoch.toString()],
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
      `SELECT order_id, effect_id, state FROM ${this.#schema}.effects WHERE order_id = ANY($1::uuid[])`,
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
  async settle(db: Pool, epoch: bigint, orderIds: readonly string[]): Promise<void> {
    if (orderIds.length === 0) return;
    await db.query(
      `UPDATE ${this.#schema}.orders SET settled = true
       WHERE order_id IN (SELECT order_id FROM ${this.#schema}.orders
           WHERE order_id = ANY($1::uuid[]) ORDER BY order_id FOR UPDATE)
         AND ${this.#fence("$2", "$3")} AND NOT EXISTS (
           SELECT FROM ${this.#schema}.effects AS e WHERE e.order_id = orders.order_id AND e.state = 'waiting')`,
      [orderIds, this.#consumer, epoch.toString()],
    );
  }

  /** True in SQL while the epoch is the owner's: the consumer's position row carries it. */
  #fence(consumer: string, epoch: string): string {
    return `EXISTS (SELECT FROM runner.positions WHERE name = ${consumer} AND epoch = ${epoch})`;
  }
}
