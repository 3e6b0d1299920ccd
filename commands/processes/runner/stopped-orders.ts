import type { Pool } from "pg";
import { orderIdOf } from "../../../domain/order/events.ts";
import type { Tenure } from "../../../infra/consumers/consumer.ts";
import { stoppedStreams } from "../../../infra/dead-letters/record.ts";
import type { EffectRow, EffectsTable } from "./effects-table.ts";

const MOST_AT_ONCE = 1_000;

/**
 * Orders of which a process does nothing until somebody decides: an event of theirs could not be handled, or an effect
 * of theirs failed for good. Their other effects are held, and go on when the order does.
 */
export class StoppedOrders {
  readonly #pool: Pool;
  readonly #table: EffectsTable;
  readonly #consumer: string;
  readonly #tenure: Tenure;
  #stopped: ReadonlySet<string> = new Set();
  /** Stopped by this process since the last look. */
  readonly #new = new Set<string>();
  #held = true;

  constructor(options: {
    readonly pool: Pool;
    readonly table: EffectsTable;
    readonly consumer: string;
    readonly tenure: Tenure;
  }) {
    this.#pool = options.pool;
    this.#table = options.table;
    this.#consumer = options.consumer;
    this.#tenure = options.tenure;
  }

  has(orderId: string): boolean {
    return this.#stopped.has(orderId) || this.#new.has(orderId);
  }

  add(orderId: string): void {
    this.#new.add(orderId);
  }

  async hold(effect: EffectRow): Promise<void> {
    this.#held = true;
    await this.#table.hold(this.#pool, this.#tenure.epoch, [effect]);
  }

  /** Learns which orders are stopped now, and lets the effects of the others go on. */
  async refresh(): Promise<void> {
    const known = [...this.#new];
    const streams = await stoppedStreams(this.#pool, this.#consumer);
    this.#stopped = new Set([...streams].flatMap((stream) => orderIdOf(stream) ?? []));
    for (const orderId of known) this.#new.delete(orderId);
    if (!this.#held) return;
    const waiting = await this.#table.held(this.#pool, MOST_AT_ONCE);
    this.#held = waiting.length > 0;
    const free = waiting.filter(({ orderId }) => !this.has(orderId));
    await this.#table.release(this.#pool, this.#tenure.epoch, free);
  }
}
