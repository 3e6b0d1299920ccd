import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ChainWalk } from "../../domain/chain/chain.ts";
import type { LedgerCommand } from "../../domain/inventory/decide.ts";
import { ledgerStream } from "../../domain/inventory/events.ts";
import type { EventStore } from "../../infra/event-store/port.ts";
import { type ThrowawayStore, throwawayStore } from "../../infra/event-store/testing.ts";
import type { Origin } from "../writing/build-events.ts";
import { NoLongerOwnedError } from "../writing/no-longer-owned.ts";
import { LedgerBook } from "./ledger-book.ts";
import type { LedgerAnswer } from "./requests.ts";
import { LedgerSequencer } from "./sequencer.ts";

let events: ThrowawayStore;
let store: EventStore;

beforeAll(async () => {
  events = await throwawayStore();
  store = events.store;
});

afterAll(() => events.stop());

const ORIGIN: Origin = { service: { role: "test", version: "0", instance: "test" }, region: "local" };

const sequencerOf = (instance: string, chapterEvents = 10_000) =>
  new LedgerSequencer({
    store,
    origin: { ...ORIGIN, service: { ...ORIGIN.service, instance } },
    chapterEvents,
  });

function ask(
  sequencer: LedgerSequencer,
  siteId: string,
  cmd: string,
  command: LedgerCommand,
  {
    since = "2026-01-01T00:00:00.000Z",
    at = new Date().toISOString(),
    held,
  }: { since?: string; at?: string | undefined; held?: () => boolean } = {},
): Promise<LedgerAnswer> {
  return sequencer.ask(siteId, {
    command,
    kind: "fact",
    since,
    held,
    envelope: {
      cmd,
      fp: "f".repeat(32),
      at,
      actor: { type: "system", id: "test" },
      correlationId: "c",
      causationId: "r",
    },
  });
}

const reserve = (sequencer: LedgerSequencer, siteId: string, orderId: string, quantity = 1, at?: string) =>
  ask(
    sequencer,
    siteId,
    `reserve/${orderId}`,
    { type: "reserve", orderId, fulfilmentId: "1.1", lines: [{ sku: "cake", quantity }] },
    { at },
  );
const release = (sequencer: LedgerSequencer, siteId: string, orderId: string) =>
  ask(sequencer, siteId, `release/${orderId}`, { type: "release", orderId, fulfilmentId: "1.1" });
const consume = (sequencer: LedgerSequencer, siteId: string, orderId: string) =>
  ask(sequencer, siteId, `consume/${orderId}`, { type: "consume", orderId, fulfilmentId: "1.1" });
const receive = (sequencer: LedgerSequencer, siteId: string, quantity: number) =>
  ask(sequencer, siteId, `receive/${randomUUID()}`, { type: "receive", lines: [{ sku: "cake", quantity }] });

async function chapters(siteId: string): Promise<LedgerBook[]> {
  const books: LedgerBook[] = [];
  for (let chapter = 0; ; chapter++) {
    const book = new LedgerBook(store, siteId, chapter);
    if ((await book.refresh()) === 0) return books;
    books.push(book);
    const walk = new ChainWalk(ledgerStream(siteId, chapter));
    for (const event of await store.readStream(book.stream)) walk.next(event);
    expect(walk.end()).toEqual([]);
  }
}

describe("the ledger of a site", () => {
  test("asks for nothing on behalf of a process that has lost the work meanwhile, and serves the others", async () => {
    const siteId = "bakery-lost-work";
    const sequencer = sequencerOf("a");
    await receive(sequencer, siteId, 10);
    const command: LedgerCommand = {
      type: "reserve",
      orderId: "lost",
      fulfilmentId: "1.1",
      lines: [{ sku: "cake", quantity: 1 }],
    };
    const lost = ask(sequencer, siteId, "reserve/lost", command, { held: () => false });
    const kept = reserve(sequencer, siteId, "kept");
    await expect(lost).rejects.toBeInstanceOf(NoLongerOwnedError);
    expect((await kept).kind).toBe("done");
    const [book] = await chapters(siteId);
    expect([...(book?.ledger.reservations.keys() ?? [])]).toEqual(["kept:1.1"]);
  });

  test("promises the last five to exactly five of two hundred buyers in two processes", async () => {
    const site = `site-${randomUUID().slice(0, 8)}`;
    const two = [sequencerOf("a"), sequencerOf("b")] as const;
    await receive(two[0], site, 5);
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => reserve(two[i % 2 === 0 ? 0 : 1], site, `order-${i}`)),
    );
    expect(answers.filter(({ kind }) => kind === "done")).toHaveLength(5);
    expect(answers.filter(({ kind }) => kind === "missing")).toHaveLength(195);
    const [book] = await chapters(site);
    expect(book?.ledger.stock.get("cake")).toEqual({ onHand: 5, reserved: 5 });
  });

  test("reserves once however often and wherever it is asked", async () => {
    const site = `site-${randomUUID().slice(0, 8)}`;
    const two = [sequencerOf("a"), sequencerOf("b")] as const;
    await receive(two[0], site, 100);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => reserve(two[i % 2 === 0 ? 0 : 1], site, "one", 3)),
    );
    expect(
      new Set(answers.map((answer) => (answer.kind === "done" ? answer.own.events[0]?.revision : answer.kind))).size,
    ).toBe(1);
    const [book] = await chapters(site);
    expect(book?.ledger.stock.get("cake")?.reserved).toBe(3);
  });

  test("refuses the key of one request to another that waits beside it", async () => {
    const site = `site-${randomUUID().slice(0, 8)}`;
    const sequencer = sequencerOf("a");
    const count = (onHand: number, fp: string) =>
      sequencer.ask(site, {
        command: { type: "count", sku: "cake", onHand },
        kind: "command",
        since: "2026-01-01T00:00:00.000Z",
        envelope: {
          cmd: "one-key",
          fp: fp.repeat(32),
          at: new Date().toISOString(),
          actor: { type: "system", id: "test" },
          correlationId: "c",
          causationId: "r",
        },
      });
    const first = receive(sequencer, site, 1); // the others gather behind it
    const two = await Promise.allSettled([count(5, "a"), count(6, "b"), count(5, "a")]);
    await first;
    expect(two.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(two[1]).toMatchObject({ reason: { type: "idempotency_key_reused" } });
  });

  test("blocks a reservation whose release came first", async () => {
    const site = `site-${randomUUID().slice(0, 8)}`;
    const sequencer = sequencerOf("a");
    await receive(sequencer, site, 10);
    await release(sequencer, site, "late");
    expect(await reserve(sequencer, site, "late")).toMatchObject({ kind: "known", status: "voided" });
  });

  test("sees stock that has just come in through another process before it refuses", async () => {
    const site = `site-${randomUUID().slice(0, 8)}`;
    const [a, b] = [sequencerOf("a"), sequencerOf("b")];
    await receive(a, site, 1);
    await reserve(a, site, "first");
    expect(await a.missing(site, [{ sku: "cake", quantity: 1 }])).toEqual([{ sku: "cake", asked: 1, available: 0 }]);
    await receive(b, site, 1);
    expect(await a.missing(site, [{ sku: "cake", quantity: 1 }])).toEqual([]);
    expect(await reserve(a, site, "second")).toMatchObject({ kind: "done" });
  });

  test("closes its books and carries balances, open reservations and voids into the next chapter", async () => {
    const site = `site-${randomUUID().slice(0, 8)}`;
    const two = [sequencerOf("a", 20), sequencerOf("b", 20)] as const;
    await receive(two[0], site, 1_000);
    for (let i = 0; i < 60; i += 6) {
      await Promise.all(
        Array.from({ length: 6 }, async (_, k) => {
          const sequencer = two[k % 2 === 0 ? 0 : 1];
          await reserve(sequencer, site, `order-${i + k}`, 2);
          if (k < 2) await release(sequencer, site, `order-${i + k}`);
          if (k === 2) await consume(sequencer, site, `order-${i + k}`);
        }),
      );
    }
    const books = await chapters(site);
    expect(books.length).toBeGreaterThan(3);
    expect(books.slice(0, -1).every(({ ledger }) => ledger.closed)).toBe(true);
    // 60 orders of 2: a third released, a sixth consumed, half still open.
    expect(books.at(-1)?.ledger.stock.get("cake")).toEqual({ onHand: 1_000 - 20, reserved: 60 });
  });

  test("knows in a later chapter what was settled in an earlier one", async () => {
    const site = `site-${randomUUID().slice(0, 8)}`;
    const sequencer = sequencerOf("a", 15);
    await receive(sequencer, site, 1_000);
    await reserve(sequencer, site, "old", 2);
    await consume(sequencer, site, "old");
    for (let i = 0; i < 40; i++) await reserve(sequencer, site, `later-${i}`);
    const late = sequencerOf("restarted", 15);
    expect(await reserve(late, site, "old", 2)).toMatchObject({ kind: "done", repeated: true });
    expect((await chapters(site)).at(-1)?.ledger.stock.get("cake")).toEqual({ onHand: 998, reserved: 40 });
  });

  test("finishes an opening that another process left half done before it takes a request", async () => {
    const site = `site-${randomUUID().slice(0, 8)}`;
    const sku = (n: number) => `sku-${String(n).padStart(5, "0")}-${"x".repeat(60)}`;
    const skus = Array.from({ length: 5_000 }, (_, n) => sku(n));
    const first = sequencerOf("first", 10);
    for (let from = 0; from < skus.length; from += 2_500) {
      const lines = skus.slice(from, from + 2_500).map((one) => ({ sku: one, quantity: 7 }));
      await ask(first, site, `receive/${from}`, { type: "receive", lines });
    }
    // The process that opens the next chapter dies between its first page and its second.
    const dying: EventStore = {
      ...store,
      async append(stream, events, expected) {
        if (stream === ledgerStream(site, 1) && expected !== "no_stream") throw new Error("killed");
        return await store.append(stream, events, expected);
      },
    };
    const opener = new LedgerSequencer({ store: dying, origin: ORIGIN, chapterEvents: 2 });
    await expect(reserve(opener, site, "unlucky")).rejects.toThrow("killed");
    expect(await store.readStream(ledgerStream(site, 1))).toHaveLength(1);

    // The read model has seen the first page, and names the new chapter.
    const hinted = new LedgerSequencer({ store, origin: ORIGIN, chapterEvents: 1_000, hint: async () => 1 });
    const last = skus.at(-1) ?? "";
    expect(await hinted.missing(site, [{ sku: last, quantity: 7 }])).toEqual([]);
    await ask(hinted, site, "receive/more", { type: "receive", lines: [{ sku: last, quantity: 1 }] });
    const books = await chapters(site);
    expect(books.at(-1)?.ledger).toMatchObject({ chapter: 1, pagesMissing: 0 });
    expect(books.at(-1)?.ledger.stock.size).toBe(skus.length);
    expect(books.at(-1)?.ledger.stock.get(last)).toEqual({ onHand: 8, reserved: 0 });
  });

  test("knows what an earlier chapter has settled, though its last event carries an early time", async () => {
    const site = `site-${randomUUID().slice(0, 8)}`;
    const sequencer = sequencerOf("a", 12);
    const placedAt = Date.now();
    const at = (ms: number) => new Date(placedAt + ms).toISOString();
    await receive(sequencer, site, 1_000);
    await reserve(sequencer, site, "ended", 2);
    await release(sequencer, site, "ended");
    // Requests are timed when they are made: one that waited long is stored after others that were made later.
    for (let i = 0; i < 30; i++) await reserve(sequencer, site, `waited-${i}`, 1, at(-60_000));
    const late = sequencerOf("restarted", 12);
    const again = await ask(
      late,
      site,
      "another-reserve/ended",
      {
        type: "reserve",
        orderId: "ended",
        fulfilmentId: "1.1",
        lines: [{ sku: "cake", quantity: 2 }],
      },
      { since: at(-1) },
    );
    expect(again).toMatchObject({ kind: "known", status: "released" });
    expect((await chapters(site)).at(-1)?.ledger.stock.get("cake")).toEqual({ onHand: 1_000, reserved: 30 });
  });
});
