import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildEvents, type Envelope } from "../../commands/writing/build-events.ts";
import type { Aggregate } from "../../commands/writing/stream-memory.ts";
import { StreamWriter } from "../../commands/writing/writer.ts";
import { genesisHash } from "../../domain/chain/chain.ts";
import { commandIdFor, orderIdFor } from "../../domain/chain/ids.ts";
import { orderStream } from "../../domain/order/events.ts";
import { systemClock } from "../../infra/clock.ts";
import { commitBatch } from "../../infra/consumers/batch.ts";
import { claimPosition, readPosition } from "../../infra/consumers/fence.ts";
import { type Engines, eventually, startEngines } from "../../infra/consumers/testing/engines.ts";
import { storable } from "../../infra/consumers/testing/events.ts";
import { seenBy, WITNESS_TABLE, witness } from "../../infra/consumers/testing/witness.ts";
import { createLog } from "../../infra/log.ts";
import { realtimeMigration } from "../../realtime/migration.ts";
import { testBus } from "../../realtime/testing-bus.ts";
import { startGateway } from "../../realtime/testing-gateway.ts";
import { Peer } from "../../realtime/testing-peer.ts";
import { change, THINGS_TABLE, thingSource } from "../../realtime/testing-topics.ts";

/**
 * What each defence is for, over real engines and as quickly as it shows. test/sabotage takes the defences away one at a
 * time, and expects the check that names it to fail.
 */
const ORIGIN = { service: { role: "test", version: "0", instance: "test" }, region: "local" };
const log = createLog("test", "silent");
const counter: Aggregate<number> = { name: "counter", initial: 0, evolve: (state) => state + 1 };

let engines: Engines;

beforeAll(async () => {
  engines = await startEngines([realtimeMigration]);
  await engines.pool.query(WITNESS_TABLE);
  await engines.pool.query(THINGS_TABLE);
});
afterAll(() => engines.stop());

const envelope = (cmd: string): Envelope => ({
  cmd,
  fp: "f".repeat(32),
  at: "2026-11-21T09:00:00.000Z",
  actor: { type: "system", id: "test" },
  correlationId: "c",
  causationId: "r",
});

/** A process of its own: it remembers nothing of what another one has written. */
const carryOut = (stream: string, cmd: string) =>
  new StreamWriter(engines.store, ORIGIN).write({
    stream,
    aggregate: counter,
    kind: "command",
    envelope: envelope(cmd),
    decide: (count) => [{ type: "test.counted", data: { count } }],
  });

describe("a command that is repeated", () => {
  test("at another process, when the stream has gone on, is found and not carried out again", async () => {
    const stream = `thing-${randomUUID()}`;
    const first = await carryOut(stream, "one");
    await carryOut(stream, "two");
    const again = await carryOut(stream, "one");
    expect((await engines.store.readStream(stream)).map(({ metadata }) => metadata.cmd)).toEqual(["one", "two"]);
    expect(again.own).toEqual(first.own);
  });

  test("leads to the one order that its caller's key stands for", async () => {
    const key = randomUUID();
    const place = () => carryOut(orderStream(orderIdFor("guest:ann", key)), commandIdFor("guest:ann", key));
    await place();
    await place();
    const { events } = await engines.store.readAll(undefined, 1_000);
    const cmd = commandIdFor("guest:ann", key);
    expect(events.filter(({ metadata }) => metadata.cmd === cmd)).toHaveLength(1);
  });

  test("and built anew is recognised by the store itself, which keeps it once", async () => {
    const stream = `thing-${randomUUID()}`;
    const append = async () => {
      const head = { revision: -1n, hash: genesisHash(stream) };
      const entries = [{ decided: { type: "test.counted", data: {} }, index: 0, envelope: envelope("one") }];
      const outcome = engines.store.append(stream, buildEvents(stream, head, entries, ORIGIN).events, "no_stream");
      return await outcome.then(
        ({ revision }) => revision,
        (error: Error) => error.name,
      );
    };
    expect([await append(), await append()]).toEqual([0n, 0n]);
    expect(await engines.store.readStream(stream)).toHaveLength(1);
  });
});

describe("a batch of events", () => {
  /** Events of a stream of their own, and a consumer that stands before them under an epoch. */
  async function batchFor(name: string, epoch: bigint) {
    const stream = `thing-${randomUUID()}`;
    const events = ["test.happened", "test.happened"].map((type) => storable(type, {}));
    await engines.store.append(stream, events, "no_stream");
    const from = await claimPosition(engines.pool, name, epoch);
    const stored = await engines.store.readStream(stream);
    const to = stored.at(-1)?.position;
    const base = { pool: engines.pool, consumer: witness(name), epoch, from, to, events: stored };
    return { ...base, parkedStreams: new Set<string>(), clock: systemClock, log };
  }

  test("of an owner that was followed by another, and does not know it yet, changes nothing", async () => {
    const batch = await batchFor("followed", 1n);
    await claimPosition(engines.pool, "followed", 2n);
    const outcome = await commitBatch({ ...batch, held: () => true }).catch((error: Error) => error.constructor.name);
    expect(await seenBy(engines.pool, "followed")).toEqual([]);
    expect(outcome).toBe("OwnershipLostError");
  });

  test("that is undone leaves the position where it was, so that it is handled after all", async () => {
    const batch = await batchFor("undone", 1n);
    await commitBatch({ ...batch, held: () => false }).catch(() => undefined);
    expect(await seenBy(engines.pool, "undone")).toEqual([]);
    expect((await readPosition(engines.pool, "undone")).place).toEqual(batch.from);
  });
});

describe("a screen", () => {
  test("from which the last message was lost shows what the database holds after the next comparison", async () => {
    const bus = await testBus();
    const { pool } = engines;
    const options = { bus, sources: [thingSource(pool)], headCheckMs: 100 };
    const { app, url, gateway } = await startGateway(log, options);
    const peer = new Peer(url);
    try {
      const name = `thing-${randomUUID()}`;
      await change(pool, name, { n: 1 });
      await peer.subscribed(`thing.${name}`);
      await eventually(() => expect(peer.about(`thing.${name}`)).toHaveLength(1));
      await change(pool, name, { n: 2 }, { lost: true });
      const shown = () => peer.about(`thing.${name}`).at(-1);
      const lostAt = Date.now();
      // Either it is repaired, or the gateway says that all it has sent is the newest: one of the two comes soon.
      await eventually(() => {
        const repaired = JSON.stringify(shown()).includes('"n":2');
        expect(repaired || gateway.status().asOf > lostAt + 500).toBe(true);
      });
      expect(shown()).toMatchObject({ op: "snapshot", data: { n: 2 } });
    } finally {
      Peer.cutAll([peer]);
      await app.close();
      await bus.close();
    }
  });
});
