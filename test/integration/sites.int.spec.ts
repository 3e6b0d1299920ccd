import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { owedPayments } from "../../commands/processes/payment-owed.ts";
import type { OrderLine } from "../../domain/order/events.ts";
import { type Order, owedRefund, statusOf } from "../../domain/order/state.ts";
import { EUR, fulfilmentAt, OAT_MILK, PLUM_CAKE } from "../fixtures/order-examples.ts";
import { type SitesAtWork, startSites } from "./sites-at-work.ts";

const MINUTE = 60_000;
const TOTAL = 2690;
const PLENTY = { "carrot-cake": 20, "oat-milk": 20, "plum-cake": 20 };
const [CAKE] = fulfilmentAt("bakery").lines;
if (!CAKE) throw new Error("the example has no line");
const CAKE_OR_PLUMS: OrderLine = { ...CAKE, substitutes: [PLUM_CAKE] };

let sites: SitesAtWork;

beforeAll(async () => {
  sites = await startSites();
});
afterEach(() => sites.forget());
afterAll(() => sites?.stop());

/** The site that is ordered from, and the next one. */
async function twoSites() {
  const first = await sites.open(PLENTY);
  return { first, second: await sites.open(PLENTY) };
}

/** A paid order whose site knows of it. */
async function notified(siteId: string, lines?: readonly OrderLine[]) {
  const orderId = await sites.paid(siteId, lines);
  const worker = sites.worker();
  await worker.work(orderId);
  expect(statusOf(await sites.order(orderId))).toBe("restaurant_notified");
  return { orderId, worker };
}

const reject = (orderId: string, fulfilmentId = "1.1") =>
  sites.command(orderId, { type: "reject", fulfilmentId, reason: "too_busy" });
const accept = (orderId: string, fulfilmentId = "1.1") => sites.command(orderId, { type: "accept", fulfilmentId });

async function made(orderId: string, fulfilmentId: string): Promise<void> {
  for (const stage of fulfilmentAt("bakery").stations) {
    await sites.command(orderId, { type: "start_station", fulfilmentId, stage });
    await sites.command(orderId, { type: "complete_station", fulfilmentId, stage });
  }
  await sites.command(orderId, { type: "ready", fulfilmentId });
}

const stockOf = async (siteId: string, sku = "carrot-cake") => (await sites.books(siteId)).current.stock.get(sku);
const countOf = async (orderId: string, type: string) =>
  (await sites.types(orderId)).filter((one) => one === type).length;
const refundIsOwed = (order: Order) => owedPayments(order).map(({ id }) => id);

/** What was received and not used up is there, nothing of it promised. */
async function nothingHeld(...siteIds: readonly string[]): Promise<void> {
  for (const siteId of siteIds) {
    const { breaches, current } = await sites.books(siteId);
    expect(breaches).toEqual([]);
    for (const [sku, { reserved }] of current.stock) expect(reserved, `${sku} at ${siteId}`).toBe(0);
  }
}

describe("an order that its site rejects", () => {
  test("is accepted and made by another site of the city, for the price that was paid", async () => {
    const { first, second } = await twoSites();
    const { orderId, worker } = await notified(first);
    await reject(orderId);
    await worker.work(orderId);
    expect(await sites.types(orderId)).toEqual([
      "order.placed",
      "stock.reserved",
      "payment.processing",
      "payment.confirmed",
      "restaurant.notified",
      "restaurant.rejected",
      "stock.released",
      "order.rerouted",
      "stock.reserved",
      "restaurant.notified",
    ]);
    await accept(orderId, "2.1");
    await made(orderId, "2.1");
    await worker.work(orderId);
    const order = await sites.order(orderId);
    expect([statusOf(order), order.total, owedRefund(order)]).toEqual(["ready", EUR(TOTAL), 0]);
    expect(await sites.told(orderId)).toEqual([
      { kind: "order", siteId: first, fulfilmentId: "1.1" },
      { kind: "order", siteId: second, fulfilmentId: "2.1" },
    ]);
    await nothingHeld(first, second);
    expect([await stockOf(first), await stockOf(second)]).toMatchObject([{ onHand: 20 }, { onHand: 18 }]);
  });

  test("takes its notes along, sealed for the event that reroutes it; without a key it goes without", async () => {
    const { first } = await twoSites();
    const noteAfter = async () => {
      const { orderId, worker } = await notified(first);
      await reject(orderId);
      await worker.work(orderId);
      sites.erase(false);
      const event = (await sites.events(orderId)).find(({ type }) => type === "order.rerouted");
      const data = event?.data as { fulfilments: { lines: { note?: unknown }[] }[] } | undefined;
      const note = data?.fulfilments[0]?.lines[0]?.note;
      return event && note !== undefined ? sites.opened(event, note) : note;
    };
    expect(await noteAfter()).toBe("Happy birthday, Zoë");
    sites.erase(true);
    expect(await noteAfter()).toBeUndefined();
  });

  test("ends where no other site has everything, and the refund is asked for", async () => {
    const first = await sites.open(PLENTY);
    // It is open and has the cakes, and does not sell them.
    await sites.open(PLENTY, { menu: ["oat-milk"] });
    const { orderId, worker } = await notified(first);
    await reject(orderId);
    await worker.work(orderId);
    const order = await sites.order(orderId);
    expect([statusOf(order), owedRefund(order)]).toEqual(["restaurant_rejected", TOTAL]);
    expect(refundIsOwed(order)).toEqual(["payment.refund/1"]);
    await nothingHeld(first);
  });

  test("goes on to the next site when somebody else takes the last goods of the one that was found", async () => {
    const first = await sites.open(PLENTY);
    const second = await sites.open({ "carrot-cake": 3 });
    const third = await sites.open(PLENTY);
    const { orderId } = await notified(first);
    await reject(orderId);
    const quicker = sites.worker({
      afterPeek: async (siteId) => {
        if (siteId === second) await sites.paid(second);
      },
    });
    await quicker.work(orderId);
    const order = await sites.order(orderId);
    expect(order.fulfilments.map(({ siteId, rejection, notified: told }) => [siteId, rejection, told])).toEqual([
      [first, "too_busy", true],
      [second, "item_unavailable", false],
      [third, undefined, true],
    ]);
    expect((await sites.books(second)).breaches).toEqual([]);
    expect(await stockOf(second)).toMatchObject({ onHand: 3, reserved: 2 });
  });

  test("is rerouted once, whoever rejects at the same time and however many processes look for a site", async () => {
    const { first, second } = await twoSites();
    const { orderId } = await notified(first);
    sites.forward(6 * MINUTE);
    const [one, other] = [sites.worker(), sites.worker()];
    await Promise.allSettled([
      reject(orderId),
      one.perform(orderId, "restaurant.answer-deadline/1.1"),
      other.perform(orderId, "restaurant.answer-deadline/1.1"),
    ]);
    expect(await countOf(orderId, "restaurant.rejected")).toBe(1);
    await Promise.all([
      one.perform(orderId, "restaurant.reroute/1.1"),
      other.perform(orderId, "restaurant.reroute/1.1"),
    ]);
    expect(await countOf(orderId, "order.rerouted")).toBe(1);
    await Promise.all([one.work(orderId), other.work(orderId)]);
    const order = await sites.order(orderId);
    expect(order.fulfilments.map(({ fulfilmentId, siteId }) => [fulfilmentId, siteId])).toEqual([
      ["1.1", first],
      ["2.1", second],
    ]);
    await nothingHeld(first);
    expect(await stockOf(second)).toMatchObject({ reserved: 2 });
  });
});

describe("a site that does not answer, or cannot be reached", () => {
  test("hears that it is not wanted any more, and another one gets the order", async () => {
    const { first, second } = await twoSites();
    const { orderId, worker } = await notified(first);
    sites.forward(5 * MINUTE);
    await worker.work(orderId);
    expect(await sites.told(orderId)).toEqual([
      { kind: "order", siteId: first, fulfilmentId: "1.1" },
      { kind: "cancellation", siteId: first, fulfilmentId: "1.1" },
      { kind: "order", siteId: second, fulfilmentId: "2.1" },
    ]);
  });

  test("after four attempts gives way to another one, and is told later, should it have heard of the order", async () => {
    const { first, second } = await twoSites();
    const orderId = await sites.paid(first);
    const worker = sites.worker();
    await sites.turn({ down: true });
    for (const minutes of [0, 2, 7, 20]) {
      sites.forward(minutes * MINUTE);
      await worker.work(orderId);
    }
    await sites.turn({});
    sites.forward(90 * MINUTE);
    await worker.work(orderId);
    expect(await countOf(orderId, "restaurant.notification_failed")).toBeGreaterThanOrEqual(4);
    const order = await sites.order(orderId);
    expect(order.fulfilments.map(({ rejection, notified: told }) => [rejection, told])).toEqual([
      ["not_reached", false],
      [undefined, true],
    ]);
    expect(await sites.told(orderId)).toEqual(
      expect.arrayContaining([
        { kind: "cancellation", siteId: first, fulfilmentId: "1.1" },
        { kind: "order", siteId: second, fulfilmentId: "2.1" },
      ]),
    );
  });

  test("that has closed since the payment is not told at all", async () => {
    const { first, second } = await twoSites();
    const orderId = await sites.paid(first);
    await sites.change(first, { hours: {} });
    await sites.worker().work(orderId);
    const order = await sites.order(orderId);
    expect(order.fulfilments[0]).toMatchObject({ rejection: "auto_rejected_closing_time", released: true });
    expect(await sites.told(orderId)).toEqual([{ kind: "order", siteId: second, fulfilmentId: "2.1" }]);
  });
});

describe("an item that is missing while the order is made", () => {
  const missing = (orderId: string, sku = "carrot-cake") =>
    sites.command(orderId, { type: "report_missing", fulfilmentId: "1.1", sku });

  async function accepted(siteId: string, lines: readonly OrderLine[]) {
    const under = await notified(siteId, lines);
    await accept(under.orderId);
    await missing(under.orderId);
    return under;
  }

  test("is made with a substitute that the customer allowed: reserved, used up, the difference given back", async () => {
    const site = await sites.open(PLENTY);
    const { orderId, worker } = await accepted(site, [CAKE_OR_PLUMS, OAT_MILK]);
    await worker.work(orderId);
    expect(await stockOf(site, "plum-cake")).toMatchObject({ onHand: 20, reserved: 2 });
    await made(orderId, "1.1");
    await worker.work(orderId);
    const order = await sites.order(orderId);
    expect([statusOf(order), owedRefund(order), refundIsOwed(order)]).toEqual(["ready", 300, ["payment.refund/1"]]);
    await nothingHeld(site);
    const { current } = await sites.books(site);
    // The cakes that are not there have left the books with the rest, and are off sale until somebody has counted.
    expect([...current.stock].map(([sku, { onHand }]) => [sku, onHand])).toEqual([
      ["carrot-cake", 18],
      ["oat-milk", 19],
      ["plum-cake", 18],
    ]);
    expect([...current.unavailable]).toEqual(["carrot-cake"]);
    const event = (await sites.events(orderId)).find(({ type }) => type === "order.line_substituted");
    const data = event?.data as { substitute: { note?: unknown } } | undefined;
    expect(event && sites.opened(event, data?.substitute.note)).toBe("Happy birthday, Zoë");
  });

  test("is left out and given back without one, and the rest is made", async () => {
    const site = await sites.open(PLENTY);
    const { orderId, worker } = await accepted(site, [CAKE, OAT_MILK]);
    await worker.work(orderId);
    await made(orderId, "1.1");
    await worker.work(orderId);
    const order = await sites.order(orderId);
    expect([statusOf(order), owedRefund(order)]).toEqual(["ready", 2300]);
    await nothingHeld(site);
  });

  test("whose substitute is sold before it could be reserved is left out after all, and nothing stays reserved", async () => {
    const site = await sites.open({ "carrot-cake": 9, "oat-milk": 9, "plum-cake": 2 });
    const { orderId } = await accepted(site, [CAKE_OR_PLUMS, OAT_MILK]);
    let sold = false;
    const slower = sites.worker({
      afterPeek: async () => {
        if (!sold) await sites.paid(site, [{ ...PLUM_CAKE, quantity: { amount: 1, unit: "each" } }]);
        sold = true;
      },
    });
    await slower.work(orderId);
    const order = await sites.order(orderId);
    expect(order.fulfilments[0]?.lines.map(({ sku }) => sku)).toEqual(["oat-milk"]);
    expect(owedRefund(order)).toBe(2300);
    await made(orderId, "1.1");
    await slower.work(orderId);
    expect((await sites.books(site)).breaches).toEqual([]);
    expect(await stockOf(site, "plum-cake")).toMatchObject({ onHand: 2, reserved: 1 });
    expect([...(await sites.books(site)).current.unavailable]).toEqual(["carrot-cake"]);
  });

  test("that was all there is to make is made by another site; the first one is told, and gives its goods back", async () => {
    const { first, second } = await twoSites();
    const { orderId, worker } = await accepted(first, [CAKE]);
    await worker.work(orderId);
    await accept(orderId, "2.1");
    await made(orderId, "2.1");
    await worker.work(orderId);
    const order = await sites.order(orderId);
    expect([statusOf(order), owedRefund(order)]).toEqual(["ready", 0]);
    expect(await sites.told(orderId)).toEqual([
      { kind: "order", siteId: first, fulfilmentId: "1.1" },
      { kind: "cancellation", siteId: first, fulfilmentId: "1.1" },
      { kind: "order", siteId: second, fulfilmentId: "2.1" },
    ]);
    await nothingHeld(first, second);
  });
});
