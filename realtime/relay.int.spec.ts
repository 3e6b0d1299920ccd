import type { Pool } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { runnerMigration } from "../infra/consumers/migration.ts";
import { eventually } from "../infra/consumers/testing/engines.ts";
import { createLog } from "../infra/log.ts";
import { migrate } from "../infra/postgres/migrations.ts";
import { createPool } from "../infra/postgres/pool.ts";
import { throwawayPostgres } from "../infra/postgres/testing.ts";
import { type Bus, inProcessBus } from "./bus.ts";
import { realtimeMigration } from "./migration.ts";
import { natsBus } from "./nats-bus.ts";
import type { TopicMessage } from "./protocol.ts";
import { type Relay, startRelay } from "./relay.ts";
import { testBus } from "./testing-bus.ts";
import { testBroker } from "./testing-nats-server.ts";
import { startRelayProcess } from "./testing-relay-process.ts";
import { change, THINGS_TABLE } from "./testing-topics.ts";

const log = createLog("test", "silent");
let database: Awaited<ReturnType<typeof throwawayPostgres>>;
let pool: Pool;
let stop: AbortController;
const relays: Relay[] = [];
const buses: Bus[] = [];

beforeAll(async () => {
  database = await throwawayPostgres();
  await migrate(database.url, [runnerMigration, realtimeMigration]);
  pool = createPool(database.url, { applicationName: "test" });
  await pool.query(THINGS_TABLE);
});
afterAll(async () => {
  await pool.end();
  await database.stop();
});
beforeEach(async () => {
  stop = new AbortController();
  await pool.query("TRUNCATE realtime.outbox");
});
afterEach(async () => {
  stop.abort();
  await Promise.all(relays.splice(0).map(({ done }) => done));
  for (const bus of buses.splice(0)) await bus.close();
});

function relay(bus: Bus, more: Partial<Parameters<typeof startRelay>[0]> = {}): Relay {
  const one = startRelay({ pool, bus, instance: "test", leaseMs: 2_000, log, signal: stop.signal, ...more });
  relays.push(one);
  return one;
}

function listen(bus: Bus): TopicMessage[] {
  const received: TopicMessage[] = [];
  bus.subscribe((message) => received.push(message));
  return received;
}

const waiting = async () => Number((await pool.query("SELECT count(*) AS n FROM realtime.outbox")).rows[0].n);
const changes = async (name: string, count: number) => {
  for (let n = 0; n < count; n++) await change(pool, name, { n });
};

describe("the relay", () => {
  test("publishes every message once, in the order of its topic, while several writers add to the outbox", async () => {
    const bus = await testBus();
    buses.push(bus);
    const received = listen(bus);
    relay(bus, { pageSize: 7 });
    const names = ["a", "b", "c", "d"];
    await Promise.all(names.map((name) => changes(name, 30)));
    await eventually(() => expect(received).toHaveLength(120));
    for (const name of names) {
      const ofTopic = received.filter(({ topic }) => topic === `thing.${name}`);
      expect(ofTopic.map(({ data }) => data)).toEqual(Array.from({ length: 30 }, (_, n) => ({ n })));
      for (const [i, { prev }] of ofTopic.entries()) expect(prev).toBe(ofTopic[i - 1]?.version ?? null);
    }
    await eventually(async () => expect(await waiting()).toBe(0));
  });

  test("deletes nothing that the bus has not flushed", async () => {
    let fail = true;
    const bus = inProcessBus();
    const received = listen(bus);
    const failing: Bus = {
      ...bus,
      publish: (messages) => (fail ? Promise.reject(new Error("away")) : bus.publish(messages)),
    };
    const one = relay(failing);
    await changes("kept", 3);
    await eventually(() => expect(one.status().lastError).toBe("away"));
    expect(await waiting()).toBe(3);
    fail = false;
    await eventually(async () => expect(await waiting()).toBe(0));
    expect(received).toHaveLength(3);
  });

  test("keeps a bounded backlog while the bus is away", async () => {
    const bus: Bus = { ...inProcessBus(), publish: () => Promise.reject(new Error("away")) };
    const one = relay(bus, { longestBacklog: 5 });
    await changes("bounded", 12);
    await eventually(() => expect(one.status().dropped).toBeGreaterThan(0));
    await eventually(async () => expect(await waiting()).toBe(5));
  });

  test("is one among several processes, and another goes on when it ends", async () => {
    const first = new AbortController();
    const a = relay(inProcessBus(), { instance: "a", signal: first.signal });
    await eventually(() => expect(a.status().state).toBe("running"));
    const bus = inProcessBus();
    const received = listen(bus);
    const b = relay(bus, { instance: "b" });
    await changes("taken-over", 1);
    await eventually(() => expect(a.status().published).toBe(1));
    expect(b.status().state).toBe("standby");
    first.abort();
    await changes("taken-over", 1);
    await eventually(() => expect(received).toHaveLength(1));
  });
});

describe("over a broker", () => {
  const broker = testBroker();
  const bus = () => {
    const one = natsBus({ url: broker.url, name: "test", log, timeoutMs: 1_000 });
    buses.push(one);
    return one;
  };

  beforeAll(() => broker.start());
  afterAll(() => broker.close());

  test("messages arrive in CloudEvents envelopes on a subject of their topic", async () => {
    const received = listen(bus());
    relay(bus());
    await eventually(async () => {
      await changes("enveloped", 1);
      expect(received).not.toEqual([]);
    });
    const envelope = JSON.parse(broker.published[0]?.payload ?? "{}");
    expect(broker.published[0]?.subject).toBe("ordertrail.topic.thing.enveloped");
    expect(envelope).toMatchObject({
      specversion: "1.0",
      subject: "thing.enveloped",
      data: { topic: "thing.enveloped" },
    });
  });

  test("what the broker did not take stays in the outbox and is published when it is back", async () => {
    const received = listen(bus());
    relay(bus());
    await eventually(async () => {
      await changes("away", 1);
      expect(received).not.toEqual([]);
    });
    const known = Number((await pool.query("SELECT version FROM things.thing WHERE name = 'away'")).rows[0].version);
    const writing = changes("away", 60);
    await broker.stop();
    await writing;
    expect(await waiting()).toBeGreaterThan(0);
    await broker.start();
    await eventually(async () => expect(await waiting()).toBe(0));
    // Who had not come back yet has missed some of it, and repairs that from the read model; what follows arrives.
    await eventually(async () => {
      await changes("away", 1);
      expect(Number(received.at(-1)?.version)).toBeGreaterThan(known + 60 * 7);
    });
  });

  test("a relay that is killed between publishing and deleting publishes again, and nothing is missing", async () => {
    const received = listen(bus());
    const probe = bus();
    await eventually(async () => {
      await probe.publish([{ topic: "probe", epoch: "p:1", version: "1", prev: null, at: "", data: null }]);
      expect(received).not.toEqual([]);
    });
    await changes("killed", 5);
    const settings = { databaseUrl: database.url, brokerUrl: broker.url, leaseMs: 1_000 };
    const first = startRelayProcess({ ...settings, failAt: "relay.after-publish:1:SIGKILL" });
    await first.ended;
    expect(await waiting()).toBe(5);
    const second = startRelayProcess(settings);
    await eventually(async () => expect(await waiting()).toBe(0));
    second.child.kill("SIGTERM");
    await second.ended;
    const versions = () => received.filter(({ topic }) => topic === "thing.killed").map(({ version }) => version);
    await eventually(() => expect(versions()).toHaveLength(10));
    expect(versions().slice(5)).toEqual(versions().slice(0, 5));
  });
});
