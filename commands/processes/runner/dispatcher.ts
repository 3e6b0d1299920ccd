import type { Pool } from "pg";
import { orderStream } from "../../../domain/order/events.ts";
import type { Clock } from "../../../infra/clock.ts";
import type { Tenure } from "../../../infra/consumers/consumer.ts";
import { failpoint } from "../../../infra/failpoints.ts";
import type { Log } from "../../../infra/log.ts";
import { orders } from "../../orders/order-aggregate.ts";
import type { StreamMemory } from "../../writing/stream-memory.ts";
import type { EffectRow, EffectsTable } from "./effects-table.ts";
import type { ProcessManager } from "./process-manager.ts";

interface DispatcherOptions {
  readonly manager: ProcessManager;
  readonly table: EffectsTable;
  readonly memory: StreamMemory;
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: Log;
  readonly tenure: Tenure;
  readonly scanMs: number;
  readonly retryDelaysMs: readonly number[];
}

/** Effects that run beside each other, and that wait in memory; what does not fit is found again by the scan. */
const AT_ONCE = 32;
const MOST_QUEUED = 2_000;
const DONE_FLUSH_MS = 100;
/**
 * What the store said of an order so long ago is what it says now: an effect that follows from the outcome of the one
 * before need not read the stream again. What comes in between is met as what comes while the effect acts.
 */
const NOW_MS = 200;

/** Carries effects out while this process owns them. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #queue: EffectRow[] = [];
  /** Effects in the queue or at work: an effect is never carried out twice at once. */
  readonly #known = new Set<string>();
  /** Lanes with an effect at work; the next of the lane waits in the queue and takes nobody's place. */
  readonly #busyLanes = new Set<string>();
  #running = 0;
  #finished: EffectRow[] = [];
  #flushing: Promise<void> | undefined;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Starts the scan by due time, which recovers what was forgotten and serves delays and deadlines. */
  start(): void {
    const { tenure, scanMs, log } = this.#options;
    const scan = async () => {
      if (!tenure.held()) return;
      try {
        await this.#scan();
      } catch (error) {
        log.warn({ process: this.#options.manager.name, cause: String(error) }, "due effects not read; tried again");
      }
      if (!tenure.lost.aborted) setTimeout(scan, scanMs).unref();
    };
    void scan();
  }

  /** Takes effects that are due by now; the others wait for the scan. */
  offer(effects: readonly EffectRow[]): void {
    const now = this.#options.clock.now();
    for (const effect of effects) if (effect.dueAt <= now) this.#enqueue(effect);
    this.#pump();
  }

  async #scan(): Promise<void> {
    const { table, pool, clock } = this.#options;
    const room = MOST_QUEUED - this.#queue.length;
    if (room <= 0) return;
    for (const effect of await table.due(pool, clock.now(), room + this.#known.size)) this.#enqueue(effect);
    this.#pump();
  }

  #enqueue(effect: EffectRow): void {
    const key = keyOf(effect);
    if (this.#known.has(key) || this.#queue.length >= MOST_QUEUED) return;
    this.#known.add(key);
    this.#queue.push(effect);
  }

  #pump(): void {
    while (this.#running < AT_ONCE && this.#options.tenure.held()) {
      const next = this.#queue.findIndex(({ lane }) => lane === undefined || !this.#busyLanes.has(lane));
      const [effect] = next < 0 ? [] : this.#queue.splice(next, 1);
      if (!effect) return;
      const { lane } = effect;
      if (lane !== undefined) this.#busyLanes.add(lane);
      this.#running++;
      void this.#run(effect).finally(() => {
        this.#running--;
        if (lane !== undefined) this.#busyLanes.delete(lane);
        this.#pump();
      });
    }
  }

  async #run(effect: EffectRow): Promise<void> {
    const { manager, memory, clock, tenure, log } = this.#options;
    try {
      if (!tenure.held()) return;
      // Still owed? Decided on the order as the store has it now, never on what the row says.
      const { state } = await memory.recent(orderStream(effect.orderId), orders, NOW_MS);
      const owed = state && manager.owed(state).find(({ id }) => id === effect.id);
      if (!state || !owed) return this.#done(effect);
      if (owed.dueAt > clock.now()) return await this.#again(effect, owed.dueAt);
      if (!tenure.held()) return;
      failpoint("effect.before-act");
      const held = () => tenure.held();
      const performed = await manager.perform({ ...owed, orderId: effect.orderId, tries: effect.tries, held }, state);
      if (performed) return await this.#again(effect, performed.again);
      this.#done(effect);
    } catch (error) {
      if (!tenure.held()) return;
      const { retryDelaysMs } = this.#options;
      const delay = retryDelaysMs[Math.min(effect.tries, retryDelaysMs.length - 1)] ?? 1_000;
      log.warn(
        { process: manager.name, orderId: effect.orderId, effect: effect.id, tries: effect.tries + 1, err: error },
        "an effect failed; it is tried again",
      );
      const dueAt = clock.now() + delay * (0.75 + Math.random() / 2);
      await this.#again(effect, Math.round(dueAt), String(error).slice(0, 500)).catch(() => {
        this.#known.delete(keyOf(effect));
      });
    }
  }

  async #again(effect: EffectRow, dueAt: number, error?: string): Promise<void> {
    const { table, pool, tenure } = this.#options;
    try {
      await table.again(pool, tenure.epoch, effect, dueAt, error);
    } finally {
      this.#known.delete(keyOf(effect));
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
      for (const effect of finished) this.#known.delete(keyOf(effect));
    }
  }
}

const keyOf = (effect: EffectRow): string => `${effect.orderId}/${effect.id}`;
