import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { runnerMigration } from "../../infra/consumers/migration.ts";
import { eventually } from "../../infra/consumers/testing/engines.ts";
import { migrate } from "../../infra/postgres/migrations.ts";
import { createPool } from "../../infra/postgres/pool.ts";
import { throwawayPostgres } from "../../infra/postgres/testing.ts";
import { LiveConnection, type LiveOptions } from "../../realtime/client/connection.ts";
import type { LiveStatus } from "../../realtime/client/status.ts";
import { realtimeMigration } from "../../realtime/migration.ts";
import { compareVersions, type Have } from "../../realtime/protocol.ts";
import { type RealtimeProcess, startRealtimeProcess } from "../../realtime/testing-realtime-process.ts";
import { change, THINGS_TABLE } from "../../realtime/testing-topics.ts";

interface Thing {
  readonly n: number;
}

let database: Awaited<ReturnType<typeof throwawayPostgres>>;
let pool: Pool;
const processes: RealtimeProcess[] = [];
const connections: LiveConnection[] = [];

beforeAll(async () => {
  database = await throwawayPostgres();
  await migrate(database.url, [runnerMigration, realtimeMigration]);
  pool = createPool(database.url, { applicationName: "test" });
  await pool.query(THINGS_TABLE);
});
afterEach(async () => {
  for (const connection of connections.splice(0)) connection.close();
  for (const { child, ended } of processes.splice(0)) {
    child.kill("SIGKILL");
    await ended;
  }
});
afterAll(async () => {
  await pool.end();
  await database.stop();
});

async function start(port = 0, failAt = ""): Promise<RealtimeProcess> {
  const one = await startRealtimeProcess({ databaseUrl: database.url, port, failAt });
  processes.push(one);
  return one;
}

function connect(url: string, more: Partial<LiveOptions> = {}): LiveConnection {
  const connection = new LiveConnection({ url, token: () => "support", longestPauseMs: 300, ...more });
  connections.push(connection);
  return connection;
}

/** A page that shows one thing and remembers everything it has shown. */
function page(connection: LiveConnection, name: string) {
  const shown: { readonly have: Have; readonly n: number; readonly by: "snapshot" | "delta" }[] = [];
  connection.subscribe<Thing>(`thing.${name}`, {
    snapshot: ({ n }, have) => shown.push({ have, n, by: "snapshot" }),
    delta: ({ n }, { epoch, version }) => shown.push({ have: { epoch, version }, n, by: "delta" }),
  });
  return shown;
}

const portOf = (url: string) => Number(new URL(url).port);
const newName = () => `thing-${randomUUID()}`;

describe("a page", () => {
  test.each(["relay.before-publish", "relay.after-publish", "relay.after-delete"])(
    "reaches the newest state and never goes backwards when relay and gateway are killed at %s",
    async (point) => {
      const name = newName();
      await pool.query("TRUNCATE realtime.outbox");
      const first = await start(0, `${point}:4:SIGKILL`);
      const connection = connect(first.url);
      const shown = page(connection, name);
      let n = 0;
      const grow = async () => {
        await change(pool, name, { n: ++n });
        return await eventually(() => expect(shown.at(-1)?.n).toBe(n), 300).catch(() => {});
      };
      let alive = true;
      void first.ended.then(() => {
        alive = false;
      });
      for (let i = 0; i < 50 && alive; i++) await grow();
      expect(alive).toBe(false);
      await change(pool, name, { n: ++n });
      await start(portOf(first.url));
      await eventually(() => expect(shown.at(-1)?.n).toBe(n));
      for (let i = 0; i < 3; i++) await change(pool, name, { n: ++n });
      await eventually(() => expect(shown.at(-1)?.n).toBe(n));
      await eventually(async () => expect((await pool.query("SELECT 1 FROM realtime.outbox")).rowCount).toBe(0));
      for (const [i, { have }] of shown.entries()) {
        const before = shown[i - 1];
        if (before) expect(compareVersions(have.version, before.have.version)).toBeGreaterThan(0);
      }
    },
  );

  test("says that it reconnects, then that it is offline and since when, and is live again by itself", async () => {
    const first = await start();
    // Long enough that a machine which stands still for a second does not skip what is said in between.
    const connection = connect(first.url, { offlineAfterMs: 3_000, staleAfterMs: 6_000 });
    const said: LiveStatus[] = [];
    connection.onStatus((status) => said.push(status));
    await eventually(() => expect(connection.status().state).toBe("live"));
    first.child.kill("SIGKILL");
    const states = () => said.map(({ state }) => state);
    await eventually(() => expect(states().slice(states().indexOf("live"))).toContain("reconnecting"));
    await eventually(() => expect(connection.status()).toMatchObject({ state: "offline", reason: "connection" }));
    const { asOf } = connection.status();
    expect(asOf).toBeLessThan(Date.now() - 2_900);
    await start(portOf(first.url));
    await eventually(() => expect(connection.status().state).toBe("live"));
    await eventually(() => expect(connection.status().asOf).toBeGreaterThan(asOf ?? 0));
    expect([...new Set(states())]).toEqual(["reconnecting", "live", "offline"]);
  });

  test("notices a server that is stopped and leaves the connection open", async () => {
    const first = await start();
    const connection = connect(first.url, { offlineAfterMs: 800 });
    await eventually(() => expect(connection.status().state).toBe("live"));
    first.child.kill("SIGSTOP");
    await eventually(() => expect(connection.status().state).toBe("offline"));
    first.child.kill("SIGCONT");
    await eventually(() => expect(connection.status().state).toBe("live"));
  });

  test("that two parts of it follow one topic shows both the whole state, over one connection", async () => {
    const { url } = await start();
    const name = newName();
    await change(pool, name, { n: 1 });
    const connection = connect(url);
    const one = page(connection, name);
    await eventually(() => expect(one.at(-1)?.n).toBe(1));
    const two = page(connection, name);
    await eventually(() => expect(two.at(-1)?.n).toBe(1));
    await change(pool, name, { n: 2 });
    await eventually(() => expect([one.at(-1)?.n, two.at(-1)?.n]).toEqual([2, 2]));
  });

  test("that follows a topic before there is anything in it gets its first state", async () => {
    const { url } = await start();
    const name = newName();
    const connection = connect(url);
    let empty = 0;
    const shown: number[] = [];
    connection.subscribe<Thing>(`thing.${name}`, {
      snapshot: ({ n }) => shown.push(n),
      delta: ({ n }) => shown.push(n),
      empty: () => {
        empty++;
      },
    });
    await eventually(() => expect(empty).toBe(1));
    await change(pool, name, { n: 1 });
    await eventually(() => expect(shown).toEqual([1]));
  });
});
