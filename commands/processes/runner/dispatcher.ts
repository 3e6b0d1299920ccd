import type { Pool } from "pg";
import { orderStream } from "../../../domain/order/events.ts";
import type { Order, OrderState } from "../../../domain/order/state.ts";
import type { Clock } from "../../../infra/clock.ts";
import type { Tenure } from "../../../infra/consumers/consumer.ts";
import { failpoint } from "../../../infra/failpoints.ts";
import type { Log } from "../../../infra/log.ts";
import type { Outside } from "../../../infra/outside/outside.ts";
import { classify } from "../../gateways/failures/classify.ts";
import { orders } from "../../orders/order-aggregate.ts";
import type { StreamMemory } from "../../writing/stream-memory.ts";
import { buryEffect } from "./bury-effect.ts";
import { EffectQueue, type QueueLimits } from "./effect-queue.ts";
import type { EffectRow, EffectsTable } from "./effects-table.ts";
import type { Owed, ProcessManager } from "./process-manager.ts";
import { StoppedOrders } from "./stopped-orders.ts";
import { verdictOn } from "./verdict.ts";

export interface DispatcherOptions {
  readonly manager: ProcessManager;
  readonly table: EffectsTable;
  readonly memory: StreamMemory;
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: Log;
  readonly tenure: Tenure;
  readonly scanMs: number;
  readonly retryDelaysMs: readonly number[];
  readonly limits: QueueLimits;
  isOpen(outside: Outside): boolean;
  readonly version: string;
}

const DONE_FLUSH_MS = 100;
/** Pages that one scan reads at most: each leaves out what has no room. */
const PAGES_A_SCAN = 8;
/**
 * What was known of an order so long ago is what is known now: a store under load may take as long to answer. What comes
 * in between is met as what comes while the effect acts.
 */
const NOW_MS = 1_000;

/** Carries effects out while this process owns them. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #queue: EffectQueue;
  readonly #stopped: StoppedOrders;
  #finished: EffectRow[] = [];
  #flushing: Promise<void> | undefined;
  #scanning: Promise<void> | undefined;
  #pacing: NodeJS.Timeout | undefined;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    const { limits, isOpen, pool, table, manager, tenure } = options;
    this.#queue = new EffectQueue({ ...limits, isOpen });
    this.#stopped = new StoppedOrders({ pool, table, consumer: manager.name, tenure });
  }

  /** Starts the scan by due time, which recovers what was forgotten and serves delays and deadlines. */
  start(): void {
    const { tenure, scanMs } = this.#options;
    let begun = false;
    const turn = async () => {
      if (!tenure.held()) return;
      if (!begun) begun = await this.#keepDiscarded();
      await this.scan();
      if (!tenure.lost.aborted) setTimeout(turn, scanMs).unref();
    };
    void turn();
  }

  async #keepDiscarded(): Promise<boolean> {
    const { table, pool, tenure, log, manager } = this.#options;
    try {
      await table.keepDiscarded(pool, tenure.epoch);
      return true;
    } catch (error) {
      log.warn({ process: manager.name, cause: String(error) }, "discarded effects not looked up; tried again");
      return false;
    }
  }

  /** Takes effects that are due by now; the others wait for the scan. */
  offer(effects: readonly EffectRow[]): void {
    const now = this.#options.clock.now();
    for (const effect of effects) if (effect.dueAt <= now) this.#queue.offer(effect);
    this.#pump();
  }

  /** An order is stopped from now on: nothing more of it is begun. */
  stop(orderId: string): void {
    this.#stopped.add(orderId);
  }

  /** Looks for what is due now, also for what has just become so; never rejects. */
  async scan(): Promise<void> {
    this.#scanning ??= this.#scan()
      .catch((error) => {
        const { manager, log } = this.#options;
        log.warn({ process: manager.name, cause: String(error) }, "due effects not read; tried again");
      })
      .finally(() => {
        this.#scanning = undefined;
      });
    await this.#scanning;
  }

  async #scan(): Promise<void> {
    const { table, pool, clock, tenure } = this.#options;
    await this.#stopped.refresh();
    for (let page = 0; page < PAGES_A_SCAN && tenure.held() && this.#queue.room > 0; page++) {
      const limit = this.#queue.room + this.#queue.known;
      const [full, lanes] = [this.#queue.full(), this.#queue.fullLanes()];
      const { refusals } = this.#queue;
      this.#queue.scanBegins();
      const due = await table.due(pool, clock.now(), limit, full, lanes);
      for (const effect of due) this.#queue.offer(effect, true);
      // What stands in places that were left out may be of any lane.
      if (due.length < limit && full.length === 0) this.#queue.caughtUp(lanes, refusals);
      this.#pump();
      // What filled up in this page may have hidden what is due for others.
      const asFull = this.#queue.full().length === full.length && this.#queue.fullLanes().length === lanes.length;
      if (due.length < limit || asFull) return;
    }
  }

  #pump(): void {
    if (!this.#options.tenure.held()) return;
    for (let effect = this.#queue.next(); effect !== undefined; effect = this.#queue.next()) this.#begin(effect);
    const at = this.#queue.nextRetryAt();
    if (at === undefined || this.#pacing !== undefined) return;
    const wait = Math.max(1, at - performance.now());
    this.#pacing = setTimeout(() => {
      this.#pacing = undefined;
      this.#pump();
    }, wait).unref();
  }

  #begin(effect: EffectRow): void {
    void this.#run(effect).finally(() => {
      if (this.#queue.finished(effect)) void this.scan();
      this.#pump();
    });
  }

  async #run(effect: EffectRow): Promise<void> {
    const { manager, clock, tenure } = this.#options;
    try {
      if (!tenure.held()) return this.#queue.forget(effect);
      if (this.#stopped.has(effect.orderId)) return await this.#leave(effect, () => this.#stopped.hold(effect));
      const found = await this.#stillOwed(effect);
      if (found === undefined) return this.#done(effect);
      const { state, owed } = found;
      // Sooner than planned only while it can be asked: a circuit that has opened again must not use an attempt up.
      const open = owed.outside !== undefined && this.#options.isOpen(owed.outside);
      const sooner = effect.forward && owed.early === true && !open;
      if (owed.dueAt > clock.now() && !sooner) return await this.#again(effect, owed.dueAt);
      if (!tenure.held()) return this.#queue.forget(effect);
      failpoint("effect.before-act");
      const held = () => tenure.held();
      const performed = await manager.perform({ ...owed, orderId: effect.orderId, tries: effect.tries, held }, state);
      if (performed) return await this.#again(effect, performed.again);
      this.#done(effect);
    } catch (error) {
      if (!tenure.held()) return this.#queue.forget(effect);
      await this.#failed(effect, error);
    }
  }

  /**
   * Decided on the order as it is now, never on what the row says. That nothing is owed any more is never told from what
   * is only remembered: another process may have written the row down for an event that was not heard here yet.
   */
  async #stillOwed({ orderId, id }: EffectRow): Promise<{ state: Order; owed: Owed } | undefined> {
    const { manager, memory } = this.#options;
    const stream = orderStream(orderId);
    const owedIn = (state: OrderState) => {
      const owed = state && manager.owed(state).find((one) => one.id === id);
      return state && owed && { state, owed };
    };
    return (
      owedIn((await memory.recent(stream, orders, NOW_MS)).state) ??
      owedIn((await memory.refresh(stream, orders)).state)
    );
  }

  async #failed(effect: EffectRow, error: unknown): Promise<void> {
    const { clock, log, manager, retryDelaysMs } = this.#options;
    const failure = classify(error);
    const verdict = verdictOn(failure, effect.tries, retryDelaysMs);
    const facts = {
      process: manager.name,
      orderId: effect.orderId,
      effect: effect.id,
      tries: effect.tries,
      err: error,
    };
    const now = clock.now();
    if (verdict.is === "dead") {
      log.error({ ...facts, class: failure.class }, "an effect failed for good: its order waits for a decision");
      return await this.#leave(effect, async () => {
        const { pool, table, tenure, version } = this.#options;
        if (
          await buryEffect({ pool, table, epoch: tenure.epoch, consumer: manager.name, version }, effect, error, now)
        ) {
          this.#stopped.add(effect.orderId);
        }
      });
    }
    log[failure.fault ? "error" : "warn"]({ ...facts, class: failure.class }, "an effect failed; it is tried again");
    const { delayMs, counted } = verdict;
    await this.#leave(effect, () =>
      this.#options.table.again(this.#options.pool, this.#options.tenure.epoch, effect, {
        dueAt: now + delayMs,
        counted,
        ...(failure.class === "transient" && { error: String(error).slice(0, 500), failedAt: now }),
      }),
    );
  }

  #again(effect: EffectRow, dueAt: number): Promise<void> {
    const { table, pool, tenure } = this.#options;
    return this.#leave(effect, () => table.again(pool, tenure.epoch, effect, { dueAt, counted: false }));
  }

  /** Writes down what becomes of an effect. When that fails its row is as it was, and is found by a later scan. */
  async #leave(effect: EffectRow, write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      const { log, manager } = this.#options;
      log.warn({ process: manager.name, effect: effect.id, cause: String(error) }, "an effect's row was not changed");
    } finally {
      this.#queue.forget(effect);
    }
  }

  #done(effect: EffectRow): void {
    failpoint("effect.before-done");
    this.#finished.push(effect);
    this.#flushing ??= this.#flush();
  }

  /** Marks what is done, many in one statement. An effect whose mark is lost is found not to be owed any more. */
  async #flush(): Promise<void> {
    const { table, pool, tenure, log } = this.#options;
    await new Promise((resolve) => setTimeout(resolve, DONE_FLUSH_MS));
    const finished = this.#finished;
    this.#finished = [];
    this.#flushing = undefined;
    try {
      if (tenure.held()) await table.done(pool, tenure.epoch, finished);
      failpoint("effect.after-done");
    } catch (error) {
      log.warn({ process: this.#options.manager.name, cause: String(error) }, "effects not marked as done");
    } finally {
      for (const effect of finished) this.#queue.forget(effect);
    }
  }
}
