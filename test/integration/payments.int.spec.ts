import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../../infra/consumers/testing/engines.ts";
import { type PaymentsAtWork, startPayments } from "./payments-at-work.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Beyond the first retry, whatever its jitter. */
const RETRY = 73 * SECOND;
const TOTAL = 2690;
const CANCELLED = { type: "order.cancelled", data: { by: "customer" } } as const;

let payments: PaymentsAtWork;

beforeAll(async () => {
  payments = await startPayments();
});
afterEach(async () => {
  await payments.turn({});
  await payments.idle();
});
afterAll(() => payments.stop());

const typesOf = async (orderId: string) => (await payments.events(orderId)).map(({ type }) => type);
const countOf = async (orderId: string, type: string) => (await typesOf(orderId)).filter((one) => one === type).length;
const confirmations = async (orderId: string) =>
  (await payments.asked(orderId)).filter(({ path }) => path.endsWith("/confirm"));

/** Waits for a failed attempt, holds the pause before the next against what is planned, and lets it pass. */
async function passPlanned(orderId: string, attempt: number, minutes: number): Promise<void> {
  const { data, metadata } = await payments.happened(orderId, "payment.attempt_failed", attempt);
  const { nextAttemptAt = "" } = data as { nextAttemptAt?: string };
  const pause = Date.parse(nextAttemptAt) - Date.parse(metadata.at);
  expect(pause / MINUTE / minutes).toBeGreaterThan(0.79);
  expect(pause / MINUTE / minutes).toBeLessThan(1.21);
  payments.forward(Date.parse(nextAttemptAt) - payments.now() + SECOND);
}

/** Everything that is owed has been done: nothing more is asked of the gateway, and no stock is held. */
async function settled(orderId: string, reservedBefore: number): Promise<void> {
  await payments.happened(orderId, "stock.released");
  await eventually(async () => expect((await payments.stock()).reserved).toBe(reservedBefore));
}

describe("a payment that fails for a while", () => {
  test("is tried again after the configured delays, not before, and captured once", async () => {
    await payments.turn({ errorRate: 1, only: "/confirm" });
    const orderId = await payments.place();
    await payments.happened(orderId, "payment.attempt_failed");
    payments.forward(45 * SECOND);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await confirmations(orderId)).toHaveLength(1);
    await passPlanned(orderId, 1, 1);
    await passPlanned(orderId, 2, 5);
    await payments.happened(orderId, "payment.attempt_failed", 3);
    await payments.turn({});
    await passPlanned(orderId, 3, 15);
    await payments.happened(orderId, "payment.confirmed");
    expect(await payments.captures(orderId)).toMatchObject([{ amount: TOTAL, refunded: 0 }]);
    expect(await confirmations(orderId)).toHaveLength(4);
  });

  test("four times ends in payment.failed: the stock is released and nothing is captured", async () => {
    const { reserved } = await payments.stock();
    await payments.turn({ errorRate: 1, only: "/confirm" });
    const orderId = await payments.place();
    for (const [index, minutes] of [1, 5, 15].entries()) await passPlanned(orderId, index + 1, minutes);
    expect(await payments.happened(orderId, "payment.failed")).toMatchObject({
      data: { failureType: "service_unavailable", attempts: 4 },
    });
    await payments.happened(orderId, "payment.cancelled");
    await settled(orderId, reserved);
    expect(await payments.captures(orderId)).toEqual([]);
    expect(await confirmations(orderId)).toHaveLength(4);
  });

  test("also while the intent is created goes on with the attempts that are left", async () => {
    await payments.turn({ errorRate: 1, only: "/v1/payment_intents" });
    const orderId = await payments.place();
    await payments.happened(orderId, "payment.attempt_failed");
    await payments.turn({});
    await passPlanned(orderId, 1, 1);
    await payments.happened(orderId, "payment.confirmed");
    expect(await payments.captures(orderId)).toHaveLength(1);
  });
});

describe("an answer that is lost", () => {
  test("on the confirmation is found by the look-up, and nothing is captured twice", async () => {
    await payments.turn({ answerLost: true, only: "/confirm", times: 1 });
    const orderId = await payments.place();
    await payments.happened(orderId, "payment.attempt_failed");
    payments.forward(RETRY);
    await payments.happened(orderId, "payment.confirmed");
    expect(await payments.captures(orderId)).toMatchObject([{ amount: TOTAL, refunded: 0 }]);
    expect(await confirmations(orderId)).toMatchObject([{ fate: "lost" }]);
  });

  test("on a decline is found by the look-up: the card is not charged again", async () => {
    await payments.turn({ answerLost: true, only: "/confirm", times: 1 });
    const orderId = await payments.place({ paymentMethod: "pm_card_chargeDeclinedInsufficientFunds" });
    await payments.happened(orderId, "payment.attempt_failed");
    payments.forward(RETRY);
    expect(await payments.happened(orderId, "payment.failed")).toMatchObject({
      data: { failureType: "insufficient_funds" },
    });
    expect(await confirmations(orderId)).toHaveLength(1);
  });

  test("on the creation leads to the same intent", async () => {
    await payments.turn({ answerLost: true, only: "/v1/payment_intents", times: 1 });
    const orderId = await payments.place();
    await payments.happened(orderId, "payment.attempt_failed");
    payments.forward(RETRY);
    await payments.happened(orderId, "payment.confirmed");
    expect(await payments.captures(orderId)).toHaveLength(1);
    expect(await countOf(orderId, "payment.processing")).toBe(1);
  });

  test("on a refund, or with the process before it was recorded, gives the money back once", async () => {
    const orderId = await payments.place();
    await payments.happened(orderId, "payment.confirmed");
    await payments.turn({ answerLost: true, only: "/v1/refunds", times: 2 });
    payments.loseNext("payment.refunded");
    await payments.append(orderId, CANCELLED);
    await payments.happened(orderId, "payment.refund_failed");
    payments.forward(RETRY);
    await eventually(async () => {
      payments.forward(5 * MINUTE);
      expect(await countOf(orderId, "payment.refunded")).toBe(1);
    });
    expect(await payments.captures(orderId)).toMatchObject([{ amount: TOTAL, refunded: TOTAL }]);
    const made = (await payments.asked(orderId)).filter(
      ({ method, path, status }) => method === "POST" && path === "/v1/refunds" && status === 200,
    );
    expect(made).toHaveLength(1);
  });
});

describe("money is given back", () => {
  const removed = (sku: string, amount: number) =>
    ({
      type: "order.line_removed",
      data: { fulfilmentId: "1.1", sku, refund: { amount, currency: "EUR" }, reason: "missing" },
    }) as const;

  test("for one line after the other while the order goes on, and for exactly the rest when it is cancelled", async () => {
    const orderId = await payments.place();
    await payments.happened(orderId, "payment.confirmed");
    await payments.append(orderId, removed("tart", 300));
    await payments.happened(orderId, "payment.refunded", 1);
    await payments.append(orderId, removed("bread", 450));
    await payments.happened(orderId, "payment.refunded", 2);
    expect(await payments.captures(orderId)).toMatchObject([{ amount: TOTAL, refunded: 750 }]);
    await payments.append(orderId, CANCELLED);
    expect(await payments.happened(orderId, "payment.refunded", 3)).toMatchObject({
      data: { amount: { amount: TOTAL - 750 } },
    });
    expect(await payments.captures(orderId)).toMatchObject([{ amount: TOTAL, refunded: TOTAL }]);
  });

  test("again, once, when the bank has sent it back", async () => {
    const orderId = await payments.place();
    await payments.happened(orderId, "payment.confirmed");
    await payments.append(orderId, CANCELLED);
    const { data } = await payments.happened(orderId, "payment.refunded");
    const { refund, amount } = data as { refund: string; amount: { amount: number; currency: string } };
    await payments.failRefund(refund);
    expect(await payments.captures(orderId)).toMatchObject([{ refunded: 0 }]);
    const failed = { attempt: 1, failureType: "unknown", refund, amount } as const;
    await payments.append(orderId, { type: "payment.refund_failed", data: failed });
    await payments.happened(orderId, "payment.refunded", 2);
    expect(await payments.captures(orderId)).toMatchObject([{ amount: TOTAL, refunded: TOTAL }]);
  });
});

test("an order that costs nothing is confirmed without asking the gateway, and owes nothing when it is cancelled", async () => {
  const orderId = await payments.place({ total: 0 });
  expect(await payments.happened(orderId, "payment.confirmed")).toMatchObject({
    data: { intent: "none", amount: { amount: 0 } },
  });
  await payments.append(orderId, CANCELLED);
  await payments.happened(orderId, "stock.released");
  expect((await typesOf(orderId)).filter((type) => type.startsWith("payment."))).toEqual(["payment.confirmed"]);
  expect(await payments.captures(orderId)).toEqual([]);
});

describe("an order that is cancelled while it is being paid", () => {
  test.each([0, 40, 80, 120, 200])(
    "after %i ms is either cancelled and not captured, or captured and refunded",
    async (pause) => {
      const { reserved } = await payments.stock();
      await payments.turn({ latencyMs: 60 });
      const orderId = await payments.place();
      await payments.happened(orderId, "payment.processing");
      await new Promise((resolve) => setTimeout(resolve, pause));
      await payments.append(orderId, CANCELLED);
      await eventually(async () =>
        expect(await typesOf(orderId)).toEqual(expect.arrayContaining([outcomeOf(await typesOf(orderId))])),
      );
      await settled(orderId, reserved);
      const captured = await payments.captures(orderId);
      if ((await countOf(orderId, "payment.cancelled")) > 0) expect(captured).toEqual([]);
      else expect(captured).toMatchObject([{ amount: TOTAL, refunded: TOTAL }]);
      // The card was not declined: that the intent was cancelled is our own doing.
      expect(await typesOf(orderId)).not.toContain("payment.failed");
    },
  );

  test("is not called a failed payment when the cancellation overtakes the confirmation", async () => {
    await payments.turn({ errorRate: 1, only: "/confirm" });
    const orderId = await payments.place();
    await payments.happened(orderId, "payment.attempt_failed");
    await payments.turn({ latencyMs: 400, only: "/confirm" });
    const asked = (await payments.asked(orderId)).length;
    await passPlanned(orderId, 1, 1);
    // The retry has looked the intent up, and its confirmation is on its way.
    await eventually(async () => expect((await payments.asked(orderId)).length).toBeGreaterThan(asked));
    await payments.append(orderId, CANCELLED);
    await payments.happened(orderId, "payment.cancelled");
    await eventually(async () => expect(await confirmations(orderId)).toHaveLength(2));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await typesOf(orderId)).not.toContain("payment.failed");
    expect(await payments.captures(orderId)).toEqual([]);
  });

  const outcomeOf = (types: readonly string[]) =>
    types.includes("payment.confirmed") ? "payment.refunded" : "payment.cancelled";
});

describe("a hold that runs out", () => {
  test("ends an order for which the gateway has not even made an intent", async () => {
    const { reserved } = await payments.stock();
    await payments.turn({ latencyMs: 60_000, only: "/v1/payment_intents" });
    const orderId = await payments.place();
    await payments.happened(orderId, "stock.reserved");
    payments.forward(11 * MINUTE);
    expect(await payments.happened(orderId, "payment.failed")).toMatchObject({
      data: { failureType: "payment_timeout", attempts: 0 },
      metadata: { actor: { type: "system", id: "deadline" } },
    });
    await settled(orderId, reserved);
    expect(await payments.captures(orderId)).toEqual([]);
  });

  test("while the gateway does not answer the confirmation cancels the intent and releases the stock", async () => {
    const { reserved } = await payments.stock();
    await payments.turn({ latencyMs: 60_000, only: "/confirm" });
    const orderId = await payments.place();
    await payments.happened(orderId, "payment.processing");
    payments.forward(11 * MINUTE);
    expect(await payments.happened(orderId, "payment.failed")).toMatchObject({
      data: { failureType: "payment_timeout" },
    });
    await payments.happened(orderId, "payment.cancelled");
    await settled(orderId, reserved);
    expect(await payments.captures(orderId)).toEqual([]);
  });

  test("finds a payment that was made though its answer was lost", async () => {
    await payments.turn({ answerLost: true, only: "/confirm" });
    const orderId = await payments.place();
    await payments.happened(orderId, "payment.attempt_failed");
    payments.forward(11 * MINUTE);
    await payments.happened(orderId, "payment.confirmed");
    expect(await typesOf(orderId)).not.toContain("payment.failed");
    expect(await payments.captures(orderId)).toMatchObject([{ amount: TOTAL, refunded: 0 }]);
  });

  test("while a confirmation is on its way leaves the order paid or failed, never both", async () => {
    const { reserved } = await payments.stock();
    await payments.turn({ errorRate: 1, only: "/confirm", times: 1 });
    const orderId = await payments.place();
    await payments.happened(orderId, "payment.attempt_failed");
    await payments.turn({ latencyMs: 50 });
    payments.forward(11 * MINUTE); // the second attempt and the end of the hold are due at once
    await eventually(async () =>
      expect(await typesOf(orderId)).toEqual(
        expect.arrayContaining([expect.stringMatching(/^payment\.(confirmed|failed)$/)]),
      ),
    );
    const paid = (await countOf(orderId, "payment.confirmed")) > 0;
    if (!paid) await settled(orderId, reserved);
    expect(await payments.captures(orderId)).toHaveLength(paid ? 1 : 0);
    expect(await countOf(orderId, paid ? "payment.failed" : "payment.confirmed")).toBe(0);
  });
});
