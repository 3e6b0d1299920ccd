import type { Pool } from "pg";
import { pause } from "../../../infra/consumers/waiting.ts";
import type { Log } from "../../../infra/log.ts";
import { type CircuitRow, readCircuits, writeCircuits } from "../../../infra/outside/circuits-table.ts";
import { type Outside, outsideName } from "../../../infra/outside/outside.ts";
import type { CircuitSeen, Guards } from "../../gateways/guards.ts";

/** A process manager that is owned here, as far as circuits concern it. */
export interface CircuitMember {
  /** Retries that wait for an outside system. */
  waitingFor(outside: Outside): Promise<number>;
  /** Makes those retries due now. */
  bringForward(outside: Outside): Promise<void>;
}

interface BoardOptions {
  readonly guards: Guards;
  readonly pool: Pool;
  readonly log: Log;
  readonly instance: string;
}

const LOOK_MS = 1_000;
/** What failed at the open circuit in its last moment is written down as a retry a moment after it has closed. */
const FORWARDS = 3;

/**
 * Keeps `runner.circuits` as the circuits are, and has what waits for an outside system carried out when it answers
 * again. What an earlier life of the process has left open is taken up and probed, so that its effects do not wait for
 * their planned time.
 */
export class CircuitBoard {
  readonly #options: BoardOptions;
  readonly #members = new Set<CircuitMember>();
  readonly #shown = new Map<string, CircuitRow>();
  /** Circuits that have closed, and how often their effects are still to be brought forward. */
  readonly #closed = new Map<string, { readonly outside: Outside; left: number }>();
  #wake = new AbortController();
  /** Whether circuits that others left open have been looked for since a process manager came in. */
  #adopted = false;

  constructor(options: BoardOptions) {
    this.#options = options;
    options.guards.onChange((seen) => this.#changed(seen));
  }

  /** A process manager has come into this process; `lost` takes it off again. */
  join(member: CircuitMember, lost: AbortSignal): void {
    this.#members.add(member);
    this.#adopted = false;
    lost.addEventListener("abort", () => this.#members.delete(member), { once: true });
  }

  /** The circuits of this process, with what waits for them; for health and metrics. */
  seen(): CircuitRow[] {
    const { guards, instance } = this.#options;
    return guards
      .circuits()
      .map((seen) => ({ ...seen, instance, waiting: this.#shown.get(outsideName(seen))?.waiting ?? 0 }));
  }

  /** Keeps the board until the signal; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (!this.#adopted) await this.#adopt();
        await this.#forward();
        await this.#show();
      } catch (error) {
        this.#options.log.warn({ cause: String(error) }, "circuits not written down; tried again");
      }
      await pause(LOOK_MS, AbortSignal.any([signal, this.#wake.signal]));
      if (this.#wake.signal.aborted) this.#wake = new AbortController();
    }
    this.#options.guards.close();
  }

  #changed(seen: CircuitSeen): void {
    const { log } = this.#options;
    const name = outsideName(seen);
    const facts = { system: seen.system, place: seen.place, failureType: seen.failureType };
    if (seen.state === "open") {
      this.#closed.delete(name);
      log.error(facts, "circuit open: an outside system does not answer");
    } else {
      this.#closed.set(name, { outside: seen, left: FORWARDS });
      log.info(facts, "circuit closed: what waits for it is carried out");
    }
    this.#wake.abort();
  }

  async #adopt(): Promise<void> {
    const { guards, pool } = this.#options;
    const rows = await readCircuits(pool);
    this.#adopted = true;
    for (const row of rows) if (row.state === "open") guards.adopt(row);
  }

  /** Before the row says closed: who dies in between finds it open and does it again. */
  async #forward(): Promise<void> {
    for (const [name, closed] of [...this.#closed]) {
      for (const member of this.#members) await member.bringForward(closed.outside);
      closed.left--;
      if (closed.left === 0 && this.#closed.get(name) === closed) this.#closed.delete(name);
    }
  }

  async #show(): Promise<void> {
    const { guards, pool, instance } = this.#options;
    const rows: CircuitRow[] = [];
    for (const seen of guards.circuits()) {
      const name = outsideName(seen);
      const shown = this.#shown.get(name);
      // Of a system that has always answered there is nothing to tell.
      if (seen.state === "closed" && shown === undefined) continue;
      const quiet = seen.state === "closed" && shown?.state === "closed" && shown.waiting === 0;
      const waiting = quiet ? 0 : await this.#waitingFor(seen);
      const row = { ...seen, waiting, instance };
      const same = shown?.state === row.state && shown.waiting === waiting && shown.failureType === row.failureType;
      if (!same) rows.push(row);
    }
    if (!(await writeCircuits(pool, rows, instance))) return;
    for (const row of rows) this.#shown.set(outsideName(row), row);
  }

  async #waitingFor(outside: Outside): Promise<number> {
    const counts = await Promise.all([...this.#members].map((member) => member.waitingFor(outside)));
    return counts.reduce((sum, count) => sum + count, 0);
  }
}
