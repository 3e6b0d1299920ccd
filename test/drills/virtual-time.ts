import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "pg";
import { PROCESS_SCHEMAS } from "../../commands/processes/runner/effects-table.ts";
import { CLOCK_FILE_READ_MS } from "../../infra/clock.ts";
import { writeFileAtomically } from "../../infra/supervisor/files.ts";

export interface VirtualTimeOptions {
  /** CLOCK_FILE of every process of the system. */
  readonly clockFile: string;
  /** Asked what is due; not needed by who only advances. */
  readonly databaseUrl: string;
}

/** How a stretch of time is passed. */
export interface Passing {
  /** No jump is shorter, so that retries that lie close together are one round; in milliseconds. */
  readonly leastMs: number;
  /** No jump is longer, so that what has timers of its own, such as a simulator, is not skipped; in milliseconds. */
  readonly mostMs: number;
  /** How long, in real time, what is due is given to be done before the next jump. */
  readonly settleMs: number;
  /** Told after every jump. */
  readonly jumped?: (time: VirtualTime) => void | Promise<void>;
}

const LOOK_MS = 20;
const ASK_WITHIN_MS = 10_000;
/** Every process has read the file by then, on a slow machine too. */
const SEEN_AFTER_MS = CLOCK_FILE_READ_MS * 2;

/**
 * The business time of a system with a CLOCK_FILE, moved from outside: in all its processes and in the simulators, so
 * that weeks pass in a minute. Leases, I/O timeouts and tokens stay on real time and notice nothing.
 */
export class VirtualTime {
  readonly #clockFile: string;
  readonly #pool: Pool;
  #aheadMs = 0;

  constructor({ clockFile, databaseUrl }: VirtualTimeOptions) {
    this.#clockFile = clockFile;
    this.#pool = new Pool({
      connectionString: databaseUrl,
      application_name: "drill",
      max: 1,
      connectionTimeoutMillis: ASK_WITHIN_MS,
      query_timeout: ASK_WITHIN_MS,
    });
    this.#pool.on("error", () => undefined); // the next question connects anew
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  /** By how much business time is ahead of real time. */
  get aheadMs(): number {
    return this.#aheadMs;
  }

  /** Business time, epoch milliseconds. */
  now(): number {
    return Date.now() + this.#aheadMs;
  }

  /** Moves every clock; backwards where `ms` is negative. Returns when all processes have noticed. */
  async advance(ms: number): Promise<void> {
    this.#aheadMs += Math.round(ms);
    await writeFileAtomically(this.#clockFile, `${this.#aheadMs}\n`);
    await sleep(SEEN_AFTER_MS);
  }

  /**
   * When the system wants to do something next: the least due time of all effects that are not due yet. Undefined where
   * nothing is planned.
   */
  async nextDue(): Promise<number | undefined> {
    const due = await this.#ask("SELECT min(due_at) AS due", "due_at > $1");
    return due.length === 0 ? undefined : Math.min(...due);
  }

  /**
   * Moves to the next due time, if there is one and it is within `mostMs`; by at least `leastMs`, so that what lies close
   * together is one jump. Returns by how much time was moved.
   */
  async jumpToNextDue(mostMs = Number.POSITIVE_INFINITY, leastMs = 0): Promise<number> {
    const due = await this.nextDue();
    const ms = due === undefined ? Number.POSITIVE_INFINITY : due - this.now();
    if (ms > mostMs) return 0;
    const moved = Math.max(leastMs, ms);
    await this.advance(moved);
    return moved;
  }

  /** Lets `ms` pass, from one due time to the next, and gives what is due the time to be done in between. */
  async pass(ms: number, { leastMs, mostMs, settleMs, jumped }: Passing): Promise<void> {
    const until = this.now() + ms;
    for (let left = ms; left > 0; left = until - this.now()) {
      const due = (await this.nextDue()) ?? Number.POSITIVE_INFINITY;
      await this.advance(Math.min(left, mostMs, Math.max(leastMs, due - this.now())));
      await this.settle(settleMs);
      await jumped?.(this);
    }
  }

  /** Waits until nothing that is due waits any more, at most `withinMs` of real time: whatever hangs goes on hanging. */
  async settle(withinMs: number): Promise<boolean> {
    const giveUpAt = performance.now() + withinMs;
    while ((await this.#ask("SELECT count(*) AS due", "due_at <= $1")).some((count) => count > 0)) {
      if (performance.now() > giveUpAt) return false;
      await sleep(LOOK_MS);
    }
    return true;
  }

  /** A number for each process that has an answer. */
  async #ask(select: string, where: string): Promise<number[]> {
    const all = PROCESS_SCHEMAS.map(
      (schema) => `(${select} FROM ${schema}.effects WHERE state = 'waiting' AND ${where})`,
    ).join(" UNION ALL ");
    const { rows } = await this.#pool.query<{ due: string | null }>(all, [this.now()]);
    return rows.flatMap(({ due }) => (due === null ? [] : [Number(due)]));
  }
}
