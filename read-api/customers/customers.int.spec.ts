import { randomBytes } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Subkeys, seal, subkeysOf } from "../../domain/chain/sealing.ts";
import { customerStream } from "../../domain/customer/customer.ts";
import type { Contact } from "../../domain/order/events.ts";
import type { Principal, Role } from "../../infra/auth/principal.ts";
import { systemClock } from "../../infra/clock.ts";
import type { RunningConsumer } from "../../infra/consumers/consumer.ts";
import { type Feed, startFeed } from "../../infra/consumers/feed.ts";
import { startConsumer } from "../../infra/consumers/run-consumer.ts";
import { type Engines, startEngines } from "../../infra/consumers/testing/engines.ts";
import { customersProjection } from "../../projections/customers/projection.ts";
import { blindWords } from "../../projections/customers/search/blind-words.ts";
import { customerSearch } from "../../projections/customers/search/consumer.ts";
import { customerSearchMigration } from "../../projections/customers/search/migration.ts";
import type { CustomerView } from "../../projections/views.ts";
import { chained } from "../../test/fixtures/chained.ts";
import { idFor } from "../../test/fixtures/read-history.ts";
import { apiOver, log, Projecting, SEARCH_KEY, servicesOver, tokenFor } from "../testing-api.ts";

const CONTACTS: readonly Contact[] = [
  { name: "Jürgen Müller", phone: "0170 1234567", email: "jm@example.com", address: "Torstraße 1, Berlin" },
  { name: "Petra Groß", phone: "+49 30 5554567" },
  ...Array.from({ length: 5 }, (_, n) => ({ name: `Konstantin Langname${n}` })),
];

let engines: Engines;
let feed: Feed;
let projecting: Projecting;
let app: FastifyInstance;
let index: RunningConsumer;
let position = "";
const keys = new Map<string, Subkeys>();
const recorded: { readonly who: string; readonly ids: readonly string[] }[] = [];
const stop = new AbortController();
const idOf = (n: number) => idFor(`listed-${n}`);

beforeAll(async () => {
  engines = await startEngines([customerSearchMigration]);
  const { pool, store } = engines;
  for (const [n, contact] of CONTACTS.entries()) {
    const stream = customerStream(idOf(n));
    const own = subkeysOf(`${idOf(n)}-1`, randomBytes(32));
    keys.set(idOf(n), own);
    const type = "customer.registered";
    const id = chained(stream, [{ type, data: {} }])[0]?.id ?? "";
    const facts = [{ type, data: { customerId: idOf(n), guest: n > 1, contact: seal(own, stream, id, contact) } }];
    const held = n === 1 ? [{ type: "customer.held", data: { cause: "fraud" } }] : [];
    const events = chained(stream, [...facts, ...held]);
    await store.append(
      stream,
      events.map(({ id, type, data, metadata }) => ({ id, type, data, metadata })),
      "no_stream",
    );
  }
  position = (await store.head())?.commit.toString() ?? "";
  const services = servicesOver(engines, systemClock, keys);
  projecting = new Projecting(engines, systemClock);
  await projecting.start(customersProjection);
  feed = startFeed({ store, log });
  const consumer = customerSearch({ keys: services.keys, words: blindWords(SEARCH_KEY) });
  const common = { pool, feed, leaseMs: 5_000, instance: "test", log, clock: systemClock };
  index = startConsumer({ ...common, consumer, signal: stop.signal });
  const recordCustomers = async ({ role, id }: Principal, ids: readonly string[]) => {
    recorded.push({ who: `${role}:${id}`, ids });
  };
  app = apiOver({ ...services, access: { ...services.access, recordCustomers } });
});

afterAll(async () => {
  stop.abort();
  await index?.done;
  await app?.close();
  await projecting?.close();
  await feed?.close();
  await engines?.stop();
});

const get = (path: string, role: Role = "admin", id = "ada") =>
  app.inject({ url: path, headers: { authorization: `Bearer ${tokenFor(role, id)}` } });
const find = (q: string, more = "") => get(`/api/customers?q=${encodeURIComponent(q)}&after=${position}${more}`);
const names = (answer: { json(): { readonly customers: readonly CustomerView[] } }) =>
  answer.json().customers.map(({ contact }) => contact.name);

describe("the directory", () => {
  test.each([
    ["mül", ["Jürgen Müller"]],
    ["Gross", ["Petra Groß"]],
    ["+49 170 1234567", ["Jürgen Müller"]],
    ["groß 4567", ["Petra Groß"]],
    ["JM@example.com", ["Jürgen Müller"]],
    ["nobody", []],
  ])("answers to %j with %j", async (typed, expected) => {
    const answer = await find(typed);
    expect(answer.statusCode).toBe(200);
    expect(names(answer)).toEqual(expected);
  });

  test("says with a customer what whoever takes an order has to know", async () => {
    const [one] = (await find("petra")).json().customers;
    expect(one).toMatchObject({ customerId: idOf(1), held: true, guest: false, revision: "1", contact: CONTACTS[1] });
    const alone = await get(`/api/customers/${idOf(1)}`);
    expect(alone.json()).toEqual(one);
    expect(alone.headers.etag).toBe('"1"');
  });

  test("puts on record whose contacts were read, and nothing of what was typed", async () => {
    recorded.length = 0;
    await find("4567");
    await find("nobody");
    await get(`/api/customers/${idOf(0)}`, "support", "sam");
    expect(recorded).toEqual([
      { who: "admin:ada", ids: [idOf(0), idOf(1)].toSorted() },
      { who: "admin:ada", ids: [] },
      { who: "support:sam", ids: [idOf(0)] },
    ]);
  });

  test("comes in pages, each customer once, also where beginnings are told apart only once they are open", async () => {
    const seen: string[] = [];
    let cursor = "";
    do {
      const page = await find("konstantin", `&limit=2${cursor}`);
      seen.push(...names(page));
      const { next } = page.json();
      cursor = next === undefined ? "" : `&cursor=${next}`;
    } while (cursor !== "");
    expect(seen.toSorted()).toEqual([0, 1, 2, 3, 4].map((n) => `Konstantin Langname${n}`));
    expect(names(await find("langname3"))).toEqual(["Konstantin Langname3"]);
  });

  test("shows nobody whose key is gone", async () => {
    const own = keys.get(idOf(6));
    keys.delete(idOf(6));
    expect(names(await find("langname4"))).toEqual([]);
    expect((await get(`/api/customers/${idOf(6)}`)).json()).toMatchObject({ code: "customer_unknown" });
    if (own) keys.set(idOf(6), own);
  });

  test("is for support and admins; a customer sees themselves", async () => {
    expect((await get("/api/customers?q=mueller", "support")).statusCode).toBe(200);
    for (const role of ["guest", "customer", "kitchen", "courier", "analyst", "operator"] as const) {
      expect((await get("/api/customers?q=mueller", role)).statusCode).toBe(403);
      expect((await get(`/api/customers/${idOf(0)}`, role)).statusCode).toBe(403);
    }
    recorded.length = 0;
    expect((await get(`/api/customers/${idOf(0)}`, "customer", idOf(0))).json().contact).toEqual(CONTACTS[0]);
    expect(recorded).toEqual([]);
  });

  test.each(["mu%00", "12", "%20%20", "a".repeat(81)])("refuses %j in words", async (typed) => {
    const answer = await get(`/api/customers?q=${typed}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ code: "invalid_request", detail: expect.stringContaining("/q") });
  });
});
