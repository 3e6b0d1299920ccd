import type { Pool } from "pg";
import { orderStream } from "../../../domain/order/events.ts";
import { isFinal, type OrderState } from "../../../domain/order/state.ts";
import type { Tenure } from "../../../infra/consumers/consumer.ts";
import type { Log } from "../../../infra/log.ts";
import { orders } from "../../orders/order-aggregate.ts";
import { BrokenChainError, type StreamMemory } from "../../writing/stream-memory.ts";
import type { EffectRow, EffectsTable } from "./effects-table.ts";
import type { ProcessManager } from "./process-manager.ts";

interface SweepOptions {
  readonly manager: ProcessManager;
  readonly table: EffectsTable;
  readonly memory: StreamMemory;
  readonly pool: Pool;
  readonly log: Log;
  readonly tenure: Tenure;
  readonly sweepMs: number;
  offer(effects: readonly EffectRow[]): void;
}

const PAGE = 200;
const READ_AT_ONCE = 8;
/** With more open orders than fit into so many pages a round takes longer, and the work beside it does not suffer. */
const PAGES_A_SWEEP = 10;

/**
 * Asks open orders again and again what they are owed and writes down what is missing, so that the table of effects
 * holds nothing that cannot be derived: with every row deleted, every order still ends right. Orders that have ended
 * and have all their effects done are settled and not asked again.
 */
export class Sweep {
  readonly #options: SweepOptions;
  #after: string | undefined;

  constructor(options: SweepOptions) {
    this.#options = options;
  }

  start(): void {
    const { tenure, sweepMs, log, manager } = this.#options;
    const turn = async () => {
      if (!tenure.held()) return;
      // Each for itself: what fails in the one keeps nobody from the other.
      const beside = this.#after === undefined ? manager.sweep?.(() => tenure.held()) : undefined;
      for (const result of await Promise.allSettled([beside, this.#page()])) {
        if (result.status === "fulfilled") continue;
        log.warn({ process: manager.name, cause: String(result.reason) }, "not all was looked after; tried again");
      }
      const wait = this.#after === undefined ? sweepMs : sweepMs / PAGES_A_SWEEP;
      if (!tenure.lost.aborted) setTimeout(turn, wait).unref();
    };
    setTimeout(turn, sweepMs).unref();
  }

  async #page(): Promise<void> {
    const { table, pool, manager, tenure, offer } = this.#options;
    const ids = await table.unsettled(pool, this.#after, PAGE);
    this.#after = ids.length < PAGE ? undefined : ids.at(-1);
    if (ids.length === 0) return;
    const known = await table.statesOf(pool, ids);
    const settled: string[] = [];
    const missing: Omit<EffectRow, "tries">[] = [];
    for (const { orderId, state } of await this.#states(ids)) {
      if (!state) continue;
      const owed = manager.owed(state);
      const stateOf = (id: string) => known.get(orderId)?.get(id);
      if (isFinal(state) && owed.every(({ id }) => stateOf(id) === "done")) settled.push(orderId);
      for (const { id, dueAt, lane } of owed) {
        if (stateOf(id) === undefined) missing.push({ orderId, id, dueAt, lane });
      }
    }
    if (!tenure.held()) return;
    offer(await table.add(pool, missing));
    await table.settle(pool, tenure.epoch, settled);
  }

  async #states(ids: readonly string[]): Promise<{ orderId: string; state: OrderState }[]> {
    const states: { orderId: string; state: OrderState }[] = [];
    for (let i = 0; i < ids.length; i += READ_AT_ONCE) {
      const some = ids.slice(i, i + READ_AT_ONCE);
      const loaded = await Promise.all(some.map(async (orderId) => ({ orderId, state: await this.#state(orderId) })));
      states.push(...loaded);
    }
    return states;
  }

  /** The order as it is remembered or stored; one whose stream does not hold together keeps no other from being asked. */
  async #state(orderId: string): Promise<OrderState> {
    const { memory, log, manager } = this.#options;
    const stream = orderStream(orderId);
    try {
      return (memory.remembered<OrderState>(stream) ?? (await memory.refresh(stream, orders))).state;
    } catch (error) {
      if (!(error instanceof BrokenChainError)) throw error;
      log.warn({ process: manager.name, orderId, cause: error.message }, "an open order cannot be read");
      return undefined;
    }
  }
}
