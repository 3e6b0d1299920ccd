import { randomBytes, randomUUID } from "node:crypto";
import { expect } from "vitest";
import { OutsideError } from "../../commands/gateways/answer.ts";
import { Guards } from "../../commands/gateways/guards.ts";
import { postJson } from "../../commands/gateways/post-json.ts";
import { probeHttp } from "../../commands/gateways/probe.ts";
import { orders } from "../../commands/orders/order-aggregate.ts";
import { CircuitBoard } from "../../commands/processes/runner/circuit-board.ts";
import type { QueueLimits } from "../../commands/processes/runner/effect-queue.ts";
import { EFFECTS_MIGRATIONS } from "../../commands/processes/runner/effects-migration.ts";
import { processConsumer } from "../../commands/processes/runner/process-consumer.ts";
import type { Effect, Owed, Performed, ProcessManager } from "../../commands/processes/runner/process-manager.ts";
import { StreamWriter } from "../../commands/writing/writer.ts";
import { subkeysOf } from "../../domain/chain/sealing.ts";
import { type OrderEvent, orderStream } from "../../domain/order/events.ts";
import type { Order } from "../../domain/order/state.ts";
import { type Clock, systemClock, toInstant } from "../../infra/clock.ts";
import { startFeed } from "../../infra/consumers/feed.ts";
import { startConsumer } from "../../infra/consumers/run-consumer.ts";
import { type Engines, startEngines } from "../../infra/consumers/testing/engines.ts";
import { runDesk } from "../../infra/dead-letters/desk.ts";
import { createJob } from "../../infra/dead-letters/jobs.ts";
import { createLog } from "../../infra/log.ts";
import { circuitsMigration } from "../../infra/outside/migration.ts";
import type { Outside } from "../../infra/outside/outside.ts";
import { inTransaction } from "../../infra/postgres/pool.ts";
import { fulfilmentAt, happened, placedAt } from "../fixtures/order-examples.ts";
import { type OutsideWorld, startOutsideWorld } from "./outside-world.ts";

const ORIGIN = { service: { role: "test", version: "0", instance: "test" }, region: "test" };
const CALL_MS = 10_000;
export const EFFECT = "restaurant.notify/1";

/** What a test says of an order: where it asks, and what its effect does instead, where it does not just ask. */
export interface Errand {
  readonly city: string;
  /** The effect is owed only so long after the placing, as a planned retry. */
  readonly plannedMs?: number;
  perform?(): Promise<Performed>;
}

/** One process manager with engines, a circuit board and an outside world of its own. */
export interface RunnerAtWork {
  readonly engines: Engines;
  readonly world: OutsideWorld;
  readonly board: () => CircuitBoard;
  /** How often an order's effect was carried out. */
  readonly performed: ReadonlyMap<string, number>;
  place(errand: Errand): Promise<string>;
  append(orderId: string, ...events: readonly OrderEvent[]): Promise<void>;
  effect(orderId: string): Promise<Record<string, unknown> | undefined>;
  letters(orderId: string): Promise<Record<string, unknown>[]>;
  /** Has an order's dead letter redriven or discarded, as an operator does. */
  decide(action: "redrive" | "discard", orderId: string): Promise<void>;
  /** Lets an order's effect do something else from now on. */
  mend(orderId: string, errand: Errand): void;
  /** Moves business time. */
  forward(ms: number): void;
  now(): number;
  start(limits?: Partial<QueueLimits>): void;
  /** Ends the process in order; `start` begins another life of it. */
  end(): Promise<void>;
  stop(): Promise<void>;
}

export async function startRunner(): Promise<RunnerAtWork> {
  const engines = await startEngines([...EFFECTS_MIGRATIONS, circuitsMigration]);
  const world = await startOutsideWorld();
  const log = createLog("test", "silent");
  const errands = new Map<string, Errand>();
  const performed = new Map<string, number>();
  const keys = subkeysOf("test", randomBytes(32));
  let ahead = 0;
  const clock: Clock = { now: () => systemClock.now() + ahead };
  const writer = new StreamWriter(engines.store, ORIGIN);
  let board: CircuitBoard | undefined;
  let life: { readonly ending: AbortController; readonly done: Promise<unknown> } | undefined;

  const outsideOf = ({ orderId }: Order): Outside => ({
    system: "restaurant",
    place: errands.get(orderId)?.city ?? "nowhere",
  });

  const managerWith = (guards: Guards): ProcessManager => ({
    name: "restaurant",
    handles: (type) => type.startsWith("order."),
    owed(order): readonly Owed[] {
      const plannedMs = errands.get(order.orderId)?.plannedMs;
      const dueAt = Date.parse(order.placedAt) + (plannedMs ?? 0);
      return [{ id: EFFECT, dueAt, outside: outsideOf(order), early: plannedMs !== undefined }];
    },
    async perform({ orderId }: Effect, order) {
      performed.set(orderId, (performed.get(orderId) ?? 0) + 1);
      const errand = errands.get(orderId);
      if (errand?.perform) return await errand.perform();
      const outside = outsideOf(order);
      const url = new URL(`${world.url}/${outside.place}/${orderId}`);
      const answer = await guards.call(outside, () =>
        postJson({ url, body: "{}", timeoutMs: CALL_MS, gone: "restaurant_closed" }),
      );
      if (!answer.ok) throw new OutsideError("the site was not told", answer.failure);
      return undefined;
    },
  });

  const append = async (orderId: string, ...events: readonly OrderEvent[]) => {
    await writer.write({
      stream: orderStream(orderId),
      aggregate: orders,
      kind: "fact",
      envelope: {
        cmd: randomUUID(),
        fp: "f".repeat(32),
        at: toInstant(clock.now()),
        actor: { type: "system", id: "test" },
        correlationId: "test",
        causationId: "test",
      },
      keys,
      decide: () => events,
    });
  };

  const rowsOf = async (text: string, orderId: string) => (await engines.pool.query(text, [orderId])).rows;

  const end = async () => {
    life?.ending.abort();
    await life?.done;
    life = undefined;
  };

  return {
    engines,
    world,
    performed,
    board: () => {
      if (!board) throw new Error("not started");
      return board;
    },
    async place(errand) {
      const orderId = randomUUID();
      errands.set(orderId, errand);
      const data = { ...placedAt(fulfilmentAt("bakery")), orderId };
      await append(orderId, { ...happened.placed("bakery"), data } as OrderEvent); // the same event, of another order
      return orderId;
    },
    append,
    effect: async (orderId) => (await rowsOf("SELECT * FROM restaurant.effects WHERE order_id = $1", orderId))[0],
    letters: (orderId) => rowsOf("SELECT * FROM runner.dead_letters WHERE order_id = $1", orderId),
    async decide(action, orderId) {
      const by = { type: "support", id: "op" } as const;
      const job = { id: randomUUID(), action, by, filter: { orderId }, perSecond: 10, now: clock.now() };
      expect(await inTransaction(engines.pool, (tx) => createJob(tx, job))).toBe(1);
    },
    mend: (orderId, errand) => {
      errands.set(orderId, errand);
    },
    forward: (ms) => {
      ahead += ms;
    },
    now: () => clock.now(),
    start(limits = {}) {
      const ending = new AbortController();
      const guards = new Guards({
        timeoutMs: 2 * CALL_MS,
        failures: 3,
        probeMs: 100,
        atOnce: 8,
        probes: { restaurant: (city) => probeHttp(world.url, city, CALL_MS) },
      });
      board = new CircuitBoard({ guards, pool: engines.pool, log, instance: "test" });
      const feed = startFeed({ store: engines.store, log });
      const consumer = processConsumer({
        manager: managerWith(guards),
        memory: writer.memory,
        pool: engines.pool,
        clock,
        log,
        scanMs: 50,
        sweepMs: 100,
        retryDelaysMs: [60_000, 300_000, 900_000],
        outside: { guards, board },
        limits: { atOnce: 8, retriesPerSecond: 1_000, ...limits },
      });
      const running = startConsumer({
        consumer,
        pool: engines.pool,
        feed,
        leaseMs: 5_000,
        instance: "test",
        log,
        clock,
        signal: ending.signal,
      });
      const { signal } = ending;
      const desk = runDesk({ pool: engines.pool, clock, log, signal });
      const done = Promise.all([running.done, board.run(signal), desk]).then(() => feed.close());
      life = { ending, done };
    },
    end,
    async stop() {
      await end();
      await world.close();
      await engines.stop();
    },
  };
}
