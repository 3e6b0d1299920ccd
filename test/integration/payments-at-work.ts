import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Pool } from "pg";
import { Guards } from "../../commands/gateways/guards.ts";
import { StripePaymentGateway } from "../../commands/gateways/stripe-payment-gateway.ts";
import { LedgerSequencer } from "../../commands/inventory/sequencer.ts";
import { orders } from "../../commands/orders/order-aggregate.ts";
import { Reservations } from "../../commands/orders/reservations.ts";
import { FactRecorder } from "../../commands/processes/facts.ts";
import { PaymentProcess } from "../../commands/processes/payment.ts";
import { EFFECTS_MIGRATIONS } from "../../commands/processes/runner/effects-migration.ts";
import { processConsumer } from "../../commands/processes/runner/process-consumer.ts";
import { StockProcess } from "../../commands/processes/stock.ts";
import type { Decided, Origin } from "../../commands/writing/build-events.ts";
import { StreamWriter } from "../../commands/writing/writer.ts";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { subkeysOf } from "../../domain/chain/sealing.ts";
import { type OrderEvent, orderStream } from "../../domain/order/events.ts";
import { type Clock, systemClock, toInstant } from "../../infra/clock.ts";
import { readConfig } from "../../infra/config.ts";
import type { RunningConsumer } from "../../infra/consumers/consumer.ts";
import { startFeed } from "../../infra/consumers/feed.ts";
import { readPosition } from "../../infra/consumers/fence.ts";
import { startConsumer } from "../../infra/consumers/run-consumer.ts";
import { eventually, startEngines } from "../../infra/consumers/testing/engines.ts";
import { type EventStore, StoreUnavailableError } from "../../infra/event-store/port.ts";
import { createLog } from "../../infra/log.ts";
import type { Migration } from "../../infra/postgres/migrations.ts";
import { startPaymentSimulator } from "../../infra/simulators/payment/payment-simulator.ts";
import { EUR, fulfilmentAt, placedAt } from "../fixtures/order-examples.ts";

const MINUTE = 60_000;
const FINGERPRINT_KEY = new Uint8Array(32);
const ORIGIN: Origin = { service: { role: "test", version: "0", instance: "test" }, region: "local" };

/** A request as the simulator has logged it. */
export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly fate: "answered" | "lost" | "refused";
}

/**
 * The payment and the stock process at work over real engines and the real payment simulator, with the delays of
 * production and a clock that tests put forward.
 */
export interface PaymentsAtWork {
  /** Puts business time forward. */
  forward(ms: number): void;
  now(): number;
  /** `POST /_switch` of the simulator. */
  turn(switches: Readonly<Record<string, unknown>>): Promise<void>;
  /** Stock of the one item; orders take 2. */
  stock(): Promise<{ readonly onHand: number; readonly reserved: number }>;
  /** Appends `order.placed`, held for ten minutes, and returns the order's id. */
  place(how?: { readonly paymentMethod?: string; readonly siteId?: string; readonly total?: number }): Promise<string>;
  /** The customer's bank sends a refund back. */
  failRefund(refund: string): Promise<void>;
  append(orderId: string, ...events: readonly Decided[]): Promise<void>;
  events(orderId: string): Promise<readonly RecordedEvent[]>;
  /** Waits until the order's stream holds so many events of a type, and returns the last of them. */
  happened(orderId: string, type: OrderEvent["type"], times?: number): Promise<RecordedEvent>;
  /** Successful captures of an order, with what was given back of each. */
  captures(orderId: string): Promise<readonly { readonly amount: number; readonly refunded: number }[]>;
  /** What the gateway was asked about this order's intent, from the simulator's own log. */
  asked(orderId: string): Promise<readonly LoggedRequest[]>;
  /** Waits until nothing is due any more, so that what one test leaves behind meets no other test's switches. */
  idle(): Promise<void>;
  /** The next append of an event of this type fails before it reaches the store, as if the process had died. */
  loseNext(type: OrderEvent["type"]): void;
  /** For what else works on the same orders. */
  readonly parts: {
    readonly writer: StreamWriter;
    readonly facts: FactRecorder;
    readonly pool: Pool;
    readonly clock: Clock;
    /** Where the gateway answers. */
    readonly gatewayUrl: string;
  };
  stop(): Promise<void>;
}

/** @param further migrations of what else works on the same orders */
export async function startPayments(further: readonly Migration[] = []): Promise<PaymentsAtWork> {
  const engines = await startEngines([...EFFECTS_MIGRATIONS, ...further]);
  const dataDir = await mkdtemp(join(tmpdir(), "ordertrail-payments-"));
  const log = createLog("test", "silent");
  let offset = 0;
  const clock: Clock = { now: () => systemClock.now() + offset };
  const simulator = await startPaymentSimulator({ dataDir, port: 0, log, clock });
  let losing: string | undefined;
  const store: EventStore = {
    ...engines.store,
    async append(stream, events, expected) {
      if (events.some(({ type }) => type === losing)) {
        losing = undefined;
        throw new StoreUnavailableError("the process died before it could record what it has done");
      }
      return await engines.store.append(stream, events, expected);
    },
  };
  const writer = new StreamWriter(store, ORIGIN);
  const ledgers = new LedgerSequencer({ store, origin: ORIGIN, chapterEvents: 10_000 });
  const reservations = new Reservations(writer, ledgers, clock, FINGERPRINT_KEY);
  const facts = new FactRecorder(writer, clock, FINGERPRINT_KEY);
  const gateway = new StripePaymentGateway(readConfig({ PAYMENT_URL: simulator.url, OUTSIDE_TIMEOUT_MS: "5000" }));
  const policy = { retryDelaysMs: [MINUTE, 5 * MINUTE, 15 * MINUTE], inCallRetryMs: 0 };
  const managers = [
    new StockProcess({ reservations, ledgers, facts, clock, fingerprintKey: FINGERPRINT_KEY, recoverAfterMs: 0 }),
    new PaymentProcess(gateway, facts, clock, policy, new Guards()),
  ];
  const ending = new AbortController();
  const feed = startFeed({ store, log });
  const { pool } = engines;
  const running: RunningConsumer[] = managers.map((manager) =>
    startConsumer({
      consumer: processConsumer({
        manager,
        memory: writer.memory,
        pool,
        clock,
        log,
        scanMs: 50,
        sweepMs: 500,
        retryDelaysMs: [100],
      }),
      pool,
      feed,
      leaseMs: 5_000,
      instance: "test",
      log,
      clock,
      signal: ending.signal,
    }),
  );
  const site = fulfilmentAt("bakery").siteId;
  await ledgers.ask(site, {
    command: { type: "receive", lines: [{ sku: "carrot-cake", quantity: 1_000 }] },
    kind: "fact",
    since: toInstant(clock.now()),
    envelope: envelope("receive", clock),
  });

  const events = (orderId: string) => engines.store.readStream(orderStream(orderId));
  const json = async <T>(path: string): Promise<T> => (await (await fetch(simulator.url + path)).json()) as T;

  const append = async (orderId: string, ...decided: readonly Decided[]) => {
    await writer.write({
      stream: orderStream(orderId),
      aggregate: orders,
      kind: "fact",
      envelope: envelope(randomUUID(), clock),
      keys: subkeysOf("test", randomBytes(32)),
      decide: () => decided,
    });
  };

  return {
    forward: (ms) => {
      offset += ms;
    },
    now: () => clock.now(),
    async turn(switches) {
      await fetch(`${simulator.url}/_switch`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(switches),
      });
    },
    async stock() {
      let [onHand, reserved] = [0, 0];
      const open = new Map<string, number>();
      for (const { type, data } of await engines.store.readStream(`ledger-${site}.0`)) {
        const { lines, reservationId = "" } = data as { lines?: { quantity: number }[]; reservationId?: string };
        const quantity = lines?.[0]?.quantity ?? open.get(reservationId) ?? 0;
        if (type === "ledger.received") onHand += quantity;
        if (type === "ledger.reserved") open.set(reservationId, quantity);
        if (type === "ledger.reserved") reserved += quantity;
        if (type === "ledger.released") reserved -= quantity;
      }
      return { onHand, reserved };
    },
    async failRefund(refund) {
      await fetch(`${simulator.url}/_fail_refund`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ refund }),
      });
    },
    async place({ paymentMethod = "pm_card_visa", siteId = site, total = 2690 } = {}) {
      const orderId = randomUUID();
      const placed = placedAt({ ...fulfilmentAt("bakery"), siteId });
      const holdUntil = toInstant(clock.now() + 10 * MINUTE);
      await append(orderId, {
        type: "order.placed",
        data: { ...placed, orderId, paymentMethod, holdUntil, total: EUR(total) },
      });
      return orderId;
    },
    append,
    events,
    happened: (orderId, type, times = 1) =>
      eventually(async () => {
        const all = await events(orderId);
        const found = all.filter((event) => event.type === type)[times - 1];
        if (!found) throw new Error(`not yet ${type} (${times}): ${all.map((event) => event.type).join(", ")}`);
        return found;
      }),
    captures: async (orderId) =>
      (await json<{ charges: { amount: number; refunded: number }[] }>(`/_charges?orderId=${orderId}`)).charges,
    async asked(orderId) {
      const processing = (await events(orderId)).find(({ type }) => type === "payment.processing");
      if (!processing) return [];
      const { intent } = processing.data as { intent: string };
      const { entries } = await json<{ entries: (LoggedRequest & { request?: unknown })[] }>("/_log");
      return entries.filter((entry) => JSON.stringify([entry.path, entry.request]).includes(intent));
    },
    idle: () =>
      eventually(async () => {
        const due = "SELECT FROM payment.effects WHERE state = 'waiting' AND due_at <= $1";
        const { rowCount } = await pool.query(due, [clock.now()]);
        const { place } = await readPosition(pool, "payment");
        const { events: left } = await engines.store.readAll(place, 1);
        if (rowCount !== 0 || left.length > 0) throw new Error(`${rowCount} effects are due`);
      }),
    loseNext: (type) => {
      losing = type;
    },
    parts: { writer, facts, pool, clock, gatewayUrl: simulator.url },
    async stop() {
      ending.abort();
      await Promise.allSettled(running.map(({ done }) => done));
      await feed.close();
      await simulator.close();
      await engines.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

const envelope = (cmd: string, clock: Clock) => ({
  cmd,
  fp: "f".repeat(32),
  at: toInstant(clock.now()),
  actor: { type: "system", id: "test" } as const,
  correlationId: "test",
  causationId: "test",
});
