import { randomUUID } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Subkeys, seal, subkeysOf } from "../../domain/chain/sealing.ts";
import type { Role } from "../../infra/auth/principal.ts";
import { systemClock } from "../../infra/clock.ts";
import type { Consumer } from "../../infra/consumers/consumer.ts";
import { startFeed } from "../../infra/consumers/feed.ts";
import { readPosition } from "../../infra/consumers/fence.ts";
import { startConsumer } from "../../infra/consumers/run-consumer.ts";
import { type Engines, eventually, startEngines } from "../../infra/consumers/testing/engines.ts";
import { storable } from "../../infra/consumers/testing/events.ts";
import { WITNESS_TABLE, witness } from "../../infra/consumers/testing/witness.ts";
import { runDesk } from "../../infra/dead-letters/desk.ts";
import { reasonKeys } from "../../infra/dead-letters/reason.ts";
import { deadLetterEffect } from "../../infra/dead-letters/record.ts";
import { apiOver, log, servicesOver, tokenFor } from "../testing-api.ts";
import { redriveRoutes } from "./job-routes.ts";
import { letterRoutes } from "./letter-routes.ts";

const CUSTOMER = "018f2d3c-0000-4000-8000-0000000000aa";
const NOW = Date.parse("2026-11-21T10:00:00.000Z");
const stop = new AbortController();
const refused = new Set<string>();
const streams = Array.from({ length: 6 }, () => randomUUID());
const poison: string[] = [];

let engines: Engines;
let api: FastifyInstance;
let customerKeys: Subkeys;
const running: Promise<void>[] = [];

/** Refuses what is in the set. */
function refusing(): Consumer {
  const inner = witness("orders_g1");
  return {
    ...inner,
    async apply(batch, tx, context) {
      await inner.apply(batch, tx, context);
      if (batch.some(({ id }) => refused.has(id))) throw new TypeError("cannot read this");
    },
  };
}

beforeAll(async () => {
  engines = await startEngines();
  const { pool, store } = engines;
  await pool.query(WITNESS_TABLE);
  for (const orderId of streams) {
    const events = [storable("test.happened", { orderId }), storable("test.happened", { orderId })];
    refused.add(events[0]?.id ?? "");
    poison.push(events[0]?.id ?? "");
    await store.append(`order-${orderId}`, events, "no_stream");
  }
  const feed = startFeed({ store, log });
  const options = { pool, feed, leaseMs: 5_000, instance: "test", log, clock: systemClock, signal: stop.signal };
  running.push(startConsumer({ ...options, consumer: refusing(), version: "1.2.3" }).done.then(() => feed.close()));
  running.push(runDesk({ pool, clock: systemClock, log, signal: stop.signal }));
  customerKeys = subkeysOf(`${CUSTOMER}-1`, new Uint8Array(32).fill(3));
  const services = servicesOver(engines, systemClock, new Map([[CUSTOMER, customerKeys]]));
  const own = { ...services, reasons: reasonKeys(new Uint8Array(32).fill(9)) };
  api = apiOver(services, async (root) => {
    letterRoutes(root.withTypeProvider<ZodTypeProvider>(), own);
    redriveRoutes(root.withTypeProvider<ZodTypeProvider>(), own);
  });
  await api.ready();
  const head = await store.head();
  await eventually(async () => expect((await readPosition(pool, "orders_g1")).place).toEqual(head));
});

afterAll(async () => {
  stop.abort();
  await Promise.all(running);
  await api?.close();
  await engines?.stop();
});

async function call(method: "GET" | "POST", path: string, body?: object, how: { key?: string; role?: Role } = {}) {
  const response = await api.inject({
    method,
    url: `/api/dead-letters${path}`,
    headers: {
      authorization: `Bearer ${tokenFor(how.role ?? "operator", "olga")}`,
      ...(how.key === undefined ? {} : { "idempotency-key": how.key }),
    },
    ...(body === undefined ? {} : { payload: body }),
  });
  return { status: response.statusCode, body: response.json() };
}

const letterOf = async (orderId: string, state = "parked") =>
  (await call("GET", `?orderId=${orderId}&state=${state}`)).body.letters[0];

const ended = (id: string) =>
  eventually(async () => {
    const { body } = await call("GET", `/jobs/${id}`);
    expect(body.job.state).not.toBe("running");
    return body;
  });

describe("dead letters", () => {
  test("are listed by pages, counted by consumer and failure, and shown with everything that is kept", async () => {
    const first = await call("GET", "?limit=4");
    expect(first.body).toMatchObject({ total: 6, counts: [{ consumer: "orders", error: "TypeError", letters: 6 }] });
    const second = await call("GET", `?limit=4&cursor=${first.body.next}`);
    const ids = [...first.body.letters, ...second.body.letters].map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(6);
    expect(second.body.next).toBeUndefined();
    const orderId = streams[0] ?? "";
    const letter = await letterOf(orderId);
    expect(letter).toMatchObject({
      kind: "event",
      consumer: "orders",
      orderId,
      eventId: poison[0],
      failureType: "invalid_message",
      failureClass: "poison",
      error: "TypeError",
      heldBack: 1,
      state: "parked",
    });
    const { body } = await call("GET", `/${letter.id}`);
    expect(body).toMatchObject({ version: "1.2.3", revision: "0", payload: { data: { orderId } } });
    expect(body.stack).toContain("cannot read this");
    expect(body.discarding).toMatch(
      /^"orders" does without this test.happened .* What waits behind it \(1\) goes on\.$/,
    );
  });

  test.each([
    ["consumer=orders", 6],
    ["consumer=orders_g1", 6],
    ["consumer=payment", 0],
    ["error=TypeError&failureClass=poison&failureType=invalid_message", 6],
    ["eventType=test.happened&kind=event", 6],
    ["kind=effect", 0],
    ["before=2020-01-01T00:00:00Z", 0],
    ["after=2020-01-01T00:00:00Z", 6],
    ["state=discarded", 0],
  ])("are filtered by %s", async (query, total) => {
    expect((await call("GET", `?${query}`)).body.total).toBe(total);
  });

  test("are for support, admins and operators; an unknown one is a problem", async () => {
    for (const role of ["support", "admin", "operator"] as const) {
      expect((await call("GET", "", undefined, { role })).status).toBe(200);
    }
    for (const role of ["customer", "analyst", "kitchen"] as const) {
      expect((await call("GET", "", undefined, { role })).status).toBe(403);
      expect((await call("POST", "/redrive", { filter: {} }, { role, key: "k" })).status).toBe(403);
    }
    const unknown = await call("GET", `/${randomUUID()}`);
    expect(unknown).toMatchObject({ status: 404, body: { code: "dead_letter_unknown" } });
  });
});

describe("redriving", () => {
  test("is looked at first: the real handler says what would happen, and nothing changes", async () => {
    const letter = await letterOf(streams[0] ?? "");
    const failing = await call("POST", "/preview", { ids: [letter.id] });
    expect(failing).toMatchObject({
      status: 200,
      body: { results: [{ result: { outcome: "fails", failure: { error: "TypeError" } } }] },
    });
    refused.clear();
    const { body } = await call("POST", "/preview", { ids: [letter.id] });
    expect(body.results[0].result).toEqual({ outcome: "redriven", followed: 1, rows: { "witness.seen": 2 } });
    expect(await letterOf(streams[0] ?? "")).toMatchObject({ state: "parked", attempts: 1 });
  });

  test("of one is asked for once by its key, and says how it ended", async () => {
    const letter = await letterOf(streams[0] ?? "");
    const body = { filter: { ids: [letter.id] }, reason: "the reader was fixed" };
    expect(await call("POST", "/redrive", body)).toMatchObject({
      status: 400,
      body: { code: "idempotency_key_missing" },
    });
    const asked = await call("POST", "/redrive", body, { key: "one" });
    expect(asked).toMatchObject({ status: 202, body: { action: "redrive", by: "admin:olga", total: 1 } });
    expect((await call("POST", "/redrive", body, { key: "one" })).body.id).toBe(asked.body.id);
    const other = { filter: { consumer: "orders" } };
    expect((await call("POST", "/redrive", other, { key: "one" })).body.code).toBe("idempotency_key_reused");
    const { job, results } = await ended(asked.body.id);
    expect(job).toMatchObject({ state: "done", done: 1, failed: 0 });
    expect(results).toEqual([{ letterId: letter.id, state: "done", result: { outcome: "redriven", followed: 1 } }]);
    expect(await letterOf(streams[0] ?? "", "redriven")).toMatchObject({ resolved: { by: "admin:olga" } });
  });

  test("by filter keeps to its rate and can be aborted; what was not let go stays parked", async () => {
    const asked = await call("POST", "/redrive", { filter: { consumer: "orders" }, perSecond: 1 }, { key: "many" });
    expect(asked.body.total).toBe(5);
    await eventually(async () =>
      expect((await call("GET", `/jobs/${asked.body.id}`)).body.job.done).toBeGreaterThan(0),
    );
    const aborted = await call("POST", `/jobs/${asked.body.id}/abort`);
    expect(aborted).toMatchObject({ status: 200, body: { state: "aborted", waiting: 0, released: 0 } });
    expect((await call("GET", "")).body.total).toBe(5 - aborted.body.done);
    expect((await call("POST", `/jobs/${asked.body.id}/abort`)).status).toBe(200);
    const jobs = (await call("GET", "/jobs")).body.jobs;
    expect(jobs.map(({ action }: { action: string }) => action)).not.toContain("preview");
    const rest = await call("POST", "/redrive", { filter: {}, perSecond: 1_000 }, { key: "rest" });
    expect((await ended(rest.body.id)).job).toMatchObject({ state: "done", failed: 0 });
    expect(await call("POST", `/jobs/${rest.body.id}/abort`)).toMatchObject({
      status: 409,
      body: { code: "redrive_ended", state: "done" },
    });
    expect((await call("GET", "")).body.total).toBe(0);
  });
});

describe("discarding", () => {
  test("needs a reason and a filter that names something", async () => {
    const filter = { consumer: "payment" };
    expect((await call("POST", "/discard", { filter }, { key: "d1" })).status).toBe(400);
    expect(await call("POST", "/discard", { filter: {}, reason: "all of it" }, { key: "d2" })).toMatchObject({
      status: 400,
      body: { detail: "/filter: name what is to be discarded" },
    });
  });
});

test("what was typed is opened for support and admins, not for operators", async () => {
  const orderId = randomUUID();
  const dead = { consumer: "payment", orderId, effectId: "payment.refund/1", payload: {}, attempts: 4, now: NOW };
  const failure = { failureType: "service_unavailable", failureClass: "transient", message: "503", stack: "" } as const;
  const id = await deadLetterEffect(engines.pool, { ...dead, ...failure, firstFailedAt: NOW });
  const eventId = randomUUID();
  await engines.pool.query(
    `UPDATE runner.dead_letters SET state = 'discarded', resolved_at = now(), resolved_by = 'support:ana',
       resolved_event = $2, resolved_reason = $3 WHERE id = $1`,
    [id, eventId, JSON.stringify(seal(customerKeys, `order-${orderId}`, eventId, "Frau Berger was paid by hand"))],
  );
  const seen = async (role: Role) => (await call("GET", `/${id}`, undefined, { role })).body;
  expect((await seen("support")).resolved).toMatchObject({ by: "support:ana", reason: "Frau Berger was paid by hand" });
  expect((await seen("operator")).resolved).not.toHaveProperty("reason");
  expect((await seen("support")).discarding).toContain('"payment.refund/1" is never done');
});
