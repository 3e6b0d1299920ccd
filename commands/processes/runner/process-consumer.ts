import type { Pool, PoolClient } from "pg";
import type { RecordedEvent } from "../../../domain/chain/envelope.ts";
import { orderIdOf, orderStream } from "../../../domain/order/events.ts";
import type { OrderState } from "../../../domain/order/state.ts";
import type { Clock } from "../../../infra/clock.ts";
import type { Committed, Consumer, Parked, Tenure } from "../../../infra/consumers/consumer.ts";
import { OwnershipLostError } from "../../../infra/consumers/fence.ts";
import type { Log } from "../../../infra/log.ts";
import type { Outside } from "../../../infra/outside/outside.ts";
import { allSent } from "../../../infra/postgres/pool.ts";
import type { Guards } from "../../gateways/guards.ts";
import { orders } from "../../orders/order-aggregate.ts";
import { emptyStream, type LoadedStream, type StreamMemory } from "../../writing/stream-memory.ts";
import type { CircuitBoard, CircuitMember } from "./circuit-board.ts";
import { describeOwed } from "./describe-owed.ts";
import { Dispatcher } from "./dispatcher.ts";
import type { QueueLimits } from "./effect-queue.ts";
import { type EffectRow, EffectsTable, newEffect } from "./effects-table.ts";
import { OrdersTable } from "./orders-table.ts";
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
  /**
   * Delays before an effect is tried again whose failure its process manager does not record, in milliseconds. One try
   * more than there are delays is made, then it is a dead letter.
   */
  readonly retryDelaysMs: readonly number[];
  /** Where it asks outside systems: the guards that it calls them through, and the board that keeps their circuits. */
  readonly outside?: { readonly guards: Guards; readonly board: CircuitBoard } | undefined;
  readonly limits?: QueueLimits | undefined;
  /** Of the program, as dead letters keep it. */
  readonly version?: string | undefined;
}

/** See the settings OUTSIDE_AT_ONCE and REDRIVE_PER_SECOND. */
const DEFAULT_LIMITS: QueueLimits = { atOnce: 32, retriesPerSecond: 20 };
/** Retries that a circuit that closes makes due in one statement. */
const FORWARD_AT_ONCE = 500;

/** A paid order waits for each of the hops that follow: shorter than for a read model. */
const GATHER_MS = 20;

/**
 * The runner of a process manager: follows the log, writes down what orders are owed in the transaction that moves the
 * position, and has it carried out while this process owns it.
 */
export function processConsumer(options: ProcessOptions): Consumer {
  const { manager, memory } = options;
  const table = new EffectsTable(manager.name, manager.name);
  const ordersTable = new OrdersTable(manager.name, manager.name);
  let dispatcher: Dispatcher | undefined;
  let epoch: bigint | undefined;
  let added: EffectRow[] = [];
  let redriven = false;

  return {
    name: manager.name,
    schema: manager.name,
    failpointPrefix: "process",
    gatherMs: manager.gatherMs ?? GATHER_MS,
    handles: (type) => manager.handles(type),

    async apply(batch: readonly RecordedEvent[], tx: PoolClient): Promise<void> {
      // A batch may be handed over again after a rollback: what the lost try added is not to be carried out.
      added = [];
      const touched = await foldBatch(memory, batch);
      if (touched.length === 0) return;
      const owed = touched.flatMap(({ orderId, state }) =>
        state ? manager.owed(state).map((owed) => newEffect(orderId, owed)) : [],
      );
      const noted = ordersTable.touch(
        tx,
        touched.map(({ orderId }) => orderId),
      );
      [, added] = await allSent(noted, table.add(tx, owed));
    },

    async parked({ event }: Parked): Promise<void> {
      const orderId = orderIdOf(event.stream);
      if (orderId !== undefined) dispatcher?.stop(orderId);
    },

    effects: {
      async preview({ orderId, effectId }) {
        const { state } = await memory.refresh(orderStream(orderId), orders);
        const owed = state && manager.owed(state).find(({ id }) => id === effectId);
        return owed && describeOwed(owed);
      },
      async redrive({ orderId, effectId }, tx) {
        if (epoch === undefined) throw new OwnershipLostError(`${manager.name} is not owned here`);
        await table.redrive(tx, epoch, { orderId, id: effectId });
        redriven = true;
      },
      async discard({ orderId, effectId }, tx) {
        if (epoch === undefined) throw new OwnershipLostError(`${manager.name} is not owned here`);
        await table.discard(tx, epoch, { orderId, id: effectId });
        redriven = true;
      },
    },

    undone(): void {
      added = [];
      redriven = false;
    },

    afterCommit(_committed: Committed): void {
      // What somebody has decided lets effects go on, also those that were held.
      if (redriven) void dispatcher?.scan();
      redriven = false;
      // A paid order does not wait for a poll: what is due goes at once; the scan finds what this process forgets.
      dispatcher?.offer(added);
      added = [];
    },

    owned(tenure: Tenure): void {
      const { limits = DEFAULT_LIMITS, version = "", outside } = options;
      const isOpen = (at: Outside) => outside?.guards.state(at) === "open";
      const mine = new Dispatcher({ ...options, table, tenure, limits, isOpen, version });
      dispatcher = mine;
      epoch = tenure.epoch;
      const sweep = new Sweep({ ...options, table, ordersTable, tenure, offer: (effects) => mine.offer(effects) });
      outside?.board.join(memberOf(options, table, tenure, mine), tenure.lost);
      mine.start();
      sweep.start();
    },
  };
}

const memberOf = (
  { pool, clock }: ProcessOptions,
  table: EffectsTable,
  tenure: Tenure,
  dispatcher: Dispatcher,
): CircuitMember => ({
  waitingFor: (outside) => table.waitingFor(pool, outside),
  async bringForward(outside) {
    let moved = FORWARD_AT_ONCE;
    while (moved === FORWARD_AT_ONCE && tenure.held()) {
      moved = await table.bringForward(pool, tenure.epoch, outside, clock.now(), FORWARD_AT_ONCE);
    }
    void dispatcher.scan();
  },
});

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
