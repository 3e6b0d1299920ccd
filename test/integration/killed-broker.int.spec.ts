import type { Pool } from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { runnerMigration } from "../../infra/consumers/migration.ts";
import { eventually } from "../../infra/consumers/testing/engines.ts";
import { createLog } from "../../infra/log.ts";
import { migrate } from "../../infra/postgres/migrations.ts";
import { createPool } from "../../infra/postgres/pool.ts";
import { throwawayPostgres } from "../../infra/postgres/testing.ts";
import { LiveConnection } from "../../realtime/client/connection.ts";
import { realtimeMigration } from "../../realtime/migration.ts";
import { natsBus } from "../../realtime/nats-bus.ts";
import { compareVersions, type Have } from "../../realtime/protocol.ts";
import { type Relay, startRelay } from "../../realtime/relay.ts";
import { startGateway, type TestGateway } from "../../realtime/testing-gateway.ts";
import { testBroker } from "../../realtime/testing-nats-server.ts";
import { change, THINGS_TABLE, thingSource } from "../../realtime/testing-topics.ts";

const log = createLog("test", "silent");
const broker = testBroker();
let database: Awaited<ReturnType<typeof throwawayPostgres>>;
let pool: Pool;
let gateway: TestGateway;
let relay: Relay;
const stop = new AbortController();
const bus = (name: string) => natsBus({ url: broker.url, name, log, timeoutMs: 1_000 });
let closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  database = await throwawayPostgres();
  await migrate(database.url, [runnerMigration, realtimeMigration]);
  pool = createPool(database.url, { applicationName: "test" });
  await pool.query(THINGS_TABLE);
  await broker.start();
  // As in processes of their own: what one publishes reaches the other only through the broker.
  const [ofRelay, ofGateway] = [bus("relay"), bus("gateway")];
  gateway = await startGateway(log, { bus: ofGateway, sources: [thingSource(pool)] });
  relay = startRelay({ pool, bus: ofRelay, instance: "relay", leaseMs: 2_000, log, signal: stop.signal });
  closing = [() => ofRelay.close(), () => ofGateway.close()];
});
afterEach(() => broker.start().catch(() => undefined));
afterAll(async () => {
  stop.abort();
  await relay.done;
  await gateway.app.close();
  for (const close of closing) await close();
  await broker.close();
  await pool.end();
  await database.stop();
});

/** A page that shows one thing, and everything it has shown. */
async function page(name: string) {
  const connection = new LiveConnection({ url: gateway.url, token: () => "support", longestPauseMs: 300 });
  const shown: { readonly have: Have; readonly n: number; readonly by: "snapshot" | "delta" }[] = [];
  connection.subscribe<{ n: number }>(`thing.${name}`, {
    snapshot: ({ n }, have) => shown.push({ have, n, by: "snapshot" }),
    delta: ({ n }, { epoch, version }) => shown.push({ have: { epoch, version }, n, by: "delta" }),
  });
  return { shown, close: () => connection.close() };
}

const waiting = async () => (await pool.query("SELECT 1 FROM realtime.outbox")).rowCount;

test("a broker that is killed and started again: relay and gateway come back, and no page misses a state or goes back", async () => {
  const { shown, close } = await page("killed");
  let n = 0;
  const grow = () => change(pool, "killed", { n: ++n });
  await grow();
  await eventually(() => expect(shown.at(-1)?.n).toBe(n));
  for (let kill = 0; kill < 2; kill++) {
    await eventually(async () => {
      const deltas = shown.filter(({ by }) => by === "delta").length;
      await grow();
      await eventually(() => expect(shown.filter(({ by }) => by === "delta").length).toBeGreaterThan(deltas), 500);
    });
    await broker.stop();
    for (let i = 0; i < 5; i++) await grow();
    await broker.start();
    await eventually(() => expect(shown.at(-1)?.n).toBe(n));
    await eventually(async () => expect(await waiting()).toBe(0));
  }
  for (const [i, { have }] of shown.entries()) {
    const before = shown[i - 1];
    if (before) expect(compareVersions(have.version, before.have.version)).toBeGreaterThan(0);
  }
  close();
});

test("what was lost with the broker is repaired from Postgres, also when nothing follows that would show a gap", async () => {
  const { shown, close } = await page("lost");
  await change(pool, "lost", { n: 1 });
  await eventually(() => expect(shown.at(-1)?.n).toBe(1));
  await broker.stop();
  // Handed to a broker that died with it: the outbox is empty, and no gateway has heard of it.
  await change(pool, "lost", { n: 2 }, { lost: true });
  await eventually(() => expect(shown.at(-1)?.n).toBe(2));
  await broker.start();
  await eventually(async () => {
    const deltas = shown.filter(({ by }) => by === "delta").length;
    await change(pool, "lost", { n: (shown.at(-1)?.n ?? 0) + 1 });
    await eventually(() => expect(shown.filter(({ by }) => by === "delta").length).toBeGreaterThan(deltas), 500);
  });
  close();
});
