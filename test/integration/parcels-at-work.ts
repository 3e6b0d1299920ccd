import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CarrierGateway, HttpCarrierGateway } from "../../commands/gateways/carrier-gateway.ts";
import { Guards } from "../../commands/gateways/guards.ts";
import { orders } from "../../commands/orders/order-aggregate.ts";
import { Placings } from "../../commands/orders/placings.ts";
import { FactRecorder } from "../../commands/processes/facts.ts";
import { ParcelProcess } from "../../commands/processes/parcel/process.ts";
import { Recipients } from "../../commands/processes/parcel/recipient.ts";
import type { Effect, ProcessManager } from "../../commands/processes/runner/process-manager.ts";
import type { Decided } from "../../commands/writing/build-events.ts";
import { StreamWriter } from "../../commands/writing/writer.ts";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { Personal } from "../../domain/chain/personal.ts";
import { subkeysOf } from "../../domain/chain/sealing.ts";
import { type OrderEvent, orderStream } from "../../domain/order/events.ts";
import type { Order } from "../../domain/order/state.ts";
import { type Clock, toInstant } from "../../infra/clock.ts";
import { readConfig } from "../../infra/config.ts";
import { startEventNode } from "../../infra/event-node/event-node.ts";
import { createEventStore } from "../../infra/event-store/client.ts";
import { createLog } from "../../infra/log.ts";
import { startCarrierSimulator } from "../../infra/simulators/carrier/carrier-simulator.ts";
import type { Shipment } from "../../infra/simulators/carrier/shipments.ts";
import { fulfilmentAt, happened, placedAt, worked } from "../fixtures/order-examples.ts";

const MINUTE = 60_000;
const PLACED_AT = Date.parse("2026-11-21T10:00:00.000Z");
const ORIGIN = { service: { role: "test", version: "0", instance: "test" }, region: "local" };
const FINGERPRINT_KEY = new Uint8Array(32);

/** What a test does to a worker's calls to the carrier. */
export interface Around {
  /** Right before a booking is sent. */
  beforeBook?(): Promise<void>;
  /** Right after its answer came, before anything is made of it. */
  afterBook?(): Promise<void>;
  /** False: the worker has lost its lease. */
  held?(): boolean;
}

/** A process that carries out what orders are owed, with a memory of its own. */
export interface Worker {
  readonly manager: ProcessManager;
  readonly writer: StreamWriter;
  /** Carries out what is due now; returns when something is due next, or undefined when nothing is owed. */
  step(orderId: string): Promise<number | undefined>;
  /** What the order is owed first, as the process manager gets it, whenever it is due. */
  effect(orderId: string): Promise<Effect>;
  order(orderId: string): Promise<Order>;
  /** Works and puts the clock forward to what is due next, until nothing is owed or the time is over. */
  work(orderId: string, forMs: number): Promise<void>;
}

/** The parcel process over a real event node and the real carrier simulator, in business time that tests put forward. */
export interface ParcelsAtWork {
  readonly clock: Clock;
  forward(ms: number): void;
  worker(around?: Around): Worker;
  /** `POST /_switch` of the carrier. */
  turn(switches: Readonly<Record<string, unknown>>): Promise<void>;
  /** Lets parcels leave the carrier's house. */
  ship(): Promise<void>;
  /** Every booking that the carrier has ever taken, for an order. */
  bookings(orderId: string): Promise<readonly Shipment[]>;
  /** A paid parcel order whose only part is ready. */
  ready(how?: { readonly address?: string | undefined }): Promise<string>;
  append(orderId: string, ...events: readonly Decided[]): Promise<void>;
  events(orderId: string): Promise<readonly RecordedEvent[]>;
  types(orderId: string): Promise<readonly string[]>;
  /** The customer's key is gone for good. */
  erase(): void;
  stop(): Promise<void>;
}

export async function startParcels(): Promise<ParcelsAtWork> {
  const folder = await mkdtemp(join(tmpdir(), "ordertrail-parcels-"));
  let now = PLACED_AT;
  const clock: Clock = { now: () => now };
  const log = createLog("test", "silent");
  const node = await startEventNode({ dataDir: join(folder, "events"), port: 0 });
  const store = createEventStore({ url: node.url, timeoutMs: 5_000 });
  const simulator = await startCarrierSimulator({ dataDir: folder, port: 0, log, clock });
  const http = new HttpCarrierGateway(readConfig({ CARRIER_URL: simulator.url, OUTSIDE_TIMEOUT_MS: "2000" }));
  const writer = new StreamWriter(store, ORIGIN);
  const keys = subkeysOf("test-1", new Uint8Array(32).fill(7));
  let erased = false;
  const guards: Guards[] = [];

  const worker = (around: Around = {}): Worker => {
    const gateway: CarrierGateway = {
      find: (reference) => http.find(reference),
      read: (booking) => http.read(booking),
      cancel: (booking) => http.cancel(booking),
      probe: () => http.probe(),
      async book(parcel) {
        await around.beforeBook?.();
        const answer = await http.book(parcel);
        await around.afterBook?.();
        return answer;
      },
    };
    const probes = { carrier: () => gateway.probe() };
    const circuits = new Guards({ timeoutMs: 5_000, failures: 5, probeMs: 20, atOnce: 32, probes });
    guards.push(circuits);
    const own = new StreamWriter(store, ORIGIN);
    const manager = new ParcelProcess({
      gateway,
      guards: circuits,
      facts: new FactRecorder(own, clock, FINGERPRINT_KEY),
      recipients: new Recipients(new Placings(store), { get: async () => (erased ? undefined : keys) }),
      clock,
      log,
      policy: {
        retryDelaysMs: [1, 5, 15, 30, 60].map((minutes) => minutes * MINUTE),
        lookupLagMs: 30_000,
        callMs: 2_000,
        pollMs: 5 * MINUTE,
      },
    });
    const putOff = new Map<string, number>();
    const held = around.held ?? (() => true);

    const order = async (orderId: string): Promise<Order> => {
      const { state } = await own.memory.refresh(orderStream(orderId), orders);
      if (!state) throw new Error("there is no such order");
      return state;
    };
    const step = async (orderId: string): Promise<number | undefined> => {
      for (;;) {
        const { state } = await own.memory.refresh(orderStream(orderId), orders);
        const waiting = (state ? manager.owed(state) : [])
          .map((owed) => ({ owed, at: Math.max(owed.dueAt, putOff.get(owed.id) ?? 0) }))
          .toSorted((a, b) => a.at - b.at);
        const next = waiting.find(({ at }) => at < Number.POSITIVE_INFINITY);
        if (!state || !next) return undefined;
        if (next.at > now) return next.at;
        const done = await manager.perform({ ...next.owed, orderId, tries: 0, held }, state);
        // An effect that was done and is still owed has nothing more to do: its row says so in the runner.
        putOff.set(next.owed.id, done ? Math.max(done.again, next.at) : Number.POSITIVE_INFINITY);
        if (done && done.again <= now) putOff.delete(next.owed.id);
      }
    };
    return {
      manager,
      writer: own,
      step,
      order,
      async effect(orderId) {
        const [owed] = manager.owed(await order(orderId));
        if (!owed) throw new Error("nothing is owed");
        return { ...owed, orderId, tries: 0, held };
      },
      async work(orderId, forMs) {
        const until = now + forMs;
        for (;;) {
          const next = await step(orderId);
          if (next === undefined || next > until) break;
          now = next;
        }
        now = Math.max(now, until);
      },
    };
  };

  const append = async (orderId: string, ...events: readonly Decided[]) => {
    await writer.write({
      stream: orderStream(orderId),
      aggregate: orders,
      kind: "fact",
      keys,
      envelope: {
        cmd: randomUUID(),
        fp: "f".repeat(32),
        at: toInstant(now),
        actor: { type: "system", id: "test" },
        correlationId: orderId,
        causationId: "test",
      },
      decide: () => events,
    });
  };
  const events = async (orderId: string) => await store.readStream(orderStream(orderId), { from: 0n, limit: 2_000 });
  const post = async (path: string, body: unknown) => {
    const answer = await fetch(new URL(path, simulator.url), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  };

  return {
    clock,
    worker,
    append,
    events,
    forward: (ms) => {
      now += ms;
    },
    turn: (switches) => post("/_switch", switches),
    ship: () => post("/_ship", { all: true }),
    async bookings(orderId) {
      const answer = await fetch(new URL("/_shipments", simulator.url));
      const { shipments } = (await answer.json()) as { shipments: Shipment[] }; // the simulator's own list
      return shipments.filter(({ reference }) => reference.startsWith(orderId));
    },
    async ready(how = { address: "Torstraße 1, Berlin" }) {
      const orderId = randomUUID();
      const data = placedAt(fulfilmentAt("warehouse"));
      const contact = { name: "Maya", address: how.address };
      const placed: OrderEvent = {
        type: "order.placed",
        data: {
          ...data,
          orderId,
          contact: new Personal(contact),
          delivery: { method: "parcel", promisedAt: toInstant(now + 72 * 60 * MINUTE) },
        },
      };
      await append(orderId, placed, happened.reserved(), happened.processing(), happened.paid());
      await append(orderId, happened.notified(), happened.accepted(), ...worked("warehouse"), happened.ready());
      return orderId;
    },
    async types(orderId) {
      return (await events(orderId)).map(({ type }) => type);
    },
    erase: () => {
      erased = true;
    },
    async stop() {
      for (const circuits of guards) circuits.close();
      await simulator.close();
      await store.close();
      await node.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
