import type { Pool } from "pg";
import { orderStream } from "../../../domain/order/events.ts";
import { isFinal, type Order, type OrderState } from "../../../domain/order/state.ts";
import type { Clock } from "../../../infra/clock.ts";
import type { Tenure } from "../../../infra/consumers/consumer.ts";
import type { Log } from "../../../infra/log.ts";
import { orders } from "../../orders/order-aggregate.ts";
import { BrokenChainError, type StreamMemory } from "../../writing/stream-memory.ts";
import { type EffectRow, type EffectsTable, type NewEffect, newEffect } from "./effects-table.ts";
import type { OrdersTable } from "./orders-table.ts";
import type { Owed, ProcessManager } from "./process-manager.ts";

interface SweepOptions {
  readonly manager: ProcessManager;
  readonly table: EffectsTable;
  readonly ordersTable: OrdersTable;
  readonly clock: Clock;
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
const PAGES_A_SWEEP = 2;
/** How long after an order was settled the rows of its effects are kept for people who look, business time. */
const KEPT_MS = 3_600_000;
const COMPACTED_AT_ONCE = 1_000;

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
    const { table, ordersTable, pool, tenure, offer, clock } = this.#options;
    const ids = await ordersTable.unsettled(pool, this.#after, PAGE);
    this.#after = ids.length < PAGE ? undefined : ids.at(-1);
    if (this.#after === undefined && tenure.held()) {
      await ordersTable.compact(pool, tenure.epoch, clock.now() - KEPT_MS, COMPACTED_AT_ONCE);
    }
    if (ids.length === 0) return;
    const known = await ordersTable.statesOf(pool, ids);
    const settled: string[] = [];
    const missing: NewEffect[] = [];
    for (const { orderId, state } of await this.#states(ids)) {
      const owed = state && this.#owed(state);
      if (!owed) continue;
      const stateOf = (id: string) => known.get(orderId)?.get(id);
      if (isFinal(state) && owed.every(({ id }) => stateOf(id) === "done")) settled.push(orderId);
      // An effect that is held or has a dead letter is known: only a decision brings it back.
      for (const one of owed) if (stateOf(one.id) === undefined) missing.push(newEffect(orderId, one));
    }
    if (!tenure.held()) return;
    offer(await table.add(pool, missing));
    await ordersTable.settle(pool, tenure.epoch, settled, clock.now());
  }

  /** An order of which nobody can say what it is owed keeps no other from being asked; its next event says why. */
  #owed(state: Order): readonly Owed[] | undefined {
    const { manager, log } = this.#options;
    try {
      return manager.owed(state);
    } catch (error) {
      log.error(
        { process: manager.name, orderId: state.orderId, err: error },
        "what an open order is owed is not known",
      );
      return undefined;
    }
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
