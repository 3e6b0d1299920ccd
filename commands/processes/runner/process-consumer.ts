import type { Pool, PoolClient } from "pg";
import type { RecordedEvent } from "../../../domain/chain/envelope.ts";
import { orderIdOf, orderStream } from "../../../domain/order/events.ts";
import type { OrderState } from "../../../domain/order/state.ts";
import type { Clock } from "../../../infra/clock.ts";
import type { Committed, Consumer, Tenure } from "../../../infra/consumers/consumer.ts";
import type { Log } from "../../../infra/log.ts";
import { orders } from "../../orders/order-aggregate.ts";
import { emptyStream, type LoadedStream, type StreamMemory } from "../../writing/stream-memory.ts";
import { Dispatcher } from "./dispatcher.ts";
import { type EffectRow, EffectsTable } from "./effects-table.ts";
import type { ProcessManager } from "./process-manager.ts";
import { Sweep } from "./sweep.ts";

export interface ProcessOptions {
  readonly manager: ProcessManager;
  readonly memory: StreamMemory;
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: Log;
  /** How often due effects are looked for, in milliseconds. */
  readonly scanMs: number;
  /** How often open orders are asked what they are owed, in milliseconds. */
  readonly sweepMs: number;
  /** Delays before an effect that failed unexpectedly is tried again, in milliseconds; the last one repeats. */
  readonly retryDelaysMs: readonly number[];
}

/** A paid order waits for each of the hops that follow: shorter than for a read model. */
const GATHER_MS = 20;

/**
 * The runner of a process manager: follows the log, writes down what orders are owed in the transaction that moves the
 * position, and has it carried out while this process owns it.
 */
export function processConsumer(options: ProcessOptions): Consumer {
  const { manager, memory } = options;
  const table = new EffectsTable(manager.name, manager.name);
  let dispatcher: Dispatcher | undefined;
  let added: EffectRow[] = [];

  return {
    name: manager.name,
    schema: manager.name,
    failpointPrefix: "process",
    gatherMs: GATHER_MS,
    handles: (type) => manager.handles(type),

    async apply(batch: readonly RecordedEvent[], tx: PoolClient): Promise<void> {
      // A batch may be handed over again after a rollback: what the lost try added is not to be carried out.
      added = [];
      const touched = await foldBatch(memory, batch);
      if (touched.length === 0) return;
      await table.touch(
        tx,
        touched.map(({ orderId }) => orderId),
      );
      const owed = touched.flatMap(({ orderId, state }) =>
        state ? manager.owed(state).map(({ id, dueAt, lane }) => ({ orderId, id, dueAt, lane })) : [],
      );
      added = await table.add(tx, owed);
    },

    afterCommit(_committed: Committed): void {
      // A paid order does not wait for a poll: what is due goes at once; the scan finds what this process forgets.
      dispatcher?.offer(added);
      added = [];
    },

    owned(tenure: Tenure): void {
      dispatcher = new Dispatcher({ ...options, table, tenure });
      const sweep = new Sweep({ ...options, table, tenure, offer: (effects) => dispatcher?.offer(effects) });
      dispatcher.start();
      sweep.start();
    },
  };
}

/** Brings the orders of a batch up to its events, from memory where possible, and returns each order once. */
async function foldBatch(
  memory: StreamMemory,
  batch: readonly RecordedEvent[],
): Promise<{ orderId: string; state: OrderState }[]> {
  const byStream = new Map<string, RecordedEvent[]>();
  for (const event of batch) {
    const events = byStream.get(event.stream);
    if (events) events.push(event);
    else byStream.set(event.stream, [event]);
  }
  const missing: string[] = [];
  const folded: { orderId: string; state: OrderState }[] = [];
  for (const [stream, events] of byStream) {
    const orderId = orderIdOf(stream);
    const last = events.at(-1);
    if (orderId === undefined || last === undefined) continue;
    let loaded: LoadedStream<OrderState> | undefined = memory.remembered<OrderState>(stream);
    if (!loaded && events[0]?.revision === 0n) loaded = emptyStream(stream, orders);
    if (loaded && loaded.revision < last.revision) {
      const next = following(loaded.revision, events);
      loaded = next ? memory.advance(loaded, orders, next) : undefined;
    }
    if (loaded) folded.push({ orderId, state: loaded.state });
    else missing.push(orderId);
  }
  // After a start the orders under way are read once, some at a time.
  for (let i = 0; i < missing.length; i += 16) {
    const some = missing.slice(i, i + 16);
    const read = await Promise.all(some.map((orderId) => memory.refresh(orderStream(orderId), orders)));
    read.forEach((loaded, index) => {
      const orderId = some[index];
      if (orderId) folded.push({ orderId, state: loaded.state });
    });
  }
  return folded;
}

/** The events that follow a revision, or undefined where the batch leaves some out because nobody here handles them. */
function following(revision: bigint, events: readonly RecordedEvent[]): readonly RecordedEvent[] | undefined {
  const next = events.filter((event) => event.revision > revision);
  return next.every((event, i) => event.revision === revision + BigInt(i) + 1n) ? next : undefined;
}
