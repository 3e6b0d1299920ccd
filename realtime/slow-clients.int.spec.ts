import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../infra/consumers/testing/engines.ts";
import { createLog } from "../infra/log.ts";
import { migrate } from "../infra/postgres/migrations.ts";
import { createPool } from "../infra/postgres/pool.ts";
import { throwawayPostgres } from "../infra/postgres/testing.ts";
import { inProcessBus } from "./bus.ts";
import { realtimeMigration } from "./migration.ts";
import { CLOSE } from "./protocol.ts";
import { startGateway, type TestGateway } from "./testing-gateway.ts";
import { Peer } from "./testing-peer.ts";
import { change, THINGS_TABLE, thingSource } from "./testing-topics.ts";

const log = createLog("test", "silent");
let database: Awaited<ReturnType<typeof throwawayPostgres>>;
let pool: Pool;
let bus: ReturnType<typeof inProcessBus>;
const gateways: TestGateway[] = [];
const peers: Peer[] = [];

beforeAll(async () => {
  database = await throwawayPostgres();
  await migrate(database.url, [realtimeMigration]);
  pool = createPool(database.url, { applicationName: "test" });
  await pool.query(THINGS_TABLE);
});
afterAll(async () => {
  await pool.end();
  await database.stop();
});
beforeEach(() => {
  bus = inProcessBus();
});
afterEach(async () => {
  Peer.cutAll(peers);
  for (const { app } of gateways.splice(0)) await app.close();
});

async function gateway(options: Parameters<typeof startGateway>[1] | object = {}): Promise<TestGateway> {
  const one = await startGateway(log, { bus, sources: [thingSource(pool)], ...options });
  gateways.push(one);
  return one;
}

function open(...given: ConstructorParameters<typeof Peer>): Peer {
  const one = new Peer(...given);
  peers.push(one);
  return one;
}

const newName = () => `thing-${randomUUID()}`;

describe("a client that does not take what it is sent", () => {
  const large = "x".repeat(50_000);

  test("costs bounded memory, and gets one snapshot instead of what it missed", async () => {
    const limits = { slowBytes: 200_000, mostBytes: 4_000_000, slowMs: 60_000 };
    const { url, gateway: inner } = await gateway({ limits });
    const name = newName();
    await change(pool, name, { n: 0, large });
    const one = await open(url).subscribed(`thing.${name}`);
    await eventually(() => expect(one.about(`thing.${name}`)).toHaveLength(1));
    one.socket.pause();
    let n = 0;
    await eventually(async () => {
      for (let i = 0; i < 20; i++) await bus.publish([await change(pool, name, { n: ++n, large })]);
      expect(inner.status().slow).toBe(1);
    });
    const atSlow = n;
    for (let i = 0; i < 40; i++) await bus.publish([await change(pool, name, { n: ++n, large })]);
    one.socket.resume();
    await eventually(() => {
      expect(one.about(`thing.${name}`).at(-1)).toMatchObject({ op: "snapshot", data: { n } });
      expect(inner.status().slow).toBe(0);
    });
    expect(one.about(`thing.${name}`).length).toBeLessThanOrEqual(atSlow + 2);
    await bus.publish([await change(pool, name, { n: ++n })]);
    await eventually(() => expect(one.about(`thing.${name}`).at(-1)).toMatchObject({ op: "delta", data: { n } }));
  });

  test("for too long is sent away", async () => {
    const { url, gateway: inner } = await gateway({ limits: { slowBytes: 100_000, slowMs: 100 } });
    const name = newName();
    await change(pool, name, { n: 0, large });
    const one = await open(url).subscribed(`thing.${name}`);
    await eventually(() => expect(one.about(`thing.${name}`)).toHaveLength(1));
    one.socket.pause();
    let n = 0;
    await eventually(async () => {
      for (let i = 0; i < 20; i++) await bus.publish([await change(pool, name, { n: ++n, large })]);
      expect(inner.status().sockets).toBe(0);
    });
  });

  test("and sends too much is sent away", async () => {
    const { url } = await gateway({ limits: { burst: 5, perSecond: 1 } });
    const one = await open(url).subscribed("thing.a");
    for (let i = 0; i < 10; i++) one.send({ op: "ping" });
    expect(await one.closed).toBe(CLOSE.tooManyMessages);
  });

  test("and sends nonsense is told so, and one that sends too large a message is cut without harm", async () => {
    const { url, gateway: inner } = await gateway();
    const one = await open(url).subscribed("thing.a");
    one.send("{");
    await eventually(() => expect(one.messages.some(({ op }) => op === "fault")).toBe(true));
    one.send("x".repeat(20_000));
    await one.closed;
    await eventually(() => expect(inner.status().sockets).toBe(0));
  });
});

test("a gateway that ends sends its clients away with a restart code", async () => {
  const { url, app } = await gateway();
  const two = [open(url), open(url)];
  for (const one of two) await eventually(() => expect(one.messages).not.toEqual([]));
  gateways.splice(0);
  await app.close();
  expect(await Promise.all(two.map(({ closed }) => closed))).toEqual([1012, 1012]);
});
