import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createLog } from "../log.ts";
import type { Line } from "./base/journal.ts";
import type { PaymentChange } from "./payment/objects.ts";
import { startSimulators } from "./start-simulators.ts";

const log = createLog("test", "silent");

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-simulators-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const stripe = (url: string, path: string, form?: Record<string, string>, key?: string) =>
  fetch(`${url}${path}`, {
    method: form === undefined ? "GET" : "POST",
    headers: {
      authorization: "Bearer sk_test",
      ...(form === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
      ...(key === undefined ? {} : { "idempotency-key": key }),
    },
    ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
  });

const intentFor = (orderId: string) => ({
  amount: "1250",
  currency: "eur",
  payment_method: "pm_card_visa",
  "metadata[orderId]": orderId,
});

const json = async <T>(answer: Promise<Response>): Promise<T> => (await (await answer).json()) as T;

const journalOf = async (name: string): Promise<Line<PaymentChange>[]> =>
  (await readFile(join(folder, name), "utf8"))
    .split("\n")
    .filter(Boolean)
    .map((text) => JSON.parse(text));

/** The simulators in a process of their own, which can be killed. */
async function spawned(): Promise<{ child: ChildProcess; paymentUrl: string }> {
  const program = `
    import { startSimulators } from ${JSON.stringify(new URL("./start-simulators.ts", import.meta.url).href)};
    import { createLog } from ${JSON.stringify(new URL("../log.ts", import.meta.url).href)};
    const world = await startSimulators({
      dataDir: ${JSON.stringify(folder)}, log: createLog("test", "silent"),
    });
    console.log(world.paymentUrl);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(createInterface({ input: child.stdout }), "line");
  return { child, paymentUrl: String(line) };
}

describe("the payment gateway's idempotency keys", () => {
  test("repeat the stored result, a stored 500 included, and refuse other parameters or another endpoint", async () => {
    const world = await startSimulators({ dataDir: folder, log });
    const url = world.paymentUrl;
    await fetch(`${url}/_switch`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ errorRate: 1, times: 1 }),
    });
    const first = await stripe(url, "/v1/payment_intents", intentFor("o-1"), "key");
    const again = await stripe(url, "/v1/payment_intents", intentFor("o-1"), "key");
    expect([first.status, again.status]).toEqual([500, 500]);
    expect([first, again].map((answer) => answer.headers.get("idempotent-replayed"))).toEqual([null, "true"]);
    expect(await again.json()).toEqual(await first.json());

    const other = await stripe(url, "/v1/payment_intents", { ...intentFor("o-1"), amount: "1" }, "key");
    expect([other.status, await other.json()]).toMatchObject([400, { error: { type: "idempotency_error" } }]);
    const elsewhere = await stripe(url, "/v1/refunds", { payment_intent: "pi_1" }, "key");
    expect(await elsewhere.json()).toMatchObject({ error: { type: "idempotency_error" } });
    await world.close();
  });

  test("are not spent by parameters that were refused", async () => {
    const world = await startSimulators({ dataDir: folder, log });
    const url = world.paymentUrl;
    const wrong = await stripe(url, "/v1/payment_intents", { ...intentFor("o-1"), colour: "red" }, "key");
    expect(await wrong.json()).toMatchObject({ error: { code: "parameter_unknown", param: "colour" } });
    expect((await stripe(url, "/v1/payment_intents", intentFor("o-1"), "key")).status).toBe(200);
    await world.close();
  });

  test("turn away a second request while the first is under way", async () => {
    const world = await startSimulators({ dataDir: folder, log });
    const url = world.paymentUrl;
    await fetch(`${url}/_switch`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ latencyMs: 150 }),
    });
    const answers = await Promise.all(
      [1, 2].map(() => stripe(url, "/v1/payment_intents", intentFor("o-1"), "key").then(({ status }) => status)),
    );
    expect(answers.sort()).toEqual([200, 409]);
    await world.close();
  });

  test("are of no use without the secret key", async () => {
    const world = await startSimulators({ dataDir: folder, log, paymentApiKey: "sk_live" });
    expect((await stripe(world.paymentUrl, "/v1/payment_intents", intentFor("o-1"), "key")).status).toBe(401);
    await world.close();
  });
});

describe("simulators that restart", () => {
  test("still know every intent, charge, refund, key and log line", async () => {
    const world = await startSimulators({ dataDir: folder, log });
    const { id } = await json<{ id: string }>(
      stripe(world.paymentUrl, "/v1/payment_intents", intentFor("o-1"), "create"),
    );
    await stripe(world.paymentUrl, `/v1/payment_intents/${id}/confirm`, {});
    await stripe(world.paymentUrl, "/v1/refunds", { payment_intent: id, amount: "250" }, "refund");
    const before = await json<{ entries: unknown[] }>(fetch(`${world.paymentUrl}/_log`));
    await world.close();

    const again = await startSimulators({ dataDir: folder, log });
    const { id: repeated } = await json<{ id: string }>(
      stripe(again.paymentUrl, "/v1/payment_intents", intentFor("o-1"), "create"),
    );
    expect(repeated).toBe(id);
    expect(await json(stripe(again.paymentUrl, `/v1/payment_intents/${id}`))).toMatchObject({ status: "succeeded" });
    expect(await json(fetch(`${again.paymentUrl}/_charges`))).toMatchObject({
      count: 1,
      charges: [{ orderId: "o-1", intent: id, amount: 1250, refunded: 250 }],
    });
    const { entries } = await json<{ entries: unknown[] }>(fetch(`${again.paymentUrl}/_log`));
    expect(entries.slice(0, before.entries.length)).toEqual(before.entries);
    expect(await json(fetch(`${again.paymentUrl}/_log?since=4&limit=1`))).toMatchObject({
      entries: [{ n: 5 }],
      next: 5,
    });
    await again.close();
  });

  test("have every charge in the journal that anybody was answered for, though they are killed at any moment", async () => {
    const answered = new Set<string>();
    for (let round = 0; round < 3; round++) {
      const { child, paymentUrl } = await spawned();
      const ended = once(child, "exit");
      const enough = Promise.withResolvers<void>();
      const buyer = async (nth: number) => {
        for (let order = 0; ; order++) {
          const orderId = `${round}-${nth}-${order}`;
          const { id } = await json<{ id: string }>(stripe(paymentUrl, "/v1/payment_intents", intentFor(orderId)));
          const paid = await stripe(paymentUrl, `/v1/payment_intents/${id}/confirm`, {});
          if (paid.status === 200) answered.add(orderId);
          if (answered.size >= (round + 1) * 40) enough.resolve();
        }
      };
      const buyers = Array.from({ length: 8 }, (_, nth) => buyer(nth).catch(() => undefined));
      await enough.promise;
      child.kill("SIGKILL");
      await Promise.all([ended, ...buyers]);
    }

    const world = await startSimulators({ dataDir: folder, log });
    const { charges } = await json<{ charges: { orderId: string }[] }>(fetch(`${world.paymentUrl}/_charges`));
    await world.close();
    const counted = new Map<string, number>();
    for (const { orderId } of charges) counted.set(orderId, (counted.get(orderId) ?? 0) + 1);
    expect([...answered].filter((orderId) => counted.get(orderId) !== 1)).toEqual([]);

    const captured = (await journalOf("payments.jsonl"))
      .flatMap(({ changes }) => changes)
      .filter((change) => "put" in change && change.put.object === "charge" && change.put.captured);
    expect(captured).toHaveLength(charges.length);
    expect(answered.size).toBeGreaterThanOrEqual(120);
  });
});
