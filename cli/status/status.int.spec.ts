import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { type Engines, startEngines } from "../../infra/consumers/testing/engines.ts";
import { circuitsMigration } from "../../infra/outside/migration.ts";
import { LogTail } from "../../read-api/operations/followers/log-tail.ts";
import type { StatusSeen } from "../../read-api/operations/followers/look.ts";
import { realtimeMigration } from "../../realtime/migration.ts";
import { appendMixed, orderStreams } from "../../test/fixtures/read-history.ts";
import { runHere } from "../testing-command.ts";

const streams = orderStreams(6, 9);

let engines: Engines;
let log: RecordedEvent[];
beforeAll(async () => {
  engines = await startEngines([realtimeMigration, circuitsMigration]);
  await appendMixed(engines.store, streams, 1);
  log = (await engines.store.readAll(undefined, 1_000)).events;
});
afterAll(() => engines?.stop());
const placeAfter = (events: number) => log[events - 1]?.position;

describe("the lag of a place", () => {
  test("is the number of events after it, whatever the order in which places are asked for", async () => {
    const tail = new LogTail(engines.store);
    const counts = [0, log.length, 7, 30, log.length - 1];
    await tail.look(counts.map(placeAfter), 10_000);
    for (const passed of counts) {
      expect(tail.behind(placeAfter(passed))).toEqual({
        events: log.length - passed,
        exact: true,
        oldestAt: log[passed]?.metadata.at,
      });
    }
    expect(tail.between(placeAfter(7), placeAfter(30))).toBe(23);
  });

  test("is 'at least' for a place further back than was counted, and exact for the others", async () => {
    const tail = new LogTail(engines.store, 5);
    await tail.look([placeAfter(0), placeAfter(log.length - 3)], 5);
    expect(tail.behind(placeAfter(log.length - 3))).toMatchObject({ events: 3, exact: true });
    const far = tail.behind(placeAfter(0));
    expect(far).toMatchObject({ exact: false, oldestAt: log[0]?.metadata.at });
    expect(far.events).toBeGreaterThan(3);
    expect(far.events).toBeLessThanOrEqual(log.length);
  });
});

test("ordertrail status --once --json shows owner, lag and parked streams, and exits with 1 for what nobody runs", async () => {
  const { pool } = engines;
  const [behind, done] = [placeAfter(log.length - 4), placeAfter(log.length)];
  await pool.query(
    `INSERT INTO runner.positions (name, commit, prepare, epoch, updated_at)
     VALUES ('payment', $1, $2, 1, now()), ('stock', $3, $4, 1, now())`,
    [behind?.commit, behind?.prepare, done?.commit, done?.prepare].map(String),
  );
  await pool.query(
    "INSERT INTO runner.leases VALUES ('payment', 'host-1', 1, now() + interval '1 hour'), ('stock', 'host-1', 1, '-infinity')",
  );
  const env = { DATABASE_URL: engines.databaseUrl, EVENTSTORE_URL: engines.storeUrl };
  const { code, out } = await runHere(env, ["status", "--once", "--json"]);
  const seen: StatusSeen = JSON.parse(out);
  expect(seen.consumers).toMatchObject([
    { name: "payment", owner: "host-1", state: "running", lag: { events: 4, exact: true }, level: "ok", rate: 0 },
    { name: "stock", state: "stopped", lag: { events: 0 }, parked: 0 },
  ]);
  expect(seen.circuits).toEqual([]);
  expect(code).toBe(1);
});
