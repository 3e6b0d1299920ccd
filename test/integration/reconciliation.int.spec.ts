import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_GUARDS, Guards } from "../../commands/gateways/guards.ts";
import { referenceOf } from "../../commands/processes/parcel/owed.ts";
import { HttpCarrierBooks } from "../../commands/reconciliation/carrier-books.ts";
import type { DifferenceKind } from "../../commands/reconciliation/difference.ts";
import { reconciliationMigration } from "../../commands/reconciliation/migration.ts";
import { type Reconciled, reconcile } from "../../commands/reconciliation/reconcile.ts";
import { Reports } from "../../commands/reconciliation/reports.ts";
import { StripeBooks } from "../../commands/reconciliation/stripe-books.ts";
import { readConfig } from "../../infra/config.ts";
import { eventually } from "../../infra/consumers/testing/engines.ts";
import { createLog } from "../../infra/log.ts";
import type { RunningSimulator } from "../../infra/simulators/base/simulator.ts";
import { startCarrierSimulator } from "../../infra/simulators/carrier/carrier-simulator.ts";
import { askGateway, post } from "./outside-calls.ts";
import { type PaymentsAtWork, startPayments } from "./payments-at-work.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const CANCELLED = { type: "order.cancelled", data: { by: "customer" } } as const;
const log = createLog("test", "silent");

let payments: PaymentsAtWork;
let carrier: RunningSimulator;
let folder: string;
let reports: Reports;
/** Orders that a test has placed: what the read models would list. */
let placed: string[] = [];

beforeAll(async () => {
  payments = await startPayments([reconciliationMigration]);
  folder = await mkdtemp(join(tmpdir(), "ordertrail-reconciliation-"));
  carrier = await startCarrierSimulator({ dataDir: folder, port: 0, log, clock: payments.parts.clock });
  reports = new Reports(payments.parts.pool);
});
beforeEach(() => {
  placed = [];
});
afterEach(async () => {
  await payments.turn({});
  await post(`${carrier.url}/_switch`, {});
  await payments.idle();
});
afterAll(async () => {
  await carrier.close();
  await payments.stop();
  await rm(folder, { recursive: true, force: true });
});

const place = async (how?: Parameters<PaymentsAtWork["place"]>[0]): Promise<string> => {
  const orderId = await payments.place(how);
  placed.push(orderId);
  return orderId;
};

/** Looks through the books from the beginning of this test's hour on. */
async function look(how: { dryRun?: boolean; from?: number; settledMs?: number } = {}): Promise<Reconciled> {
  const { writer, facts, pool, clock, gatewayUrl } = payments.parts;
  const config = readConfig({ PAYMENT_URL: gatewayUrl, CARRIER_URL: carrier.url });
  return await reconcile(
    {
      payments: new StripeBooks(config),
      carrier: new HttpCarrierBooks(config),
      orders: {
        paid: async () => ({ entries: placed, next: undefined }),
        open: async () => placed,
      },
      memory: writer.memory,
      facts,
      guards: new Guards({ ...DEFAULT_GUARDS, failures: 1_000 }),
      reports: new Reports(pool),
      clock,
      log,
      policy: { settledMs: how.settledMs ?? 0, lookBackMs: HOUR },
    },
    {
      from: how.from ?? clock.now() - HOUR,
      dryRun: how.dryRun,
      signal: new AbortController().signal,
      held: () => true,
    },
  );
}

/** What a look has found about an order. */
const about = ({ differences }: Reconciled, orderId: string) =>
  differences.filter((one) => one.orderId === orderId).map(({ kind, mended }) => [kind, mended]);
const stored = async (orderId: string) => (await reports.differences("all", 500)).filter((d) => d.orderId === orderId);

/** Business time goes on by a second, so that what happened before is settled. */
const settle = () => payments.forward(2_000);

/** Asks the gateway as somebody else than our payment process would. */
const atGateway = (path: string, form: Readonly<Record<string, string>>) =>
  askGateway(payments.parts.gatewayUrl, path, form);

async function captureFor(orderId: string): Promise<string> {
  const form = { amount: "2690", currency: "eur", payment_method: "pm_card_visa", "metadata[orderId]": orderId };
  const { id } = await atGateway("payment_intents", form);
  await atGateway(`payment_intents/${id}/confirm`, {});
  return id;
}

describe("what the gateway has done and an order does not know", () => {
  test("a capture is told to the order, and refunded by the payment process since the order has ended", async () => {
    const orderId = await place();
    await payments.append(orderId, CANCELLED);
    await payments.idle();
    const intent = await captureFor(orderId);
    settle();
    expect(about(await look({ dryRun: true }), orderId)).toEqual([["capture_not_in_order", false]]);
    expect(await stored(orderId)).toEqual([]);
    expect(about(await look(), orderId)).toEqual([["capture_not_in_order", true]]);
    expect((await payments.happened(orderId, "payment.confirmed")).data).toMatchObject({ intent });
    await payments.happened(orderId, "payment.refunded");
    expect(await payments.captures(orderId)).toMatchObject([{ amount: 2690, refunded: 2690 }]);
    settle();
    expect(about(await look(), orderId)).toEqual([]);
    expect(await stored(orderId)).toMatchObject([{ kind: "capture_not_in_order", mendedAt: expect.any(String) }]);
  });

  test("a refund is told to the order, and not made a second time", async () => {
    const orderId = await place();
    const { intent } = (await payments.happened(orderId, "payment.confirmed")).data as { intent: string };
    await atGateway("refunds", { payment_intent: intent });
    settle();
    expect(about(await look(), orderId)).toEqual([["refund_not_in_order", true]]);
    await payments.append(orderId, CANCELLED);
    await payments.idle();
    expect(await payments.captures(orderId)).toMatchObject([{ refunded: 2690 }]);
  });

  test("a refund that fails afterwards is owed again, and made again once", async () => {
    const orderId = await place();
    await payments.happened(orderId, "payment.confirmed");
    await payments.append(orderId, CANCELLED);
    const { refund } = (await payments.happened(orderId, "payment.refunded")).data as { refund: string };
    await post(`${payments.parts.gatewayUrl}/_fail_refund`, { refund });
    expect(await payments.captures(orderId)).toMatchObject([{ refunded: 0 }]);
    settle();
    expect(about(await look(), orderId)).toEqual([["refund_failed_later", true]]);
    await payments.happened(orderId, "payment.refunded", 2);
    expect(await payments.captures(orderId)).toMatchObject([{ amount: 2690, refunded: 2690 }]);
    settle();
    expect(about(await look(), orderId)).toEqual([]);
  });

  test("is left alone while it is young, since it may be on its way", async () => {
    const orderId = await place();
    await payments.append(orderId, CANCELLED);
    await payments.idle();
    await captureFor(orderId);
    expect(about(await look({ settledMs: 10 * MINUTE }), orderId)).toEqual([]);
    payments.forward(11 * MINUTE);
    expect(about(await look({ settledMs: 10 * MINUTE }), orderId)).toEqual([["capture_not_in_order", true]]);
  });
});

describe("what is for people to decide", () => {
  const reportedOnly = async (orderId: string, kind: DifferenceKind) => {
    expect(about(await look(), orderId)).toContainEqual([kind, false]);
    const told = (await payments.events(orderId)).filter(({ metadata }) => metadata.actor.id === "reconciliation");
    expect(told).toEqual([]);
    expect(await stored(orderId)).toContainEqual(expect.objectContaining({ kind, mendedAt: undefined }));
  };

  test("two captures for one order", async () => {
    const orderId = await place();
    await payments.happened(orderId, "payment.confirmed");
    const second = await captureFor(orderId);
    settle();
    await reportedOnly(orderId, "captured_twice");
    // Somebody gives the second back: the order's own money is still there, and is given back when the order ends.
    await atGateway("refunds", { payment_intent: second });
    settle();
    await reportedOnly(orderId, "captured_twice");
    await payments.append(orderId, CANCELLED);
    await payments.happened(orderId, "payment.refunded");
    const captures = await payments.captures(orderId);
    expect(captures.map(({ refunded }) => refunded)).toEqual([2690, 2690]);
  });

  test("an order that says paid while the gateway has captured nothing", async () => {
    const orderId = await place({ siteId: "a-site-that-has-nothing" });
    const { id: intent } = await atGateway("payment_intents", { amount: "2690", currency: "eur" });
    const amount = { amount: 2690, currency: "EUR" };
    await payments.append(orderId, { type: "payment.confirmed", data: { intent, amount } });
    settle();
    await reportedOnly(orderId, "paid_without_capture");
  });

  test("is closed when somebody has seen to it, and stays closed when it is met again", async () => {
    const orderId = await place();
    await payments.happened(orderId, "payment.confirmed");
    const reference = await captureFor(orderId);
    settle();
    await reportedOnly(orderId, "captured_twice");
    expect(await reports.settle("captured_twice", reference, "operator:maria", payments.now())).toBe(true);
    expect(await reports.settle("captured_twice", reference, "operator:paul", payments.now())).toBe(false);
    await look();
    expect((await reports.differences("open", 500)).filter((one) => one.reference === reference)).toEqual([]);
    expect(await stored(orderId)).toMatchObject([{ settledBy: "operator:maria" }]);
  });

  test("a capture for an order that does not exist", async () => {
    const orderId = "0b6d2f7e-0000-4000-8000-000000000000";
    await captureFor(orderId);
    settle();
    expect(about(await look(), orderId)).toEqual([["capture_without_order", false]]);
  });

  test("is gone once it is so no more", async () => {
    const orderId = await place({ siteId: "a-site-that-has-nothing" });
    const form = { amount: "2690", currency: "eur", payment_method: "pm_card_visa", "metadata[orderId]": orderId };
    const { id: intent } = await atGateway("payment_intents", form);
    const amount = { amount: 2690, currency: "EUR" };
    await payments.append(orderId, { type: "payment.confirmed", data: { intent, amount } });
    settle();
    await reportedOnly(orderId, "paid_without_capture");
    await atGateway(`payment_intents/${intent}/confirm`, {});
    settle();
    expect(about(await look(), orderId)).toEqual([]);
    expect(await stored(orderId)).toMatchObject([{ kind: "paid_without_capture", goneAt: expect.any(String) }]);
    expect((await reports.differences("open", 500)).filter((one) => one.orderId === orderId)).toEqual([]);
  });
});

describe("parcels", () => {
  const book = async (reference: string) => String((await post(`${carrier.url}/shipments`, { reference })).booking);

  test("that the carrier has booked and shipped are told to their order, however old the order is", async () => {
    const orderId = await place();
    await payments.happened(orderId, "payment.confirmed");
    const booking = await book(referenceOf(orderId, "1.1"));
    settle();
    expect(about(await look(), orderId)).toEqual([["parcel_not_in_order", true]]);
    expect((await payments.happened(orderId, "shipment.scheduled")).data).toMatchObject({ booking });
    await post(`${carrier.url}/_ship`, { booking });
    payments.forward(48 * HOUR);
    // Its booking lies before what is looked through: the order itself is asked about.
    expect(about(await look(), orderId)).toEqual([["parcel_shipped_unseen", true]]);
    await payments.happened(orderId, "shipment.shipped");
    settle();
    expect(about(await look(), orderId)).toEqual([]);
  });

  test("that are booked twice, or for nobody, are reported", async () => {
    const orderId = await place();
    const reference = referenceOf(orderId, "1.1");
    await book(reference);
    await book(reference);
    const nobodys = await book("somebody else's");
    settle();
    const looked = await look();
    expect(about(looked, orderId)).toContainEqual(["parcel_not_in_order", true]);
    expect(about(looked, orderId)).toContainEqual(["parcel_booked_twice", false]);
    expect(looked.differences.find(({ reference: one }) => one === nobodys)?.kind).toBe("parcel_without_order");
  });

  test("of an order that has ended are told to it, so that they are taken back", async () => {
    const orderId = await place();
    await payments.append(orderId, CANCELLED);
    await book(referenceOf(orderId, "1.1"));
    settle();
    expect(about(await look(), orderId)).toContainEqual(["parcel_of_ended_order", true]);
    await payments.happened(orderId, "shipment.scheduled");
  });
});

describe("a look through the books", () => {
  test("goes through every page of a long list", async () => {
    const intents: string[] = [];
    for (let n = 0; n < 205; n++)
      intents.push((await atGateway("payment_intents", { amount: "1", currency: "eur" })).id);
    const books = new StripeBooks(readConfig({ PAYMENT_URL: payments.parts.gatewayUrl }));
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await books.intents(payments.now() - MINUTE, after);
      if (!page.ok) throw new Error(page.failure.message);
      seen.push(...page.value.entries.map(({ intent }) => intent));
      after = page.value.next;
    } while (after !== undefined);
    expect(intents.every((id) => seen.includes(id))).toBe(true);
    expect(new Set(seen).size).toBe(seen.length);
  });

  test("that was cut off by the end of its process is called failed by the next, and old reports are forgotten", async () => {
    const begun = await reports.begin(payments.now(), 0, 1);
    payments.forward(2 * HOUR);
    await look();
    const [, cutOff] = await reports.newest(2);
    expect(cutOff).toMatchObject({ reportId: begun, state: "failed", error: "its process ended" });
    payments.forward(91 * 24 * HOUR);
    await look();
    expect(await reports.newest(100)).toHaveLength(1);
  });

  test("that the gateway does not answer is reported as failed, and does not keep the carrier's books from being read", async () => {
    const orderId = await place();
    await payments.happened(orderId, "payment.confirmed");
    const from = payments.now() - HOUR;
    const booked = await post(`${carrier.url}/shipments`, { reference: referenceOf(orderId, "1.1") });
    await payments.turn({ down: true });
    settle();
    const before = await reports.lookedUntil();
    await expect(look({ from })).rejects.toThrow(/did not get through/);
    await payments.turn({});
    expect((await reports.newest(1))[0]).toMatchObject({ state: "failed", error: expect.stringContaining("books") });
    const after = await reports.lookedUntil();
    expect(after.get("payment")).toBe(before.get("payment"));
    expect(after.get("carrier")).toBeGreaterThan(before.get("carrier") ?? 0);
    const scheduled = await eventually(() => payments.happened(orderId, "shipment.scheduled"));
    expect(scheduled.data).toMatchObject({ booking: booked.booking });
  });
});
