import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { HeadWitness } from "../domain/chain/chain.ts";
import { type EventNode, startEventNode } from "../infra/event-node/event-node.ts";
import { createEventStore } from "../infra/event-store/client.ts";
import type { EventStore } from "../infra/event-store/port.ts";
import { chained } from "../test/fixtures/chained.ts";
import { type Forger, forge, type StoredRow, withData } from "../test/fixtures/edit-events.ts";
import { until } from "../test/fixtures/order-examples.ts";
import {
  appendMixed,
  idFor,
  ledgerStreams,
  orderStreamOf,
  orderStreams,
  type Stream,
} from "../test/fixtures/read-history.ts";
import { type VerifyProgress, verifyEverything, verifyStream, type Witness } from "./verify.ts";

const ORDER = idFor("the order that is tampered with");
const STREAM = `order-${ORDER}`;
const LEDGER = "ledger-bakery-mitte.0";
const victim = orderStreamOf({ orderId: ORDER, customerId: idFor("c") }, ["bakery"], until("delivered").slice(1));
const streams: readonly Stream[] = [victim, ...orderStreams(20, 3), ...ledgerStreams("bakery-mitte", 1, 30)];

let original: string;
let folder: string;
let node: EventNode;
let store: EventStore;

const heads = new Map<string, HeadWitness>(
  streams.flatMap((stream) => {
    const last = stream.at(-1);
    return last ? [[last.stream, { revision: last.revision, hash: last.metadata.hash }] as const] : [];
  }),
);
/** The witness of the log as it was written. */
const witness: Witness = {
  head: async (stream) => heads.get(stream),
  heads: async (after) =>
    [...heads]
      .filter(([stream]) => stream > after)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, 7)
      .map(([stream, head]) => ({ stream, head })),
};

beforeAll(async () => {
  original = await mkdtemp(join(tmpdir(), "ordertrail-verify-"));
  const first = await startEventNode({ dataDir: original, port: 0 });
  const writer = createEventStore({ url: first.url, timeoutMs: 5_000 });
  await appendMixed(writer, streams, 2);
  await writer.close();
  await first.close();
});
afterAll(() => rm(original, { recursive: true, force: true }));

/** The log after somebody was at its file. */
async function openForged(work: (forger: Forger) => void): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-forged-"));
  await cp(original, folder, { recursive: true });
  forge(folder, work);
  node = await startEventNode({ dataDir: folder, port: 0 });
  store = createEventStore({ url: node.url, timeoutMs: 5_000 });
}
afterEach(async () => {
  await store.close();
  await node.close();
  await rm(folder, { recursive: true, force: true });
});

const at = (rows: readonly StoredRow[], revision: number): StoredRow => {
  const row = rows[revision];
  if (!row) throw new Error(`there is no revision ${revision}`);
  return row;
};

/** What one stream and everything say; both have to find the same. */
async function findings(): Promise<string[]> {
  const one = await verifyStream(store, witness, STREAM);
  const all = await verifyEverything(store, witness);
  expect(one.verified).toBe(one.findings.length === 0);
  expect(all.findings).toEqual(one.findings);
  expect(new Set(one.findings.map(({ stream }) => stream))).toEqual(new Set([STREAM]));
  return one.findings.map(({ revision, reason }) => `${revision} ${reason}`);
}

describe("verifying", () => {
  test("says of an untouched log that it is unchanged, and how much it has looked at", async () => {
    await openForged(() => {});
    const seen: VerifyProgress[] = [];
    const verdict = await verifyEverything(store, witness, (progress) => seen.push(progress));
    const events = streams.reduce((sum, stream) => sum + stream.length, 0);
    expect(verdict).toMatchObject({ verified: true, events, streams: streams.length, witnessed: streams.length });
    expect(seen.at(-1)).toMatchObject({ events, findings: 0 });
    const ledger = streams.find((stream) => stream[0]?.stream === LEDGER);
    expect(await verifyStream(store, witness, LEDGER)).toMatchObject({ verified: true, events: ledger?.length });
  });

  test("finds a changed value at its revision", async () => {
    await openForged((forger) => {
      const row = at(forger.rows(STREAM), 5);
      forger.replace(withData(row, (data) => ({ ...data, stage: "baking", fulfilmentId: "9.9" })));
    });
    expect(await findings()).toEqual(["5 hash_mismatch"]);
  });

  test("finds a removed event", async () => {
    await openForged((forger) => forger.remove(at(forger.rows(STREAM), 6).position));
    expect(await findings()).toEqual(["7 revision_gap", "7 prev_hash_mismatch"]);
  });

  test("finds a removed event after which the others were renumbered", async () => {
    await openForged((forger) => {
      const rows = forger.rows(STREAM);
      forger.remove(at(rows, 6).position);
      for (const row of rows.slice(7)) forger.replace({ ...row, revision: row.revision - 1 });
    });
    const found = await findings();
    expect(found.slice(0, 2)).toEqual(["6 prev_hash_mismatch", "6 hash_mismatch"]);
    expect(found.at(-1)).toBe(`${victim.length - 1} tail_missing`);
  });

  test("finds an inserted event", async () => {
    await openForged((forger) => {
      const rows = forger.rows(STREAM);
      const others = forger.rows(LEDGER);
      // A free position: that of an event which another stream loses would be found there, so the last is moved up.
      const free = Math.max(...rows.map(({ position }) => position), ...others.map(({ position }) => position)) + 5_000;
      for (const row of rows.slice(6).reverse()) {
        forger.remove(row.position);
        forger.insert({ ...row, position: free + row.revision, revision: row.revision + 1 });
      }
      const inserted = { ...at(rows, 6), position: free, revision: 6, id: Buffer.alloc(16, 7) };
      forger.insert(withData(inserted, (data) => data));
    });
    const found = await findings();
    expect(found[0]).toBe("6 hash_mismatch");
    expect(found).toContain("7 prev_hash_mismatch");
    expect(found.at(-1)).toMatch(/head_mismatch$/);
  });

  test("finds two events that were swapped", async () => {
    await openForged((forger) => {
      const rows = forger.rows(STREAM);
      const [one, other] = [at(rows, 3), at(rows, 4)];
      forger.remove(one.position);
      forger.remove(other.position);
      forger.insert({ ...one, position: other.position, revision: other.revision });
      forger.insert({ ...other, position: one.position, revision: one.revision });
    });
    const found = await findings();
    expect(found).toContain("3 prev_hash_mismatch");
    expect(found).toContain("4 prev_hash_mismatch");
  });

  test("finds a removed tail by the witness, and by nothing else", async () => {
    await openForged((forger) => {
      for (const row of forger.rows(STREAM).slice(-3)) forger.remove(row.position);
    });
    expect(await findings()).toEqual([`${victim.length - 1} tail_missing`]);
    const blind: Witness = { head: async () => undefined, heads: async () => [] };
    expect(await verifyStream(store, blind, STREAM)).toMatchObject({ verified: true, events: victim.length - 3 });
  });

  test("finds a stream that is gone altogether", async () => {
    await openForged((forger) => {
      for (const row of forger.rows(STREAM)) forger.remove(row.position);
    });
    expect(await findings()).toEqual([`${victim.length - 1} tail_missing`]);
  });

  test("finds a stream that was rewritten with a chain computed anew, by the witness", async () => {
    const rewritten = chained(
      STREAM,
      victim.map(({ type, data, metadata }, revision) => ({
        type,
        at: metadata.at,
        data: revision === 4 ? { forged: true } : data,
      })),
    );
    await openForged((forger) => {
      forger.rows(STREAM).forEach((row, revision) => {
        const event = rewritten[revision];
        if (event)
          forger.replace({ ...withData(row, () => event.data), metadata: Buffer.from(JSON.stringify(event.metadata)) });
      });
    });
    expect(await findings()).toEqual([`${victim.length - 1} head_mismatch`]);
  });
});
