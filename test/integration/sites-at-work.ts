import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CatalogueReader } from "../../commands/catalogue/catalogue-reader.ts";
import { Guards } from "../../commands/gateways/guards.ts";
import { WebhookRestaurantGateway } from "../../commands/gateways/restaurant-gateway.ts";
import { LedgerSequencer } from "../../commands/inventory/sequencer.ts";
import { orders } from "../../commands/orders/order-aggregate.ts";
import { Reservations } from "../../commands/orders/reservations.ts";
import { SealedLines } from "../../commands/orders/sealed-lines.ts";
import { FactRecorder } from "../../commands/processes/facts.ts";
import { MissingItems } from "../../commands/processes/restaurant/missing-items.ts";
import { Rerouting } from "../../commands/processes/restaurant/rerouting.ts";
import { RestaurantProcess } from "../../commands/processes/restaurant/restaurant.ts";
import type { ProcessManager } from "../../commands/processes/runner/process-manager.ts";
import { StockProcess } from "../../commands/processes/stock.ts";
import type { Decided, Envelope } from "../../commands/writing/build-events.ts";
import type { Aggregate } from "../../commands/writing/stream-memory.ts";
import { StreamWriter } from "../../commands/writing/writer.ts";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { subkeysOf, unseal } from "../../domain/chain/sealing.ts";
import { decide, type OrderCommand } from "../../domain/order/decide.ts";
import { type OrderLine, orderStream } from "../../domain/order/events.ts";
import type { Order } from "../../domain/order/state.ts";
import { ALWAYS_OPEN } from "../../domain/site/opening-hours.ts";
import { type SiteDetails, STATIONS, siteStream } from "../../domain/site/site.ts";
import { toInstant } from "../../infra/clock.ts";
import { readConfig } from "../../infra/config.ts";
import { startEventNode } from "../../infra/event-node/event-node.ts";
import { createEventStore } from "../../infra/event-store/client.ts";
import { createLog } from "../../infra/log.ts";
import { startRestaurantSimulator } from "../../infra/simulators/restaurant/restaurant-simulator.ts";
import { foldBooks, type SiteBooks } from "../drills/judge/stock.ts";
import { fulfilmentAt, happened, placedAt } from "../fixtures/order-examples.ts";

const MINUTE = 60_000;
const PLACED_AT = Date.parse("2026-11-21T10:00:00.000Z");
const ORIGIN = { service: { role: "test", version: "0", instance: "test" }, region: "local" };
const FINGERPRINT_KEY = new Uint8Array(32);
const POSITION = { lat: 52_520_008, lon: 13_404_954 };
const MENU = ["carrot-cake", "oat-milk", "plum-cake"];

/** What a site was told, as its simulator has kept it. */
export interface Told {
  readonly kind: "order" | "cancellation";
  readonly siteId: string;
  readonly fulfilmentId: string;
}

/** A process of the system, with a memory of its own. */
export interface Worker {
  /** Carries out everything that an order is owed now, until nothing is due. */
  work(orderId: string): Promise<void>;
  /** Carries one effect out, whether or not it is due. */
  perform(orderId: string, effectId: string): Promise<void>;
}

/** What a test does between two steps of a worker. */
export interface Around {
  /** A site's ledger has said that it has what is asked for; nothing is reserved yet. */
  afterPeek?(siteId: string): Promise<void>;
}

/**
 * The stock and the restaurant process over a real event node and the real restaurant simulator, in business time that
 * tests put forward. Which sites there are is said by the test, in the sequence in which they are to be tried.
 */
export interface SitesAtWork {
  forward(ms: number): void;
  worker(around?: Around): Worker;
  /** `POST /_switch` of the restaurants. */
  turn(switches: Readonly<Record<string, unknown>>): Promise<void>;
  /** Opens a site of the city that sells everything, with so much of each item in stock. */
  open(stock: Readonly<Record<string, number>>, details?: Partial<SiteDetails>): Promise<string>;
  change(siteId: string, details: Partial<SiteDetails>): Promise<void>;
  /** A paid order at a site, its goods reserved. */
  paid(siteId: string, lines?: readonly OrderLine[]): Promise<string>;
  /** Asks what a kitchen, a courier or a customer may ask. Rejects with Refusal. */
  command(orderId: string, command: OrderCommand): Promise<void>;
  append(orderId: string, ...events: readonly Decided[]): Promise<void>;
  order(orderId: string): Promise<Order>;
  types(orderId: string): Promise<readonly string[]>;
  events(orderId: string): Promise<readonly RecordedEvent[]>;
  books(siteId: string): Promise<SiteBooks>;
  /** What the sites were told of an order, in the sequence in which they took it. */
  told(orderId: string): Promise<readonly Told[]>;
  /** Opens what was sealed for an event of an order. */
  opened(event: RecordedEvent, sealed: unknown): unknown;
  /** No site that was opened so far is looked at as another one any more. */
  forget(): void;
  /** The customer's key is gone for good. */
  erase(gone: boolean): void;
  stop(): Promise<void>;
}

const anything: Aggregate<number> = { name: "any", initial: 0, evolve: (count) => count + 1 };

export async function startSites(): Promise<SitesAtWork> {
  const folder = await mkdtemp(join(tmpdir(), "ordertrail-sites-"));
  let now = PLACED_AT;
  const clock = { now: () => now };
  const log = createLog("test", "silent");
  const config = readConfig({});
  const node = await startEventNode({ dataDir: join(folder, "events"), port: 0 });
  const store = createEventStore({ url: node.url, timeoutMs: 5_000 });
  const { RESTAURANT_WEBHOOK_SECRET: webhookSecret } = config;
  const simulator = await startRestaurantSimulator({ dataDir: folder, port: 0, log, clock, webhookSecret });
  const keys = subkeysOf("test-1", new Uint8Array(32).fill(7));
  let erased = false;
  let known: string[] = [];
  const guards: Guards[] = [];

  const envelope = (cmd: string): Envelope => ({
    cmd,
    fp: "f".repeat(32),
    at: toInstant(now),
    actor: { type: "system", id: "test" },
    correlationId: "test",
    causationId: "test",
  });
  const writer = new StreamWriter(store, ORIGIN);
  const write = async (stream: string, ...events: readonly Decided[]) => {
    const decided = () => events;
    await writer.write({
      stream,
      aggregate: anything,
      kind: "fact",
      envelope: envelope(randomUUID()),
      decide: decided,
    });
  };
  const append = async (orderId: string, ...events: readonly Decided[]) => {
    const stream = orderStream(orderId);
    await new StreamWriter(store, ORIGIN).write({
      stream,
      aggregate: orders,
      kind: "fact",
      keys,
      envelope: envelope(randomUUID()),
      decide: () => events,
    });
  };
  const order = async (orderId: string): Promise<Order> => {
    const { state } = await new StreamWriter(store, ORIGIN).memory.refresh(orderStream(orderId), orders);
    if (!state) throw new Error("there is no such order");
    return state;
  };

  const worker = (around: Around = {}): Worker => {
    const own = new StreamWriter(store, ORIGIN);
    const sequencer = new LedgerSequencer({ store, origin: ORIGIN, chapterEvents: 10_000 });
    const ledgers = {
      async missing(siteId: string, lines: Parameters<LedgerSequencer["missing"]>[1]) {
        const missing = await sequencer.missing(siteId, lines);
        if (missing.length === 0) await around.afterPeek?.(siteId);
        return missing;
      },
    };
    const reservations = new Reservations(own, sequencer, clock, FINGERPRINT_KEY);
    const facts = new FactRecorder(own, clock, FINGERPRINT_KEY);
    const catalogue = new CatalogueReader(own.memory);
    const sealed = new SealedLines(store, { get: async () => (erased ? undefined : keys) });
    const circuits = new Guards({ timeoutMs: 5_000, failures: 1_000, probeMs: 20, atOnce: 32 });
    guards.push(circuits);
    const managers: ProcessManager[] = [
      new StockProcess({
        reservations,
        ledgers: sequencer,
        facts,
        clock,
        fingerprintKey: FINGERPRINT_KEY,
        recoverAfterMs: 0,
      }),
      new RestaurantProcess({
        gateway: new WebhookRestaurantGateway({ ...config, RESTAURANT_URL: simulator.url }),
        guards: circuits,
        facts,
        catalogue,
        rerouting: new Rerouting({
          directory: { withEverything: async ({ except }) => known.filter((siteId) => !except.includes(siteId)) },
          catalogue,
          ledgers,
          sealed,
          facts,
          clock,
        }),
        missingItems: new MissingItems({ reservations, ledgers, sealed, facts }),
        clock,
        policy: { retryDelaysMs: [MINUTE, 5 * MINUTE, 15 * MINUTE], answerMs: 5 * MINUTE },
      }),
    ];
    const putOff = new Map<string, number>();

    const step = async (orderId: string): Promise<boolean> => {
      const { state } = await own.memory.refresh(orderStream(orderId), orders);
      for (const manager of managers) {
        const owed = state ? manager.owed(state) : [];
        const due = owed.find(({ id, dueAt }) => Math.max(dueAt, putOff.get(`${orderId}/${id}`) ?? 0) <= now);
        if (!state || !due) continue;
        const done = await manager.perform({ ...due, orderId, tries: 0, held: () => true }, state);
        // An effect that was done and is still owed has nothing more to do: its row says so in the runner.
        putOff.set(`${orderId}/${due.id}`, done ? done.again : Number.POSITIVE_INFINITY);
        return true;
      }
      return false;
    };
    return {
      async work(orderId) {
        while (await step(orderId)) {
          // until nothing is due
        }
      },
      async perform(orderId, effectId) {
        const { state } = await own.memory.refresh(orderStream(orderId), orders);
        const effect = { id: effectId, dueAt: now, orderId, tries: 0, held: () => true };
        const manager = managers.find(({ name }) => effectId.startsWith(name));
        if (state) await manager?.perform(effect, state);
      },
    };
  };

  return {
    forward: (ms) => {
      now += ms;
    },
    worker,
    append,
    order,
    async turn(switches) {
      const body = JSON.stringify(switches);
      const headers = { "content-type": "application/json" };
      const answer = await fetch(`${simulator.url}/_switch`, { method: "POST", headers, body });
      if (!answer.ok) throw new Error(await answer.text());
    },
    async open(stock, details = {}) {
      const siteId = `site-${randomUUID().slice(0, 8)}`;
      known = [...known, siteId];
      const data: SiteDetails & { siteId: string } = {
        siteId,
        kind: "bakery",
        name: siteId,
        city: "berlin",
        region: "local",
        timeZone: "Europe/Berlin",
        position: POSITION,
        hours: ALWAYS_OPEN,
        stations: STATIONS.bakery,
        currency: "EUR",
        deliveryFee: 390,
        menu: MENU,
        ...details,
      };
      await write(siteStream(siteId), { type: "site.opened", data });
      const lines = Object.entries(stock).map(([sku, quantity]) => ({ sku, quantity }));
      const own = new LedgerSequencer({ store, origin: ORIGIN, chapterEvents: 10_000 });
      const command = { type: "receive", lines } as const;
      if (lines.length > 0) {
        await own.ask(siteId, { command, kind: "fact", since: toInstant(now), envelope: envelope(randomUUID()) });
      }
      return siteId;
    },
    change: (siteId, details) => write(siteStream(siteId), { type: "site.changed", data: details }),
    async paid(siteId, lines = fulfilmentAt("bakery").lines) {
      const orderId = randomUUID();
      const placed = placedAt({ ...fulfilmentAt("bakery"), siteId, lines });
      await append(orderId, { type: "order.placed", data: { ...placed, orderId } });
      await worker().work(orderId);
      const amount = placed.total;
      await append(orderId, happened.processing(), { type: "payment.confirmed", data: { intent: "pi_1", amount } });
      return orderId;
    },
    async command(orderId, command) {
      await new StreamWriter(store, ORIGIN).write({
        stream: orderStream(orderId),
        aggregate: orders,
        kind: "command",
        envelope: envelope(randomUUID()),
        decide: (state) => decide(command, state),
      });
    },
    events: (orderId) => store.readStream(orderStream(orderId)),
    types: async (orderId) => (await store.readStream(orderStream(orderId))).map(({ type }) => type),
    books: async (siteId) => foldBooks(siteId, [await store.readStream(`ledger-${siteId}.0`)]),
    async told(orderId) {
      const answer = await fetch(`${simulator.url}/_notifications`);
      const { notifications } = (await answer.json()) as {
        notifications: { notification: Told & { orderId: string } }[];
      };
      return notifications
        .map(({ notification }) => notification)
        .filter((one) => one.orderId === orderId)
        .map(({ kind, siteId, fulfilmentId }) => ({ kind, siteId, fulfilmentId }));
    },
    opened: (event, sealed) => unseal(keys, event.stream, event.id, sealed as Parameters<typeof unseal>[3]),
    forget: () => {
      known = [];
    },
    erase: (gone) => {
      erased = gone;
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
