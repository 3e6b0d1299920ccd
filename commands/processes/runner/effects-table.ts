import type { Pool, PoolClient } from "pg";
import type { Outside, OutsideSystem } from "../../../infra/outside/outside.ts";
import type { Owed } from "./process-manager.ts";
import { compareText, fence } from "./process-schema.ts";

/** The schemas of the process managers, one each: no process reads another's tables. */
export const PROCESS_SCHEMAS = ["payment", "restaurant", "courier", "stock", "fraud", "notification"] as const;
export type ProcessSchema = (typeof PROCESS_SCHEMAS)[number];

/**
 * `waiting`: to be carried out at its time. `held`: its order is stopped in this process. `dead`: it failed for good and
 * has a dead letter.
 */
export type EffectState = "waiting" | "done" | "held" | "dead";

/** A row of `effects` as the dispatcher works with it. */
export interface EffectRow {
  readonly orderId: string;
  readonly id: string;
  readonly lane: string | undefined;
  readonly outside: Outside | undefined;
  /** A retry: it may run sooner when the circuit of `outside` closes, and keeps to the pace of retries. */
  readonly early: boolean;
  /** It was brought forward by a circuit that closed: it is carried out before its planned time. */
  readonly forward: boolean;
  readonly dueAt: number;
  /** Failed tries so far that counted. */
  readonly tries: number;
  /** When it failed first, epoch milliseconds; undefined where it has not. */
  readonly firstFailedAt: number | undefined;
}

/** An effect to be written down. */
export type NewEffect = Pick<EffectRow, "orderId" | "id" | "dueAt"> & {
  readonly lane?: string | undefined;
  readonly outside?: Outside | undefined;
  readonly early?: boolean | undefined;
};

/** An owed effect as it is written down. */
export const newEffect = (orderId: string, { id, dueAt, lane, outside, early }: Owed): NewEffect => ({
  orderId,
  id,
  dueAt,
  lane,
  outside,
  early,
});

/** When an effect is tried again, and what is known of its failure. */
export interface Retry {
  readonly dueAt: number;
  readonly error?: string | undefined;
  /** Whether the failure counts as a try. */
  readonly counted: boolean;
  /** Epoch milliseconds; kept from the first time on. */
  readonly failedAt?: number | undefined;
}

interface StoredRow {
  readonly order_id: string;
  readonly effect_id: string;
  readonly lane: string | null;
  readonly outside_system: string | null;
  readonly outside_place: string | null;
  readonly early: boolean;
  readonly forward: boolean;
  readonly due_at: string;
  readonly tries: number;
  readonly first_failed_at: string | null;
}

const COLUMNS = `order_id, effect_id, lane, outside_system, outside_place, early, forward, due_at, tries, first_failed_at`;

const fromStored = (row: StoredRow): EffectRow => ({
  orderId: row.order_id,
  id: row.effect_id,
  lane: row.lane ?? undefined,
  outside:
    row.outside_system === null
      ? undefined
      : { system: row.outside_system as OutsideSystem, place: row.outside_place ?? "" }, // only `add` writes it
  early: row.early,
  forward: row.forward,
  dueAt: Number(row.due_at),
  tries: row.tries,
  firstFailedAt: row.first_failed_at === null ? undefined : Number(row.first_failed_at),
});

/** Statements over one process manager's effects. Each is one round trip for any number of rows. */
export class EffectsTable {
  readonly #schema: ProcessSchema;
  readonly #consumer: string;

  /** @param consumer name under which the lease and the epoch of this process manager are kept */
  constructor(schema: ProcessSchema, consumer: string) {
    this.#schema = schema;
    this.#consumer = consumer;
  }

  /**
   * Adds effects that are not known yet and returns those. One that has become a retry meanwhile is marked as such. What
   * was done long ago is known though its row is gone.
   */
  async add(db: Pool | PoolClient, effects: readonly NewEffect[]): Promise<EffectRow[]> {
    if (effects.length === 0) return [];
    // The log's batch and the sweep add the same effects beside each other: in one order, or they would deadlock.
    const owed = effects.toSorted((a, b) => compareText(a.orderId, b.orderId) || compareText(a.id, b.id));
    const { rows } = await db.query<StoredRow & { readonly fresh: boolean }>(
      `INSERT INTO ${this.#schema}.effects (order_id, effect_id, lane, due_at, outside_system, outside_place, early)
       SELECT new.* FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::boolean[])
         AS new (order_id, effect_id, lane, due_at, outside_system, outside_place, early)
       WHERE NOT EXISTS (SELECT FROM ${this.#schema}.orders AS o
         WHERE o.order_id = new.order_id AND new.effect_id = ANY(o.compacted))
       ON CONFLICT (order_id, effect_id) DO UPDATE SET early = true
         WHERE effects.state = 'waiting' AND excluded.early AND NOT effects.early
       RETURNING ${COLUMNS}, xmax = 0 AS fresh`,
      [
        owed.map((e) => e.orderId),
        owed.map((e) => e.id),
        owed.map((e) => e.lane ?? null),
        owed.map((e) => e.dueAt),
        owed.map((e) => e.outside?.system ?? null),
        owed.map((e) => e.outside?.place ?? null),
        owed.map((e) => e.early ?? false),
      ],
    );
    return rows.filter(({ fresh }) => fresh).map(fromStored);
  }

  /**
   * Waiting effects that are due, the longest due first. Left out are those of `lanes`, and those of the outside systems
   * `without`, each as `<system>/<place>`; "" stands for what asks nobody outside.
   */
  async due(
    db: Pool,
    now: number,
    limit: number,
    without: readonly string[] = [],
    lanes: readonly string[] = [],
  ): Promise<EffectRow[]> {
    const { rows } = await db.query<StoredRow>(
      `SELECT ${COLUMNS} FROM ${this.#schema}.effects
       WHERE state = 'waiting' AND due_at <= $1 AND coalesce(outside_system || '/' || outside_place, '') <> ALL($3)
         AND (lane IS NULL OR NOT lane = ANY($4))
       ORDER BY due_at LIMIT $2`,
      [now, limit, without, lanes],
    );
    return rows.map(fromStored);
  }

  /** Marks effects as done, if this epoch still owns them. */
  async done(db: Pool, epoch: bigint, effects: readonly EffectRow[]): Promise<void> {
    await this.#mark(db, epoch, effects, "done", ["waiting"]);
  }

  /** Holds effects whose orders are stopped in this process. */
  async hold(db: Pool, epoch: bigint, effects: readonly EffectRow[]): Promise<void> {
    await this.#mark(db, epoch, effects, "held", ["waiting"]);
  }

  /** An effect has failed for good; false when it is not this epoch's to say. */
  async dead(db: PoolClient, epoch: bigint, effect: EffectRow, error: string): Promise<boolean> {
    const { rowCount } = await db.query(
      `UPDATE ${this.#schema}.effects SET state = 'dead', tries = tries + 1, last_error = $3
       WHERE order_id = $1 AND effect_id = $2 AND state IN ('waiting', 'held') AND ${fence("$4", "$5")}`,
      [effect.orderId, effect.id, error, this.#consumer, epoch.toString()],
    );
    return rowCount === 1;
  }

  /** Puts an effect off, with what went wrong where something did. What failed at the outside is a retry from then on. */
  async again(db: Pool, epoch: bigint, effect: EffectRow, retry: Retry): Promise<void> {
    await db.query(
      `UPDATE ${this.#schema}.effects SET due_at = $3, tries = tries + $4, last_error = COALESCE($5, last_error),
         forward = false, early = early OR ($5 IS NOT NULL AND outside_system IS NOT NULL),
         first_failed_at = COALESCE(first_failed_at, $6)
       WHERE order_id = $1 AND effect_id = $2 AND state = 'waiting' AND ${fence("$7", "$8")}`,
      [
        effect.orderId,
        effect.id,
        retry.dueAt,
        retry.counted ? 1 : 0,
        retry.error ?? null,
        retry.failedAt ?? null,
        this.#consumer,
        epoch.toString(),
      ],
    );
  }

  /**
   * Makes retries that wait for an outside system due now, the longest planned first, and answers how many: its circuit
   * has closed. A page at a time; fewer than `limit` were the last.
   */
  async bringForward(db: Pool, epoch: bigint, outside: Outside, now: number, limit: number): Promise<number> {
    const { rowCount } = await db.query(
      `UPDATE ${this.#schema}.effects AS e SET due_at = LEAST(e.due_at, $3), forward = true
       FROM (SELECT order_id, effect_id FROM ${this.#schema}.effects
         WHERE state = 'waiting' AND early AND NOT forward AND outside_system = $1 AND outside_place = $2
         ORDER BY due_at LIMIT $4) AS waiting
       WHERE e.order_id = waiting.order_id AND e.effect_id = waiting.effect_id AND ${fence("$5", "$6")}`,
      [outside.system, outside.place, now, limit, this.#consumer, epoch.toString()],
    );
    return rowCount ?? 0;
  }

  /** How many retries wait for an outside system. */
  async waitingFor(db: Pool, { system, place }: Outside): Promise<number> {
    const { rows } = await db.query<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM ${this.#schema}.effects
       WHERE state = 'waiting' AND early AND outside_system = $1 AND outside_place = $2`,
      [system, place],
    );
    return rows[0]?.waiting ?? 0;
  }

  /** Effects whose orders are stopped, a part of them. */
  async held(db: Pool, limit: number): Promise<Pick<EffectRow, "orderId" | "id">[]> {
    const { rows } = await db.query<{ orderId: string; id: string }>(
      `SELECT order_id AS "orderId", effect_id AS id FROM ${this.#schema}.effects
       WHERE state = 'held' ORDER BY order_id LIMIT $1`,
      [limit],
    );
    return rows;
  }

  /** Lets held effects go on. */
  async release(db: Pool, epoch: bigint, effects: readonly Pick<EffectRow, "orderId" | "id">[]): Promise<void> {
    await this.#mark(db, epoch, effects, "waiting", ["held"]);
  }

  /** An effect that failed for good is owed again, at once and with all its tries. */
  async redrive(db: PoolClient, epoch: bigint, { orderId, id }: Pick<EffectRow, "orderId" | "id">): Promise<void> {
    await this.#decided(db, epoch, orderId, id, "waiting");
  }

  /** An effect that failed for good is never carried out: it is as good as done. */
  async discard(db: PoolClient, epoch: bigint, { orderId, id }: Pick<EffectRow, "orderId" | "id">): Promise<void> {
    await this.#decided(db, epoch, orderId, id, "done");
  }

  /**
   * Keeps effects from being owed again that somebody has decided against: their letters outlive their rows, which may
   * have been derived anew.
   */
  async keepDiscarded(db: Pool, epoch: bigint): Promise<void> {
    await db.query(
      `INSERT INTO ${this.#schema}.effects AS e (order_id, effect_id, due_at, state)
       SELECT order_id::uuid, effect_id, 0, 'done' FROM runner.dead_letters
       WHERE consumer = $1 AND kind = 'effect' AND state = 'discarded' AND ${fence("$1", "$2")}
       ON CONFLICT (order_id, effect_id) DO NOTHING`,
      [this.#consumer, epoch.toString()],
    );
  }

  async #decided(db: PoolClient, epoch: bigint, orderId: string, id: string, state: EffectState): Promise<void> {
    await db.query(
      `INSERT INTO ${this.#schema}.effects AS e (order_id, effect_id, due_at, state)
       SELECT $1, $2, 0, $3 WHERE ${fence("$4", "$5")}
       ON CONFLICT (order_id, effect_id) DO UPDATE SET state = excluded.state, due_at = 0, tries = 0,
         first_failed_at = NULL, forward = e.early`,
      [orderId, id, state, this.#consumer, epoch.toString()],
    );
  }

  async #mark(
    db: Pool,
    epoch: bigint,
    effects: readonly Pick<EffectRow, "orderId" | "id">[],
    state: EffectState,
    from: readonly EffectState[],
  ): Promise<void> {
    if (effects.length === 0) return;
    await db.query(
      `UPDATE ${this.#schema}.effects AS e SET state = $3
       FROM unnest($1::uuid[], $2::text[]) AS d (order_id, effect_id)
       WHERE e.order_id = d.order_id AND e.effect_id = d.effect_id AND e.state = ANY($4) AND ${fence("$5", "$6")}`,
      [effects.map((e) => e.orderId), effects.map((e) => e.id), state, from, this.#consumer, epoch.toString()],
    );
  }
}
