import type { Pool } from "pg";
import type { LiveSchemas } from "../runner/generations.ts";

/** A courier's claim as the read model knows it. */
export interface KnownClaim {
  readonly courierId: string;
  readonly orderId: string;
  readonly attempt: number;
}

/** Looks up couriers for the assignment. May be a little behind; the courier's own stream decides. */
export class CourierLookup {
  readonly #pool: Pool;
  readonly #schemas: LiveSchemas;

  constructor(pool: Pool, schemas: LiveSchemas) {
    this.#pool = pool;
    this.#schemas = schemas;
  }

  /** Couriers on shift without an order in a city, the longest free first. */
  async free(city: string, limit: number): Promise<readonly string[]> {
    const { schema } = await this.#schemas.of("couriers");
    const { rows } = await this.#pool.query<{ courier_id: string }>(
      `SELECT courier_id FROM ${schema}.couriers
       WHERE on_shift AND order_id IS NULL AND city = $1 ORDER BY free_since, courier_id LIMIT $2`,
      [city, limit],
    );
    return rows.map((row) => row.courier_id);
  }

  /** Claims that are open, by courier; at most `limit`. */
  async claims(limit: number): Promise<readonly KnownClaim[]> {
    const { schema } = await this.#schemas.of("couriers");
    const { rows } = await this.#pool.query<{ courier_id: string; order_id: string; attempt: number }>(
      `SELECT courier_id, order_id, attempt FROM ${schema}.couriers
       WHERE order_id IS NOT NULL ORDER BY version LIMIT $1`,
      [limit],
    );
    return rows.map((row) => ({ courierId: row.courier_id, orderId: row.order_id, attempt: row.attempt }));
  }
}
