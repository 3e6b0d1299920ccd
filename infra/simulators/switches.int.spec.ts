import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createLog } from "../log.ts";
import { type RunningSimulators, startSimulators } from "./start-simulators.ts";
import { switchReference } from "./switch-reference.ts";

const SECRET = `whsec_${Buffer.from("a secret of this spec, 32 bytes.").toString("base64")}`;

/** Somebody who takes the carrier's webhooks: what came, in order, and whether its signature fits. */
async function receiver() {
  const came: { id: string; reference: string; signed: boolean }[] = [];
  let status = 204;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer); // no encoding is set
    const body = Buffer.concat(chunks);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    let signed = true;
    try {
      new Webhook(SECRET).verify(body, headers);
    } catch {
      signed = false;
    }
    const { data } = JSON.parse(body.toString()) as { data: { reference: string } }; // the carrier's own form
    came.push({ id: headers["webhook-id"] ?? "", reference: data.reference, signed });
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    target: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/webhooks/carrier`,
    came,
    answer: (code: number) => {
      status = code;
    },
    references: () => came.map(({ reference }) => reference),
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

let folder: string;
let world: RunningSimulators;
let hears: Awaited<ReturnType<typeof receiver>>;
let ahead = 0;
const clock = { now: () => Date.now() + ahead };

beforeEach(async () => {
  ahead = 0;
  folder = await mkdtemp(join(tmpdir(), "ordertrail-switches-"));
  hears = await receiver();
  world = await startSimulators({
    dataDir: folder,
    log: createLog("test", "silent"),
    clock,
    carrierApiKey: "bp_test",
    carrierWebhooks: { target: hears.target, secret: SECRET },
    shipAfterMs: 3_600_000,
  });
});

afterEach(async () => {
  await world.close();
  await hears.close();
  await rm(folder, { recursive: true, force: true });
});

const ask = async (url: string, body?: unknown): Promise<{ status: number; answer: Record<string, unknown> }> => {
  const response = await fetch(url, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: "Bearer bp_test", "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
};

const set = (url: string, switches: Record<string, unknown>) => ask(`${url}/_switch`, switches);

const book = async (reference: string): Promise<string> =>
  String((await ask(`${world.carrierUrl}/shipments`, { reference })).answer.booking);

const found = async (query: string) =>
  ((await ask(`${world.carrierUrl}/shipments?${query}`)).answer.shipments as { reference: string }[]).map(
    ({ reference }) => reference,
  );

const ship = (order: unknown) => ask(`${world.carrierUrl}/_ship`, order);
const soon = (check: () => void) => vi.waitFor(check, { timeout: 5_000, interval: 20 });

describe("the switches of a simulator", () => {
  test("are described in docs/simulators.md as their schema says", () => {
    const page = readFileSync(new URL("../../docs/simulators.md", import.meta.url), "utf8");
    expect(page).toContain(switchReference());
  });

  test("are refused with a reason when they are misspelt, out of range or of another simulator", async () => {
    expect(await set(world.paymentUrl, { latency: 3 })).toMatchObject({
      status: 400,
      answer: { error: expect.stringMatching(/latency: there is no such switch\. Its switches are latencyMs/) },
    });
    expect((await set(world.paymentUrl, { duplicate: true })).answer.error).toMatch(/it sends no webhooks/);
    expect((await set(world.carrierUrl, { errorRate: 2 })).answer.error).toMatch(/errorRate/);
  });

  test("hold for one place and leave the others well", async () => {
    await set(world.courierUrl, { down: true, place: "trattoria-lina" });
    const offer = (siteId: string) =>
      ask(`${world.courierUrl}/offers`, { offerId: siteId, orderId: "o", courierId: "c", siteId });
    await expect(offer("trattoria-lina")).rejects.toThrow();
    expect(await offer("sweet-crumbs")).toMatchObject({ status: 200 });
    await expect(ask(`${world.courierUrl}/status?place=trattoria-lina`)).rejects.toThrow();
    expect(await ask(`${world.courierUrl}/status?place=sweet-crumbs`)).toMatchObject({ answer: { status: "up" } });
  });

  test("end a time of being down when business time has passed, without anybody's doing", async () => {
    const days15 = 15 * 24 * 3_600_000;
    await set(world.carrierUrl, { downForMs: days15 });
    await expect(ask(`${world.carrierUrl}/shipments`, { reference: "p-1" })).rejects.toThrow();
    ahead = days15 - 60_000;
    await expect(ask(`${world.carrierUrl}/shipments`, { reference: "p-1" })).rejects.toThrow();
    ahead = days15 + 1;
    expect(await ask(`${world.carrierUrl}/shipments`, { reference: "p-1" })).toMatchObject({ status: 201 });
  });

  test("answer failing requests with the status that was asked for, and do nothing", async () => {
    await set(world.smsUrl, { errorRate: 1, errorStatus: 503 });
    expect(await ask(`${world.smsUrl}/messages`, { reference: "m-1", to: "+49", text: "hi" })).toMatchObject({
      status: 503,
    });
    await set(world.smsUrl, {});
    expect((await ask(`${world.smsUrl}/_messages`)).answer).toEqual({ messages: [] });
  });
});

describe("Bob's Post", () => {
  test("books again when it is asked again, and is silent about what is too young for its lookup", async () => {
    await set(world.carrierUrl, { lookupLagMs: 30_000 });
    await book("p-1");
    await book("p-1");
    expect(await found("reference=p-1")).toEqual([]);
    ahead = 30_001;
    expect(await found("reference=p-1")).toEqual(["p-1", "p-1"]);
  });

  test("books without answering when answers are lost", async () => {
    await set(world.carrierUrl, { answerLost: true, times: 1 });
    await expect(book("p-1")).rejects.toThrow();
    expect(await found("reference=p-1")).toEqual(["p-1"]);
  });

  test("lists bookings in pages from a time on, and cancels what has not shipped", async () => {
    for (const reference of ["p-1", "p-2", "p-3"]) await book(reference);
    const first = await ask(`${world.carrierUrl}/shipments?bookedFrom=2020-01-01T00:00:00.000Z&limit=2`);
    expect(first.answer).toMatchObject({ hasMore: true, shipments: [{ reference: "p-1" }, { reference: "p-2" }] });
    const { booking } = (first.answer.shipments as { booking: string }[])[1] ?? { booking: "" };
    expect(await found(`after=${booking}`)).toEqual(["p-3"]);
    expect(await ask(`${world.carrierUrl}/shipments/${booking}/cancel`, {})).toMatchObject({
      answer: { status: "cancelled" },
    });
    await ship({ all: true });
    expect(await ask(`${world.carrierUrl}/shipments/${booking}`)).toMatchObject({ answer: { status: "cancelled" } });
  });

  test("ships by itself when its time has come, and tells it once, signed, until somebody listens", async () => {
    hears.answer(500);
    const booking = await book("p-1");
    ahead = 3_600_001;
    await soon(() => expect(hears.came).toHaveLength(1));
    hears.answer(204);
    ahead += 1_001;
    await soon(() => expect(hears.came).toHaveLength(2));
    expect(hears.came).toEqual([1, 2].map(() => ({ id: `msg_${booking}_shipped`, reference: "p-1", signed: true })));
    ahead += 10_000_000;
    await book("p-2");
    await ship({ all: true });
    await soon(() => expect(hears.references()).toEqual(["p-1", "p-1", "p-2"]));
  });

  test("sends webhooks twice, late, in the wrong order, wrongly signed or not at all when it is told to", async () => {
    await set(world.carrierUrl, { duplicate: true, times: 1 });
    await ship({ booking: await book("p-1") });
    await soon(() => expect(hears.references()).toEqual(["p-1", "p-1"]));

    await set(world.carrierUrl, { late: 60_000, times: 1 });
    await ship({ booking: await book("p-late") });
    await ship({ booking: await book("p-next") });
    await soon(() => expect(hears.references().at(-1)).toBe("p-next"));
    ahead += 60_001;
    await soon(() => expect(hears.references().at(-1)).toBe("p-late"));

    await set(world.carrierUrl, { outOfOrder: true });
    const [first, second] = [await book("p-4"), await book("p-5")];
    await Promise.all([ship({ booking: first }), ship({ booking: second })]);
    await soon(() => expect(hears.references().slice(-2)).toEqual(["p-5", "p-4"]));

    await set(world.carrierUrl, { wrongSignature: true, times: 1 });
    hears.answer(401);
    await ship({ booking: await book("p-6") });
    await soon(() => expect(hears.came.at(-1)).toMatchObject({ reference: "p-6", signed: false }));
    hears.answer(204);
    await soon(async () => expect(await tried("p-6")).toBe(1));
    ahead += 1_001;
    await soon(() => expect(hears.came.at(-1)).toMatchObject({ reference: "p-6", signed: true }));

    await set(world.carrierUrl, { silent: true, times: 1 });
    await ship({ booking: await book("p-7") });
    await ship({ booking: await book("p-8") });
    await soon(() => expect(hears.references().at(-1)).toBe("p-8"));
    expect(hears.references()).not.toContain("p-7");
  });

  test("tells after a restart what it had not told", async () => {
    await set(world.carrierUrl, { down: true });
    hears.answer(500);
    await ship({ booking: "bk_unknown" });
    await set(world.carrierUrl, {});
    await ship({ booking: await book("p-1") });
    await soon(() => expect(hears.came).toHaveLength(1));
    await world.close();
    hears.answer(204);
    world = await startSimulators({
      dataDir: folder,
      log: createLog("test", "silent"),
      clock,
      carrierWebhooks: { target: hears.target, secret: SECRET },
    });
    await soon(() => expect(hears.references()).toEqual(["p-1", "p-1"]));
  });
});

/** How many tries to tell of a parcel the carrier's own journal has. */
async function tried(reference: string): Promise<number> {
  const { entries } = (await ask(`${world.carrierUrl}/_log`)).answer as {
    entries: { method: string; request?: { data?: { reference?: string } } }[];
  };
  return entries.filter(({ method, request }) => method === "WEBHOOK" && request?.data?.reference === reference).length;
}
