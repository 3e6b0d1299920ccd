import { buildEvents, type Decided, type Envelope, type StreamHead } from "../../../commands/writing/build-events.ts";
import { KeyedLock } from "../../../commands/writing/keyed-lock.ts";
import { itemStream } from "../../../domain/catalogue/item.ts";
import { genesisHash } from "../../../domain/chain/chain.ts";
import type { CourierEvent } from "../../../domain/courier/courier.ts";
import { courierStream } from "../../../domain/courier/courier.ts";
import { type LedgerEvent, ledgerStream, reservationIdFor } from "../../../domain/inventory/events.ts";
import { orderStream } from "../../../domain/order/events.ts";
import { ALWAYS_OPEN } from "../../../domain/site/opening-hours.ts";
import { STATIONS, siteStream } from "../../../domain/site/site.ts";
import type { Appended, EventStore } from "../../../infra/event-store/port.ts";
import { BENCH_KEYS, COURIER_IDS, MOST_STEPS, type OrderLife, orderLife, SITES_MADE } from "./order-lives.ts";

/** Events of one order, those of its ledger and courier included. */
export const EVENTS_OF_AN_ORDER = 22;
/** Orders are placed so many milliseconds of business time one after the other. */
const PLACED_EVERY_MS = 2_000;

/** Facts that are appended to one stream together. */
export interface Step {
  readonly stream: string;
  readonly facts: readonly Decided[];
  /** Business time. */
  readonly at: number;
  /** Nothing follows in this stream. */
  readonly last?: boolean;
}

/** Appends generated facts as the project does: each stream's events chained, sealed and with full metadata. */
export class BusinessLog {
  readonly #store: Pick<EventStore, "append" | "readStream">;
  /** Of streams that go on: a log may be longer than memory. */
  readonly #heads = new Map<string, StreamHead>();
  readonly #lock = new KeyedLock();
  events = 0;

  constructor(store: Pick<EventStore, "append" | "readStream">) {
    this.#store = store;
  }

  /** Finds the ends of streams that another process has begun. */
  async resume(streams: readonly string[]): Promise<void> {
    for (const stream of streams) {
      const [last] = await this.#store.readStream(stream, { direction: "backwards", limit: 1 });
      if (last) this.#heads.set(stream, { revision: last.revision, hash: last.metadata.hash });
    }
  }

  /** Appends a step to its stream, after the steps that were given before it. */
  async append({ stream, facts, at, last }: Step): Promise<Appended> {
    return await this.#lock.run(stream, async () => {
      const before = this.#heads.get(stream) ?? { revision: -1n, hash: genesisHash(stream) };
      const envelope: Envelope = {
        cmd: `bench/${before.revision + 1n}`,
        fp: "7204813b88da3469d9b37525eab7411c",
        at: new Date(at).toISOString(),
        actor: { type: "system", id: "bench" },
        correlationId: stream,
        causationId: stream,
      };
      const entries = facts.map((decided, index) => ({ decided, index, envelope, keys: BENCH_KEYS }));
      const origin = { service: { role: "bench", version: "0.1.0", instance: "bench-1" }, region: "local" };
      const { events, head } = buildEvents(stream, before, entries, origin);
      const appended = await this.#store.append(stream, events, before.revision < 0n ? "no_stream" : before.revision);
      if (last) this.#heads.delete(stream);
      else this.#heads.set(stream, head);
      this.events += events.length;
      return appended;
    });
  }

  /** Appends many steps with so many in flight. */
  async fill(steps: Iterable<Step>, inFlight = 64): Promise<void> {
    const iterator = steps[Symbol.iterator]();
    const lane = async () => {
      for (let next = iterator.next(); !next.done; next = iterator.next()) await this.append(next.value);
    };
    await Promise.all(Array.from({ length: inFlight }, lane));
  }
}

/** Streams that orders of any run write to. */
export const SHARED_STREAMS: readonly string[] = [
  ...SITES_MADE.map(({ siteId }) => ledgerStream(siteId, 0)),
  ...COURIER_IDS.map(courierStream),
];

/** Sites, items, stock and couriers: what is there before the first order. */
export function* openings(at: number): Generator<Step> {
  for (const { siteId, kind, skus } of SITES_MADE) {
    for (const sku of skus) {
      const price = { amount: 490, currency: "EUR" };
      const details = { name: sku, description: "made for a bench", price, taxBasisPoints: 700, unit: "each" };
      yield { stream: itemStream(sku), at, facts: [{ type: "item.listed", data: { sku, ...details, allergens: [] } }] };
    }
    const place = { city: "Berlin", region: "local", timeZone: "Europe/Berlin", currency: "EUR", hours: ALWAYS_OPEN };
    const position = { lat: 52_529_100, lon: 13_401_800 };
    const more = { name: siteId, stations: STATIONS[kind], deliveryFee: 290, menu: skus, position };
    yield {
      stream: siteStream(siteId),
      at,
      facts: [{ type: "site.opened", data: { siteId, kind, ...place, ...more } }],
    };
    const lines = skus.map((sku) => ({ sku, quantity: 1_000_000 }));
    yield { stream: ledgerStream(siteId, 0), at, facts: [{ type: "ledger.received", data: { lines } }] };
  }
  for (const courierId of COURIER_IDS) {
    const facts: CourierEvent[] = [{ type: "courier.shift_started", data: { city: "Berlin" } }];
    yield { stream: courierStream(courierId), at, facts };
  }
}

/**
 * The steps of so many orders as they lie in a log: many orders are under way at once, and each step of one stands among
 * steps of others. Ledgers and couriers write their own facts beside the orders'. Business time goes on with the log.
 */
export function* business(run: string, orders: number, underWay: number, beganAt: number): Generator<Step> {
  const open: { readonly life: OrderLife; readonly steps: Iterator<Step> }[] = [];
  const stepMs = Math.round((PLACED_EVERY_MS * underWay) / MOST_STEPS);
  let placed = 0;
  for (let turn = 0; placed < orders || open.length > 0; turn++) {
    while (open.length < underWay && placed < orders) {
      const at = beganAt + placed * PLACED_EVERY_MS;
      const life = orderLife(run, placed, at);
      open.push({ life, steps: stepsOf(life, at, stepMs) });
      placed++;
    }
    const index = (turn * 61) % open.length;
    const next = open[index]?.steps.next();
    if (next?.done === false) yield next.value;
    else open.splice(index, 1);
  }
}

function* stepsOf(life: OrderLife, placedAt: number, stepMs: number): Generator<Step> {
  const { orderId, site, courierId, lines, steps } = life;
  const reservationId = reservationIdFor(orderId, "1.1");
  const ledger = (fact: LedgerEvent, at: number): Step => ({ stream: ledgerStream(site.siteId, 0), facts: [fact], at });
  const courier = (fact: CourierEvent, at: number): Step => ({ stream: courierStream(courierId), facts: [fact], at });
  for (const [n, facts] of steps.entries()) {
    const at = placedAt + n * stepMs;
    const types = facts.map(({ type }) => type);
    if (types.includes("stock.reserved")) {
      const asked = lines.map(({ sku, quantity }) => ({ sku, quantity: quantity.amount }));
      const data = { reservationId, orderId, fulfilmentId: "1.1", lines: asked };
      yield ledger({ type: "ledger.reserved", data }, at);
    }
    if (types.includes("driver.assigned")) {
      yield courier({ type: "courier.claimed", data: { orderId, attempt: 1 } }, at);
    }
    yield { stream: orderStream(orderId), facts, at, last: n === steps.length - 1 };
    if (types.includes("kitchen.ready")) yield ledger({ type: "ledger.consumed", data: { reservationId } }, at);
    if (types.includes("order.delivered")) {
      yield courier({ type: "courier.released", data: { orderId, attempt: 1 } }, at);
    }
  }
}
