import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { itemStream } from "../../domain/catalogue/item.ts";
import { fingerprint } from "../../domain/chain/ids.ts";
import { subkeysOf } from "../../domain/chain/sealing.ts";
import { customerStream } from "../../domain/customer/customer.ts";
import { statusOf } from "../../domain/order/state.ts";
import { ALWAYS_OPEN, type OpeningHours } from "../../domain/site/opening-hours.ts";
import { siteStream } from "../../domain/site/site.ts";
import { type Clock, systemClock, toInstant } from "../../infra/clock.ts";
import { type EventNode, startEventNode } from "../../infra/event-node/event-node.ts";
import { createEventStore } from "../../infra/event-store/client.ts";
import type { EventStore } from "../../infra/event-store/port.ts";
import { createLog } from "../../infra/log.ts";
import { CONTACT, EUR } from "../../test/fixtures/order-examples.ts";
import { CatalogueReader } from "../catalogue/catalogue-reader.ts";
import { customers } from "../customers/customer-aggregate.ts";
import { LedgerSequencer } from "../inventory/sequencer.ts";
import type { Decided, Origin } from "../writing/build-events.ts";
import type { Aggregate } from "../writing/stream-memory.ts";
import { StreamWriter } from "../writing/writer.ts";
import { PlaceOrder, type Placing } from "./place.ts";
import { Reservations } from "./reservations.ts";

const ORIGIN: Origin = { service: { role: "test", version: "0", instance: "test" }, region: "local" };
const SITE = "corner-bakery";
const UNTIL_TEN = "late-bakery";
const FINGERPRINT_KEY = new Uint8Array(32);
const KEYS = subkeysOf("customer-1", randomBytes(32));

let folder: string;
let node: EventNode;
let store: EventStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-place-"));
  node = await startEventNode({ dataDir: folder, port: 0 });
  store = createEventStore({ url: node.url, timeoutMs: 5_000 });
  const opening = (siteId: string, hours: OpeningHours): Decided => ({
    type: "site.opened",
    data: {
      siteId,
      kind: "bakery",
      name: "Corner",
      city: "Berlin",
      region: "local",
      timeZone: "UTC",
      position: { lat: 0, lon: 0 },
      hours,
      stations: ["baking"],
      currency: "EUR",
      deliveryFee: 0,
      menu: ["roll", "bagel", "bun", "cake"],
    },
  });
  await append(siteStream(SITE), opening(SITE, ALWAYS_OPEN));
  await append(siteStream(UNTIL_TEN), opening(UNTIL_TEN, { sat: [{ from: "08:00", to: "22:00" }] }));
  const item = { description: "", taxBasisPoints: 700, unit: "each", allergens: [] };
  await append(itemStream("roll"), {
    type: "item.listed",
    data: { sku: "roll", name: "Roll", price: EUR(100), ...item },
  });
  await append(itemStream("bagel"), {
    type: "item.listed",
    data: { sku: "bagel", name: "Bagel", price: { amount: 100, currency: "USD" }, ...item },
  });
  for (const [sku, name, price] of [
    ["bun", "Bun", 80],
    ["cake", "Cake", 900],
  ] as const) {
    await append(itemStream(sku), { type: "item.listed", data: { sku, name, price: EUR(price), ...item } });
  }
});

afterAll(async () => {
  await store.close();
  await node.close();
  await rm(folder, { recursive: true, force: true });
});

const anything: Aggregate<number> = { name: "any", initial: 0, evolve: (count) => count + 1 };

const envelope = (cmd: string) => ({
  cmd,
  fp: "f".repeat(32),
  at: toInstant(systemClock.now()),
  actor: { type: "system", id: "test" } as const,
  correlationId: "test",
  causationId: "test",
});

async function append(stream: string, event: Decided): Promise<void> {
  const writer = new StreamWriter(store, ORIGIN);
  await writer.write({
    stream,
    aggregate: anything,
    kind: "fact",
    envelope: envelope(randomUUID()),
    decide: () => [event],
  });
}

function placing(over: EventStore = store, clock: Clock = systemClock) {
  const writer = new StreamWriter(over, ORIGIN);
  const ledgers = new LedgerSequencer({ store: over, origin: ORIGIN, chapterEvents: 10_000 });
  const placeOrder = new PlaceOrder({
    writer,
    catalogue: new CatalogueReader(writer.memory),
    ledgers,
    reservations: new Reservations(writer, ledgers, clock, FINGERPRINT_KEY),
    clock,
    log: createLog("test", "silent"),
    policy: { reservationWaitMs: 150, holdMs: 600_000 },
  });
  return { placeOrder, ledgers, writer };
}

const stocked = async (ledgers: LedgerSequencer, siteId = SITE) =>
  await ledgers.ask(siteId, {
    command: { type: "receive", lines: [{ sku: "roll", quantity: 10 }] },
    kind: "fact",
    since: toInstant(systemClock.now()),
    envelope: envelope(randomUUID()),
  });

const ofCustomer = (customerId: string, sku = "roll"): Placing => ({
  orderId: randomUUID(),
  customerId,
  placedBy: `customer:${customerId}`,
  channel: "web",
  siteId: SITE,
  lines: [{ sku, quantity: 1 }],
  contact: CONTACT,
  register: { guest: false },
  method: "courier",
  paymentMethod: "pm_card_visa",
  keys: KEYS,
  envelope: envelope(randomUUID()),
});

test("a repeat is answered as the first time, though the customer has been put on hold since", async () => {
  const { placeOrder, ledgers } = placing();
  await stocked(ledgers);
  const asked = ofCustomer(randomUUID());
  const first = await placeOrder.place(asked);
  await append(customerStream(asked.customerId), { type: "customer.held", data: { cause: "fraud" } });
  const again = await placeOrder.place(asked);
  expect(again.written).toMatchObject({ repeated: true, own: first.written.own });
  await expect(placeOrder.place(ofCustomer(asked.customerId))).rejects.toMatchObject({ code: "customer_on_hold" });
  const { state } = await placing().writer.memory.refresh(customerStream(asked.customerId), customers);
  expect(state).toMatchObject({ held: true });
});

test("a parcel needs an address, and is promised in the carrier's time", async () => {
  const { placeOrder, ledgers } = placing();
  await stocked(ledgers);
  const parcel = { ...ofCustomer(randomUUID()), method: "parcel" } as const;
  const nowhere = { ...parcel, orderId: randomUUID(), contact: { name: "Maya" } };
  await expect(placeOrder.place(nowhere)).rejects.toMatchObject({ code: "address_missing" });
  const { order } = await placeOrder.place({ ...parcel, contact: { name: "Maya", address: "Torstr. 1, Berlin" } });
  const days = (Date.parse(order?.delivery.promisedAt ?? "") - systemClock.now()) / 86_400_000;
  expect(Math.round(days)).toBe(3);
});

test("a reservation's fingerprint covers the command and what it asks for", async () => {
  const { placeOrder, ledgers } = placing();
  await stocked(ledgers);
  const { orderId } = (await placeOrder.place(ofCustomer(randomUUID()))).order ?? {};
  const reserved = (await store.readStream(`ledger-${SITE}.0`)).find(
    ({ metadata }) => metadata.cmd === `reserve/${orderId}:1.1`,
  );
  const asked = { command: "reserve", body: { lines: [{ sku: "roll", quantity: 1 }] } };
  expect(reserved?.metadata.fp).toBe(fingerprint(FINGERPRINT_KEY, asked));
});

test("an item that is priced in another currency than its site is refused as a line that is not valid", async () => {
  const { placeOrder } = placing();
  await expect(placeOrder.place(ofCustomer(randomUUID(), "bagel"))).rejects.toMatchObject({ code: "lines_invalid" });
});

test("an order shortly before closing comes with a warning; one that comes too late is rejected, nothing reserved", async () => {
  const at = async (time: string) => {
    const now = Date.parse(`2026-11-21T${time}:00.000Z`); // a Saturday
    const { placeOrder, ledgers } = placing(store, { now: () => now });
    await stocked(ledgers, UNTIL_TEN);
    return await placeOrder.place({ ...ofCustomer(randomUUID()), siteId: UNTIL_TEN });
  };
  const [early, late, closed] = [await at("21:44"), await at("21:45"), await at("22:00")];
  expect([early.closingSoon, late.closingSoon]).toEqual([false, true]);
  expect(late.order && statusOf(late.order)).toBe("stock_reserved");
  expect(closed.order && statusOf(closed.order)).toBe("restaurant_rejected");
  expect(closed.order?.fulfilments[0]).toMatchObject({ rejection: "auto_rejected_closing_time", reserved: false });
});

test("what may take a line's place is priced from the catalogue and frozen, in the line's quantity", async () => {
  const { placeOrder, ledgers } = placing();
  await stocked(ledgers);
  const asked = ofCustomer(randomUUID());
  const { order } = await placeOrder.place({ ...asked, lines: [{ sku: "roll", quantity: 2, substitutes: ["bun"] }] });
  expect(order?.fulfilments[0]?.lines[0]?.substitutes).toEqual([
    { sku: "bun", name: "Bun", unitPrice: EUR(80), price: EUR(160), tax: EUR(10), allergens: [] },
  ]);
  expect(order?.total).toEqual(EUR(200));
});

test.each([
  ["is dearer", "cake", "costs more"],
  ["is sold in another currency", "bagel", "sold otherwise"],
  ["is not sold there", "lasagne", "does not sell"],
  ["is ordered anyway", "roll", "ordered already"],
])("a substitute that %s is refused with a reason", async (_, substitute, reason) => {
  const { placeOrder } = placing();
  const asked = ofCustomer(randomUUID());
  const lines = [{ sku: "roll", quantity: 1, substitutes: [substitute] }];
  const refused = placeOrder.place({ ...asked, lines });
  await expect(refused).rejects.toMatchObject({ code: "lines_invalid" });
  await expect(refused).rejects.toThrow(reason);
});

test("an order is recorded and answered as pending while its site's ledger does not answer", async () => {
  const silent: EventStore = {
    ...store,
    readStream: (stream, options) =>
      stream.startsWith("ledger-") ? new Promise(() => {}) : store.readStream(stream, options),
  };
  const { placeOrder } = placing(silent);
  const { order } = await placeOrder.place(ofCustomer(randomUUID()));
  expect(order && statusOf(order)).toBe("placed");
});
