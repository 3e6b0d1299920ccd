import { randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Pool } from "pg";
import { type Subkeys, subkeysOf } from "../../domain/chain/sealing.ts";
import type { Clock } from "../clock.ts";
import { failpoint } from "../failpoints.ts";
import { isDatabaseTrouble } from "../postgres/trouble.ts";
import { CustomerIdError, KeyForgottenError, KeysUnavailableError } from "./errors.ts";
import { eraseKey, insertKeys, type KeyRow, selectKeys } from "./key-table.ts";
import { assertMasterKey } from "./master-proof.ts";
import { unwrap, wrap } from "./wrapping.ts";

/** Customers whose subkeys are kept in memory; about 300 bytes each. */
const CACHED = 50_000;
/** Customers that are asked for in one statement. */
const BATCH = 500;
/** Customers that may wait for a key; beyond, the database is too slow to promise anything. */
const MAX_WAITING = 10_000;
const KEY_BYTES = 32;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

interface Waiting {
  readonly promise: Promise<Subkeys>;
  readonly resolve: (keys: Subkeys) => void;
  readonly reject: (reason: unknown) => void;
}

/** A customer has one data key, which never rotates: this is its id for ever. */
const kidOf = (customerId: string): string => `${customerId}-1`;

function checked(customerId: string): string {
  const id = customerId.toLowerCase();
  if (!UUID.test(id)) throw new CustomerIdError("a customer id is a UUID");
  return id;
}

/** Runs database work; its failures that are not the data's become KeysUnavailableError. */
async function available<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isDatabaseTrouble(error)) throw error;
    throw new KeysUnavailableError("customer keys cannot be reached", { cause: error });
  }
}

/**
 * The customers' keys (D16): each has a random data key in schema `keys`, wrapped by the master key, from which the
 * subkeys for sealing and fingerprints are derived.
 *
 * Keys never change, so what was read once is served from memory, also while Postgres is away. A key is given out only
 * after its row is committed: an event sealed under a key that was lost could never be opened.
 */
export class CustomerKeys {
  readonly #pool: Pool;
  readonly #master: Uint8Array;
  readonly #clock: Clock;
  readonly #cache = new LRUCache<string, Subkeys>({ max: CACHED });
  /** Customers whose key is wanted and not being fetched yet, in the order in which they were asked for. */
  #waiting = new Map<string, Waiting>();
  /** Those that the statement under way is about. */
  #fetching = new Map<string, Waiting>();
  #reads = new Map<string, Promise<Subkeys | undefined>>();
  /** Set once the master key was found to be the database's own, or is being looked at. */
  #proven: Promise<void> | undefined;
  /** Counts what was forgotten here, so that a reading that began before does not bring it back. */
  #forgotten = 0;

  constructor(pool: Pool, options: { readonly master: Uint8Array; readonly clock: Clock }) {
    this.#pool = pool;
    this.#master = options.master;
    this.#clock = options.clock;
  }

  /**
   * The customer's subkeys, made on first use. Customers that are asked for while a statement is under way share the
   * next one. Rejects with KeysUnavailableError, KeyForgottenError, CustomerIdError or WrongMasterKeyError.
   */
  async getOrCreate(customerId: string): Promise<Subkeys> {
    const id = checked(customerId);
    const known = this.#cache.get(id);
    if (known !== undefined) return known;
    const asked = this.#fetching.get(id) ?? this.#waiting.get(id);
    if (asked !== undefined) return asked.promise;
    if (this.#waiting.size >= MAX_WAITING) throw new KeysUnavailableError("too many customers wait for their keys");
    const waiting: Waiting = Promise.withResolvers<Subkeys>();
    this.#waiting.set(id, waiting);
    if (this.#fetching.size === 0) void this.#drain();
    return waiting.promise;
  }

  /** The customer's subkeys; undefined when they have none, or none any more. Rejects with KeysUnavailableError. */
  async get(customerId: string): Promise<Subkeys | undefined> {
    const id = checked(customerId);
    const known = this.#cache.get(id);
    if (known !== undefined) return known;
    const underWay = this.#reads.get(id);
    if (underWay !== undefined) return underWay;
    const reading = this.#read([id])
      .then((found) => found.get(id))
      .finally(() => this.#reads.delete(id));
    this.#reads.set(id, reading);
    return reading;
  }

  /** Subkeys of many customers; those without a key are left out. Rejects with KeysUnavailableError. */
  async many(customerIds: Iterable<string>): Promise<ReadonlyMap<string, Subkeys>> {
    const found = new Map<string, Subkeys>();
    const missing: string[] = [];
    for (const id of new Set(Array.from(customerIds, checked))) {
      const known = this.#cache.get(id);
      if (known === undefined) missing.push(id);
      else found.set(id, known);
    }
    for (let from = 0; from < missing.length; from += BATCH) {
      for (const [id, keys] of await this.#read(missing.slice(from, from + BATCH))) found.set(id, keys);
    }
    return found;
  }

  /**
   * Forgets a customer's key for good: nothing sealed under it opens again, and no new key is made. This process's cache
   * is emptied of it; other processes have to be told.
   */
  async forget(customerId: string): Promise<void> {
    const id = checked(customerId);
    await available(() => eraseKey(this.#pool, id, kidOf(id), new Date(this.#clock.now())));
    this.drop(id);
  }

  /** Empties this process's cache of a customer whose key was forgotten elsewhere. */
  drop(customerId: string): void {
    this.#forgotten += 1;
    this.#cache.delete(checked(customerId));
  }

  /** Asked before the database is used for the first time: nothing may be wrapped by a wrong master key. */
  #prove(): Promise<void> {
    this.#proven ??= available(() => assertMasterKey(this.#pool, this.#master)).catch((error: unknown) => {
      this.#proven = undefined;
      throw error;
    });
    return this.#proven;
  }

  async #read(ids: readonly string[]): Promise<ReadonlyMap<string, Subkeys>> {
    const before = this.#forgotten;
    await this.#prove();
    const rows = await available(() => selectKeys(this.#pool, ids));
    const found = new Map<string, Subkeys>();
    for (const row of rows) {
      const keys = this.#open(row);
      if (keys === undefined) continue;
      found.set(row.customer_id, keys);
      this.#remember(row.customer_id, keys, before);
    }
    return found;
  }

  #open(row: KeyRow): Subkeys | undefined {
    return row.wrapped === null ? undefined : subkeysOf(row.kid, unwrap(this.#master, row.customer_id, row.wrapped));
  }

  #remember(id: string, keys: Subkeys, forgottenBefore: number): void {
    if (this.#forgotten === forgottenBefore) this.#cache.set(id, keys);
  }

  /** Fetches or makes the keys of those who wait, one statement at a time, until nobody waits. */
  async #drain(): Promise<void> {
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting].slice(0, BATCH);
      for (const [id] of batch) this.#waiting.delete(id);
      this.#fetching = new Map(batch);
      try {
        await this.#settle(batch.map(([id]) => id));
      } catch (error) {
        for (const { reject } of this.#fetching.values()) reject(error);
      } finally {
        this.#fetching = new Map();
      }
    }
  }

  async #settle(ids: readonly string[]): Promise<void> {
    const before = this.#forgotten;
    await this.#prove();
    const settle = (id: string, outcome: Subkeys | Error) => {
      const waiting = this.#fetching.get(id);
      if (outcome instanceof Error) waiting?.reject(outcome);
      else {
        this.#remember(id, outcome, before);
        waiting?.resolve(outcome);
      }
    };
    // In one order everywhere: two processes that make keys for the same customers must not wait for each other.
    const fresh = ids.toSorted().map((id) => {
      const dataKey = randomBytes(KEY_BYTES);
      const row = { customer_id: id, kid: kidOf(id), wrapped: wrap(this.#master, id, dataKey) };
      return { id, row, keys: subkeysOf(row.kid, dataKey) };
    });

    failpoint("keys.before-commit");
    const made = await available(() =>
      insertKeys(
        this.#pool,
        fresh.map(({ row }) => row),
        new Date(this.#clock.now()),
      ),
    );
    failpoint("keys.after-commit");
    for (const { id, keys } of fresh) if (made.has(id)) settle(id, keys);

    const others = ids.filter((id) => !made.has(id));
    if (others.length === 0) return;
    const rows = await available(() => selectKeys(this.#pool, others));
    const found = new Map(rows.map((row) => [row.customer_id, row]));
    for (const id of others) {
      const row = found.get(id);
      settle(
        id,
        row === undefined ? new KeysUnavailableError("a customer's key row has vanished") : this.#outcome(row),
      );
    }
  }

  #outcome(row: KeyRow): Subkeys | Error {
    try {
      return this.#open(row) ?? new KeyForgottenError(row.customer_id);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }
}
