import type { Pool } from "pg";
import type { Log } from "../log.ts";
import { messageOf } from "./waiting.ts";

/**
 * The right to be the one that writes, for a bounded time, with a number that grows with every owner.
 *
 * It says who *should* write; that nobody else *can* is the work of the epoch, which every writing transaction
 * compares. A process may be stopped for any time between asking `held()` and its commit.
 */
export interface Lease {
  readonly name: string;
  readonly epoch: bigint;
  /** The owner before did not release it: it died, was stopped, or lost the database. */
  readonly afterUncleanEnd: boolean;
  /**
   * Whether the lease is certainly still ours, without asking anybody: counted on the monotonic clock, from before
   * the last successful renewal was sent, so that a stopped process that wakes up sees false at once.
   */
  held(): boolean;
  /** Aborted when the lease is known to be lost, or given back. */
  readonly lost: AbortSignal;
  /**
   * Gives it back, so that the next owner need not wait; `clean: false` when this owner did not get to work, so that
   * the next one still learns of an unclean end before. Never throws: the lease expires by itself.
   */
  release(how: { readonly clean: boolean }): Promise<void>;
}

export interface LeaseRequest {
  readonly pool: Pool;
  readonly name: string;
  /** Name of this process. */
  readonly instance: string;
  readonly leaseMs: number;
  readonly log: Log;
  /**
   * Take over from a process of the same name without waiting: it can only be an earlier life of this one. Ask for it
   * once per life, or two processes with one name would take the lease from each other for ever.
   */
  readonly takeOver?: boolean;
}

const ACQUIRE = `
  WITH before AS (SELECT owner FROM runner.leases WHERE name = $1)
  INSERT INTO runner.leases AS lease (name, owner, epoch, expires_at)
  VALUES ($1, $2, 1 + coalesce((SELECT epoch FROM runner.positions WHERE name = $1), 0),
    clock_timestamp() + make_interval(secs => $3))
  ON CONFLICT (name) DO UPDATE
    SET owner = excluded.owner, epoch = lease.epoch + 1, expires_at = excluded.expires_at
    WHERE lease.expires_at < clock_timestamp() OR ($4 AND lease.owner = excluded.owner)
  RETURNING epoch, (SELECT owner FROM before) AS owner_before`;

const RENEW = `
  UPDATE runner.leases SET expires_at = clock_timestamp() + make_interval(secs => $4)
  WHERE name = $1 AND owner = $2 AND epoch = $3`;

const RELEASE = `
  UPDATE runner.leases SET owner = CASE WHEN $4 THEN '' ELSE owner END, expires_at = '-infinity'
  WHERE name = $1 AND owner = $2 AND epoch = $3`;

/** Takes the lease if nobody holds it; undefined when somebody does. Rejects when the database cannot be asked. */
export async function acquireLease(request: LeaseRequest): Promise<Lease | undefined> {
  const { pool, name, instance, leaseMs, takeOver = false } = request;
  const asked = performance.now();
  const { rows } = await pool.query<{ epoch: string; owner_before: string | null }>(ACQUIRE, [
    name,
    instance,
    leaseMs / 1000,
    takeOver,
  ]);
  const row = rows[0];
  if (row === undefined) return undefined;
  const afterUncleanEnd = row.owner_before !== null && row.owner_before !== "";
  return new HeldLease(request, BigInt(row.epoch), afterUncleanEnd, asked + leaseMs);
}

class HeldLease implements Lease {
  readonly name: string;
  readonly epoch: bigint;
  readonly afterUncleanEnd: boolean;
  readonly #request: LeaseRequest;
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #heldUntil: number;
  #renewing: Promise<void> | undefined;

  constructor(request: LeaseRequest, epoch: bigint, afterUncleanEnd: boolean, heldUntil: number) {
    this.name = request.name;
    this.epoch = epoch;
    this.afterUncleanEnd = afterUncleanEnd;
    this.#request = request;
    this.#heldUntil = heldUntil;
    this.#timer = setInterval(() => this.#renew(), request.leaseMs / 3);
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  held(): boolean {
    if (this.#lost.signal.aborted) return false;
    if (performance.now() < this.#heldUntil) return true;
    this.#lose("not renewed in time");
    return false;
  }

  async release({ clean }: { readonly clean: boolean }): Promise<void> {
    const wasHeld = !this.#lost.signal.aborted;
    clearInterval(this.#timer);
    this.#lost.abort();
    await this.#renewing;
    if (!wasHeld) return;
    const { pool, name, instance, log } = this.#request;
    try {
      await pool.query(RELEASE, [name, instance, this.epoch.toString(), clean || !this.afterUncleanEnd]);
    } catch (error) {
      log.warn({ lease: name, cause: messageOf(error) }, "lease could not be given back; it expires");
    }
  }

  #renew(): void {
    // Looked at before asking: what has run out is not renewed, its work has to begin anew under a new epoch.
    if (!this.held() || this.#renewing) return;
    this.#renewing = this.#renewOnce().finally(() => {
      this.#renewing = undefined;
    });
  }

  async #renewOnce(): Promise<void> {
    const { pool, name, instance, leaseMs, log } = this.#request;
    const asked = performance.now();
    try {
      const { rowCount } = await pool.query(RENEW, [name, instance, this.epoch.toString(), leaseMs / 1000]);
      if (rowCount === 1) this.#heldUntil = asked + leaseMs;
      else this.#lose("taken by another process");
    } catch (error) {
      // The next renewal tries again; without one in time `held` turns false by itself.
      log.warn({ lease: name, cause: messageOf(error) }, "lease could not be renewed");
    }
  }

  #lose(reason: string): void {
    if (this.#lost.signal.aborted) return;
    clearInterval(this.#timer);
    this.#lost.abort();
    this.#request.log.warn({ lease: this.name, epoch: this.epoch.toString(), reason }, "lease lost");
  }
}
