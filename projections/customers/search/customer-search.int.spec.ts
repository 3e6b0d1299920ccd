import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RecordedEvent } from "../../../domain/chain/envelope.ts";
import { seal } from "../../../domain/chain/sealing.ts";
import { customerStream } from "../../../domain/customer/customer.ts";
import type { Contact } from "../../../domain/order/events.ts";
import { systemClock } from "../../../infra/clock.ts";
import type { RunningConsumer } from "../../../infra/consumers/consumer.ts";
import { type Feed, startFeed } from "../../../infra/consumers/feed.ts";
import { startConsumer } from "../../../infra/consumers/run-consumer.ts";
import { type Engines, startEngines } from "../../../infra/consumers/testing/engines.ts";
import { CustomerKeys } from "../../../infra/keys/customer-keys.ts";
import { keysMigration } from "../../../infra/keys/migration.ts";
import { createLog } from "../../../infra/log.ts";
import { chained } from "../../../test/fixtures/chained.ts";
import { idFor } from "../../../test/fixtures/read-history.ts";
import { blindWords } from "./blind-words.ts";
import { customerSearch } from "./consumer.ts";
import { CustomerFinder } from "./find.ts";
import { customerSearchMigration } from "./migration.ts";
import { readQuestion } from "./question.ts";

const log = createLog("test", "silent");
const KEY = randomBytes(32);
const MASTER = randomBytes(32);
const mueller: Contact = { name: "Jürgen Müller", phone: "0170 1234567", email: "j.mueller@example.com" };
const weiss: Contact = { name: "Anna Weiß", phone: "+49 170 7654321" };

let engines: Engines;
let feed: Feed;
let keys: CustomerKeys;
let running: { readonly stop: AbortController; readonly run: RunningConsumer } | undefined;

beforeAll(async () => {
  engines = await startEngines([keysMigration, customerSearchMigration]);
  feed = startFeed({ store: engines.store, log });
  keys = new CustomerKeys(engines.pool, { master: MASTER, clock: systemClock });
});
afterAll(async () => {
  await stopIndex();
  await feed?.close();
  await engines?.stop();
});

function startIndex(key: Uint8Array = KEY): void {
  const stop = new AbortController();
  const consumer = customerSearch({ keys, words: blindWords(key) });
  const { pool } = engines;
  const common = { pool, feed, leaseMs: 5_000, instance: "test", log, clock: systemClock };
  running = { stop, run: startConsumer({ ...common, consumer, signal: stop.signal }) };
}

async function stopIndex(): Promise<void> {
  running?.stop.abort();
  await running?.run.done;
  running = undefined;
}

/** What is to be told of a customer: a contact is sealed at its place. */
type Said = { readonly contact: Contact } | "held" | "erased";

/** Appends events of a customer and waits until the index has seen them. */
async function say(name: string, ...said: readonly Said[]): Promise<string> {
  const customerId = idFor(name);
  const stream = customerStream(customerId);
  const known = await engines.store.readStream(stream).catch(() => [] as readonly RecordedEvent[]);
  const subkeys = said.some((one) => typeof one !== "string") ? await keys.getOrCreate(customerId) : undefined;
  const before = known.map(({ type, data }) => ({ type, data }));
  // Ids do not depend on what is in the events, so what is sealed can be put in afterwards.
  const plain = said.map((one, n) => ({ type: typeOf(one, before.length + n), data: {} }));
  const ids = chained(stream, [...before, ...plain]).map(({ id }) => id);
  const facts = said.map((one, n) => {
    const place = before.length + n;
    const contact =
      typeof one === "string" || !subkeys ? undefined : seal(subkeys, stream, ids[place] ?? "", one.contact);
    return { type: typeOf(one, place), data: { customerId, guest: false, contact, cause: "fraud" } };
  });
  const added = chained(stream, [...before, ...facts]).slice(before.length);
  const storable = added.map(({ id, type, data, metadata }) => ({ id, type, data, metadata }));
  await engines.store.append(stream, storable, known.length === 0 ? "no_stream" : BigInt(known.length - 1));
  if (running) await seen();
  return customerId;
}

function typeOf(said: Said, place: number): string {
  if (said === "held") return "customer.held";
  if (said === "erased") return "customer.erased";
  return place === 0 ? "customer.registered" : "customer.contact_changed";
}

const finder = (key: Uint8Array = KEY) => new CustomerFinder(engines.pool, blindWords(key));

async function seen(): Promise<void> {
  const head = await engines.store.head();
  expect(await finder().reach(head?.commit ?? 0n, 15_000)).toBe(true);
}

const found = (text: string) => finder().find(readQuestion(text), undefined, 50);

async function rows(): Promise<readonly string[]> {
  const { rows } = await engines.pool.query<{ row: string }>(
    "SELECT word::text || customer_id AS row FROM customer_search.words ORDER BY 1",
  );
  return rows.map(({ row }) => row);
}

describe("the index of customers", () => {
  test("finds who was registered, by name, phone and email", async () => {
    startIndex();
    const [one, other] = [await say("m", { contact: mueller }), await say("w", { contact: weiss })];
    expect(await found("mül")).toEqual([one]);
    expect(await found("4567")).toEqual([one]);
    expect(await found("+49 170 1234567")).toEqual([one]);
    expect(await found("J.Mueller@example.com")).toEqual([one]);
    expect(await found("weiss 321")).toEqual([other]);
    expect(await found("weiss 567")).toEqual([]);
  });

  test("goes by the newest contact", async () => {
    const id = await say("moved", { contact: { name: "Vera Alt" } }, "held", { contact: { name: "Vera Neu" } });
    expect(await found("alt")).toEqual([]);
    expect(await found("neu")).toEqual([id]);
    await say("moved", { contact: { name: "Vera Ganzneu" } });
    expect(await found("neu")).toEqual([]);
    expect(await found("ganz")).toEqual([id]);
  });

  test("pages through those of one name in one sequence, each once", async () => {
    const ids = await Promise.all(
      Array.from({ length: 7 }, (_, n) => say(`page-${n}`, { contact: { name: `Petra Seite${n}` } })),
    );
    const terms = readQuestion("petra seite");
    const pages: string[] = [];
    for (let after: string | undefined; ; ) {
      const page = await finder().find(terms, after, 3);
      pages.push(...page);
      if (page.length < 3) break;
      after = page.at(-1);
    }
    expect(pages).toEqual(ids.toSorted());
  });

  test("keeps nothing of an erased customer", async () => {
    const id = await say("gone", { contact: { name: "Gerda Weg", phone: "030 5556667" } });
    expect(await found("gerda")).toEqual([id]);
    await keys.forget(id);
    await say("gone", "erased");
    expect((await rows()).filter((row) => row.endsWith(id))).toEqual([]);
    expect(await found("6667")).toEqual([]);
  });

  test("holds nothing in plain text, in no table", async () => {
    const { rows: tables } = await engines.pool.query<{ name: string }>(
      `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    expect(tables.map(({ name }) => name)).toContain("customer_search.words");
    for (const { name } of tables) {
      const { rows: all } = await engines.pool.query<{ text: string }>(
        `SELECT one::text || coalesce(encode((to_jsonb(one) ->> 'word')::bytea, 'escape'), '') AS text FROM ${name} AS one`,
      );
      const text = all
        .map((row) => row.text)
        .join("\n")
        .toLowerCase();
      for (const plain of ["müller", "muel", "1234567", "j.mueller", "anna", "weiss", "petra"]) {
        expect([name, plain, text.includes(plain)]).toEqual([name, plain, false]);
      }
    }
  });

  test("made anew is what it was", async () => {
    const before = await rows();
    expect(before.length).toBeGreaterThan(20);
    await stopIndex();
    // As a log that was set back does it. Something that is in no event is not there afterwards.
    await engines.pool.query(
      "UPDATE runner.positions SET commit = NULL, prepare = NULL WHERE name = 'customer_search'",
    );
    await engines.pool.query("INSERT INTO customer_search.words VALUES ('\\x00', $1)", [idFor("nobody")]);
    startIndex();
    await seen();
    expect(await rows()).toEqual(before);
  });

  test("is made anew when the key of the installation is another one", async () => {
    const before = await rows();
    await stopIndex();
    const other = randomBytes(32);
    startIndex(other);
    const isAnew = async () => {
      const after = await rows();
      return after.length === before.length && !after.some((row) => before.includes(row));
    };
    await expect.poll(isAnew, { timeout: 15_000 }).toBe(true);
    expect(await finder(other).find(readQuestion("mül"), undefined, 5)).toEqual([idFor("m")]);
    expect(await found("mül")).toEqual([]);
  });

  test("with a wrong master key nobody is set aside: it waits until the right one is there", async () => {
    await stopIndex();
    const right = keys;
    keys = new CustomerKeys(engines.pool, { master: randomBytes(32), clock: systemClock });
    startIndex();
    await expect.poll(() => running?.run.status().lastError?.message).toContain("master key");
    await stopIndex();
    keys = right;
    startIndex();
    await expect.poll(() => found("mül"), { timeout: 15_000 }).toEqual([idFor("m")]);
    expect(running?.run.status().parkedStreams).toBe(0);
  });
});
