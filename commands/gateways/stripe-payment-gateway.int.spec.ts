import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../infra/clock.ts";
import { readConfig } from "../../infra/config.ts";
import { createLog } from "../../infra/log.ts";
import type { RunningSimulator } from "../../infra/simulators/base/simulator.ts";
import { startPaymentSimulator } from "../../infra/simulators/payment/payment-simulator.ts";
import type { Answer } from "./answer.ts";
import { StripePaymentGateway } from "./stripe-payment-gateway.ts";

const ORDER = "018f2d3c-0000-4000-8000-00000000000a";
const DAY_MS = 24 * 3600 * 1000;

let folder: string;
let simulator: RunningSimulator;
let gateway: StripePaymentGateway;
let nowMs: number;

const gatewayAt = (url: string, timeoutMs = 5_000) =>
  new StripePaymentGateway(readConfig({ PAYMENT_URL: url, OUTSIDE_TIMEOUT_MS: String(timeoutMs) }));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-payments-"));
  nowMs = systemClock.now();
  const clock = { now: () => nowMs };
  simulator = await startPaymentSimulator({ dataDir: folder, port: 0, log: createLog("test", "silent"), clock });
  gateway = gatewayAt(simulator.url);
});

afterEach(async () => {
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

const turn = async (switches: Record<string, unknown>) => {
  const answer = await fetch(`${simulator.url}/_switch`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(switches),
  });
  expect(answer.status).toBe(200);
};

const json = async <T>(path: string): Promise<T> => (await (await fetch(`${simulator.url}${path}`)).json()) as T;

const captures = async () => (await json<{ count: number }>(`/_charges?orderId=${ORDER}`)).count;

const create = (amount = 1250, paymentMethod = "pm_card_visa") =>
  gateway.create({ orderId: ORDER, amount: { amount, currency: "EUR" }, paymentMethod, customerId: "c" });

function value<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(`failed: ${answer.failure.message}`);
  return answer.value;
}

const failure = <T>(answer: Answer<T>) => (answer.ok ? { answered: answer.value } : answer.failure);

const newIntent = async (): Promise<string> => value(await create()).intent;

describe("one intent per order", () => {
  test("creating again answers the same intent, and nothing is charged by it", async () => {
    expect(value(await create())).toEqual(value(await create()));
    expect(value(await gateway.retrieve(await newIntent()))).toEqual({ status: "requires_confirmation" });
    expect(await captures()).toBe(0);
  });

  test("creating again with another amount is refused", async () => {
    await create(1250);
    expect(failure(await create(990))).toMatchObject({ class: "permanent", type: "invalid_message" });
  });

  test("confirming charges once, however often it is repeated", async () => {
    const intent = await newIntent();
    for (let n = 0; n < 3; n++) {
      expect(value(await gateway.confirm(intent, "pm_card_visa"))).toEqual({ status: "succeeded" });
    }
    expect(await captures()).toBe(1);
  });

  test("confirmations that race charge once", async () => {
    const intent = await newIntent();
    const answers = await Promise.all(Array.from({ length: 8 }, () => gateway.confirm(intent, "pm_card_visa")));
    expect(answers.map(value)).toEqual(Array.from({ length: 8 }, () => ({ status: "succeeded" })));
    expect(await captures()).toBe(1);
  });

  test("a stored server fault does not keep an order from ever getting its intent", async () => {
    // Three requests: the first try, its repeat under the same key, and the first under the next key.
    await turn({ errorRate: 1, times: 3 });
    for (let n = 0; n < 2; n++) {
      expect(failure(await create())).toMatchObject({ class: "transient", type: "service_unavailable" });
    }
    const intent = await newIntent();
    expect(await newIntent()).toBe(intent);
  });

  test("the gateway's answer to the bare key stays the stored fault", async () => {
    await turn({ errorRate: 1, times: 1 });
    await create();
    await newIntent();
    const { entries } = await json<{ entries: { status: number }[] }>("/_log");
    expect(entries.map((entry) => entry.status)).toEqual([500, 500, 200]);
  });
});

describe("declines", () => {
  test.each([
    ["pm_card_chargeDeclined", "permanent", "payment_declined"],
    ["pm_card_insufficientFunds", "permanent", "insufficient_funds"],
    ["pm_card_chargeDeclinedFraudulent", "permanent", "payment_fraud"],
    ["pm_card_chargeDeclinedExpiredCard", "permanent", "payment_declined"],
    ["pm_card_chargeDeclinedProcessingError", "transient", "service_unavailable"],
    ["pm_card_unheard_of", "permanent", "payment_declined"],
  ])("%s is %s: %s", async (method, cls, type) => {
    const answer = await gateway.confirm(await newIntent(), method);
    expect(failure(answer)).toMatchObject({ class: cls, type });
    expect(await captures()).toBe(0);
  });

  test("a decline is told by the intent too, for whoever did not hear the answer", async () => {
    const intent = await newIntent();
    const heard = failure(await gateway.confirm(intent, "pm_card_chargeDeclined"));
    expect(value(await gateway.retrieve(intent))).toEqual({ status: "requires_payment_method", lastError: heard });
    expect(heard).toHaveProperty("reference", expect.stringMatching(/^ch_/));
  });

  test("after a decline another card can pay", async () => {
    const intent = await newIntent();
    await gateway.confirm(intent, "pm_card_chargeDeclined");
    expect(value(await gateway.confirm(intent, "pm_card_mastercard"))).toEqual({ status: "succeeded" });
  });
});

describe("cancelling", () => {
  test("a cancelled intent cannot be charged any more, and says so", async () => {
    const intent = await newIntent();
    expect(value(await gateway.cancel(intent))).toEqual({ status: "canceled" });
    expect(value(await gateway.confirm(intent, "pm_card_visa"))).toEqual({ status: "canceled" });
    expect(value(await gateway.cancel(intent))).toEqual({ status: "canceled" });
    expect(await captures()).toBe(0);
  });

  test("an intent that was paid first stays paid", async () => {
    const intent = await newIntent();
    await gateway.confirm(intent, "pm_card_visa");
    expect(value(await gateway.cancel(intent))).toEqual({ status: "succeeded" });
  });

  test("of a cancellation and a charge that race, the gateway lets one win and both learn which", async () => {
    for (let n = 0; n < 10; n++) {
      const orderId = `${ORDER.slice(0, -1)}${n}`;
      const amount = { amount: 100, currency: "EUR" };
      const { intent } = value(
        await gateway.create({ orderId, amount, paymentMethod: "pm_card_visa", customerId: "c" }),
      );
      const [paid, cancelled] = await Promise.all([gateway.confirm(intent, "pm_card_visa"), gateway.cancel(intent)]);
      expect(value(paid).status).toBe(value(cancelled).status);
    }
  });
});

describe("refunds", () => {
  const part = { amount: 500, currency: "EUR" };

  test("a reference is refunded once, also after the gateway has forgotten its key", async () => {
    const intent = await newIntent();
    await gateway.confirm(intent, "pm_card_visa");
    const first = value(await gateway.refund({ intent, amount: part, reference: "cancel" }));
    nowMs += 2 * DAY_MS;
    expect(value(await gateway.refund({ intent, amount: part, reference: "cancel" }))).toEqual(first);
    expect(value(await gateway.refunds(intent))).toEqual([
      { refund: first.refund, reference: "cancel", amount: part, status: "succeeded" },
    ]);
  });

  test("different references add up, but never to more than was paid", async () => {
    const intent = await newIntent();
    await gateway.confirm(intent, "pm_card_visa");
    await gateway.refund({ intent, amount: part, reference: "line-1" });
    await gateway.refund({ intent, amount: part, reference: "line-2" });
    expect(failure(await gateway.refund({ intent, amount: part, reference: "line-3" }))).toMatchObject({
      class: "permanent",
    });
    expect(value(await gateway.refunds(intent)).map((refund) => refund.reference)).toEqual(["line-2", "line-1"]);
  });

  test("a reference is refunded once, also when more has become owed before its answer was known", async () => {
    const intent = await newIntent();
    await gateway.confirm(intent, "pm_card_visa");
    const first = value(await gateway.refund({ intent, amount: part, reference: "point-1" }));
    const more = { ...part, amount: part.amount + 100 };
    expect(value(await gateway.refund({ intent, amount: more, reference: "point-1" }))).toEqual(first);
    expect(value(await gateway.refunds(intent))).toHaveLength(1);
  });

  test("a stored server fault does not keep more from being refunded under the same reference", async () => {
    const intent = await newIntent();
    await gateway.confirm(intent, "pm_card_visa");
    await turn({ errorRate: 1, only: "POST /v1/refunds" });
    for (const _ of [1, 2]) await gateway.refund({ intent, amount: part, reference: "point-1" });
    await turn({});
    const more = { ...part, amount: part.amount + 100 };
    expect(value(await gateway.refund({ intent, amount: more, reference: "point-1" })).amount).toEqual(more);
    expect(value(await gateway.refunds(intent))).toHaveLength(1);
  });

  test("what was not paid cannot be refunded", async () => {
    const answer = await gateway.refund({ intent: await newIntent(), amount: part, reference: "cancel" });
    expect(failure(answer)).toMatchObject({ class: "permanent", type: "invalid_message" });
  });

  test("a stored server fault does not keep a refund from being made once", async () => {
    const intent = await newIntent();
    await gateway.confirm(intent, "pm_card_visa");
    await turn({ errorRate: 1, only: "/v1/refunds", times: 2 });
    const ask = () => gateway.refund({ intent, amount: part, reference: "cancel" });
    expect(failure(await ask())).toMatchObject({ class: "transient" }); // the list failed
    expect(failure(await ask())).toMatchObject({ class: "transient" }); // the refund failed, and that is stored
    expect(value(await ask()).status).toBe("succeeded");
    expect(value(await gateway.refunds(intent))).toHaveLength(1);
  });
});

describe("a gateway in trouble", () => {
  test("whose answer is lost has charged, and says so when it is looked up", async () => {
    const intent = await newIntent();
    await turn({ answerLost: true, only: "/confirm", times: 1 });
    const answer = await gateway.confirm(intent, "pm_card_visa");
    expect(failure(answer)).toMatchObject({ class: "transient", type: "service_unavailable" });
    expect(value(await gateway.retrieve(intent))).toEqual({ status: "succeeded" });
    expect(await captures()).toBe(1);
  });

  test("still works at a request that is sent again: neither of the two fails the order", async () => {
    await turn({ latencyMs: 200 });
    const answers = await Promise.all([create(), create()]);
    const failures = answers.map(failure).filter((one) => "class" in one);
    expect(failures).toMatchObject([{ class: "transient", type: "service_unavailable" }]);
  });

  test("is not sent a confirmation twice by the SDK when the connection closes", async () => {
    const intent = await newIntent();
    await turn({ answerLost: true, only: "/confirm" });
    await gateway.confirm(intent, "pm_card_visa");
    const { entries } = await json<{ entries: { path: string }[] }>("/_log");
    expect(entries.filter((entry) => entry.path.endsWith("/confirm"))).toHaveLength(1);
  });

  test("that is slow is a payment_timeout, though it may charge later", async () => {
    const intent = await newIntent();
    await turn({ latencyMs: 400, only: "/confirm", times: 1 });
    const impatient = gatewayAt(simulator.url, 50);
    expect(failure(await impatient.confirm(intent, "pm_card_visa"))).toMatchObject({
      class: "transient",
      type: "payment_timeout",
    });
    await expect.poll(async () => value(await gateway.retrieve(intent)).status).toBe("succeeded");
  });

  test("that is down has done nothing", async () => {
    const intent = await newIntent();
    await turn({ down: true });
    expect(failure(await gateway.confirm(intent, "pm_card_visa"))).toMatchObject({ class: "transient" });
    await turn({});
    expect(value(await gateway.retrieve(intent))).toEqual({ status: "requires_confirmation" });
  });

  test("that refuses our key does not fail the order for good", async () => {
    const strict = await startPaymentSimulator({
      dataDir: join(folder, "strict"),
      port: 0,
      log: createLog("test", "silent"),
      apiKey: "sk_another",
    });
    const answer = await gatewayAt(strict.url).retrieve("pi_1");
    expect(failure(answer)).toMatchObject({ class: "transient", type: "service_unavailable" });
    await strict.close();
  });

  test("that nobody runs is transient", async () => {
    const answer = await gatewayAt("http://127.0.0.1:9").retrieve("pi_1");
    expect(failure(answer)).toMatchObject({ class: "transient", type: "service_unavailable" });
  });

  test("an intent it never had is permanent", async () => {
    expect(failure(await gateway.retrieve("pi_1"))).toMatchObject({ class: "permanent", type: "invalid_message" });
  });
});
