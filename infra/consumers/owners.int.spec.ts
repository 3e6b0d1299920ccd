import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createJob, findJob } from "../dead-letters/jobs.ts";
import { deadLetterEvent } from "../dead-letters/record.ts";
import type { ExpectedRevision } from "../event-store/port.ts";
import { inTransaction } from "../postgres/pool.ts";
import { KILLS_OF_POISON } from "./crash-guard.ts";
import { readPosition } from "./fence.ts";
import { type Engines, eventually, startEngines } from "./testing/engines.ts";
import { recorded, storable } from "./testing/events.ts";
import { seenBy, WITNESS_TABLE } from "./testing/witness.ts";
import { startWitnessProcess, type WitnessProcess, type WitnessSettings } from "./testing/witness-process.ts";

const LEASE_MS = 900;
let engines: Engines;
const processes: WitnessProcess[] = [];

beforeAll(async () => {
  engines = await startEngines();
  await engines.pool.query(WITNESS_TABLE);
});
afterEach(async () => {
  for (const { child, ended } of processes.splice(0)) {
    child.kill("SIGKILL");
    await ended;
  }
});
afterAll(() => engines.stop());

function start(name: string, instance: string, more: Partial<WitnessSettings> = {}): WitnessProcess {
  const { databaseUrl, storeUrl } = engines;
  const one = startWitnessProcess({ databaseUrl, storeUrl, name, instance, leaseMs: LEASE_MS, ...more });
  processes.push(one);
  return one;
}

async function append(stream: string, types: readonly string[], expected: ExpectedRevision = "no_stream") {
  const events = types.map((type) => storable(type, {}));
  await engines.store.append(stream, events, expected);
  return events.map(({ id }) => id);
}

const newStream = () => `order-${randomUUID()}`;
const reached = async (name: string) => {
  const head = await engines.store.head();
  await eventually(async () => expect((await readPosition(engines.pool, name)).place).toEqual(head));
};

async function expectEachOnce(name: string, ids: readonly string[]): Promise<void> {
  const seen = (await seenBy(engines.pool, name)).map((event) => event.event_id);
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen.filter((id) => ids.includes(id)).toSorted()).toEqual(ids.toSorted());
}

describe("a process that is stopped for longer than its lease", () => {
  test("in the middle of a transaction writes nothing when it wakes up", async () => {
    const ids = await append(newStream(), ["test.happened", "test.happened"]);
    const old = start("stopped-inside", "old", { dwellMs: 300 });
    await old.said("in the middle");
    old.child.kill("SIGSTOP");
    start("stopped-inside", "new");
    await reached("stopped-inside");
    // By the new owner, and in one transaction; on a busy machine its lease may have run out and been taken again.
    const [first, second] = (await seenBy(engines.pool, "stopped-inside")).map((event) => Number(event.epoch));
    expect(first).toBeGreaterThanOrEqual(2);
    expect(second).toBe(first);
    old.child.kill("SIGCONT");
    await old.said("standby");
    ids.push(...(await append(newStream(), ["test.happened"])));
    await reached("stopped-inside");
    await expectEachOnce("stopped-inside", ids);
    expect((await seenBy(engines.pool, "stopped-inside")).filter((event) => event.epoch === "1")).toEqual([]);
  });

  test("directly before its commit, with the position locked, writes nothing either", async () => {
    const ids = await append(newStream(), ["test.happened"]);
    const old = start("stopped-last", "old", { failAt: "project.before-commit:1:SIGSTOP" });
    await old.said("failpoint project.before-commit");
    start("stopped-last", "new");
    await reached("stopped-last");
    old.child.kill("SIGCONT");
    await old.said("standby");
    await expectEachOnce("stopped-last", ids);
    expect((await seenBy(engines.pool, "stopped-last")).filter((event) => event.epoch === "1")).toEqual([]);
  });

  test("while it had nothing to do leaves new events to the new owner", async () => {
    const old = start("stopped-idle", "old");
    await old.said("running");
    await reached("stopped-idle");
    old.child.kill("SIGSTOP");
    const fresh = start("stopped-idle", "new");
    await fresh.said("running");
    old.child.kill("SIGCONT");
    const ids = await append(newStream(), ["test.happened", "test.happened"]);
    await old.said("standby");
    await reached("stopped-idle");
    await expectEachOnce("stopped-idle", ids);
  });
});

describe("a process that is killed", () => {
  test.each(["project.before-commit", "project.after-commit"])("at %s repeats and loses nothing", async (point) => {
    const name = `killed-${point}`;
    const ids = await append(newStream(), ["test.happened", "test.happened"]);
    const first = start(name, "one", { failAt: `${point}:1:SIGKILL` });
    await first.ended;
    start(name, "one");
    await reached(name);
    await expectEachOnce(name, ids);
  });

  test.each(["project.before-commit", "project.after-commit"])(
    "at %s of a redrive has redriven once",
    async (point) => {
      const name = `redriving-${point}`;
      const first = start(name, "one");
      await first.said("running");
      await reached(name);
      first.child.kill("SIGTERM");
      await first.ended;
      const event = recorded(1, newStream());
      const failure = {
        failureType: "invalid_message",
        failureClass: "poison",
        error: "Error",
        message: "",
        stack: "",
      } as const;
      await deadLetterEvent(engines.pool, { ...failure, consumer: name, event, attempts: 1, version: "" }, Date.now());
      const id = randomUUID();
      const job = { id, action: "redrive", by: { type: "admin", id: "olga" }, perSecond: 1, now: Date.now() } as const;
      await inTransaction(engines.pool, (tx) => createJob(tx, { ...job, filter: { consumer: name } }));
      await engines.pool.query("UPDATE runner.redrive_items SET state = 'released' WHERE job_id = $1", [id]);
      const killed = start(name, "one", { failAt: `${point}:1:SIGKILL` });
      await killed.ended;
      start(name, "one");
      await eventually(async () => expect((await findJob(engines.pool, id))?.done).toBe(1));
      const seen = (await seenBy(engines.pool, name)).map(({ event_id }) => event_id);
      expect(seen.filter((one) => one === event.id)).toHaveLength(1);
    },
  );

  test("by an event again and again parks that event after two kills, and everything else goes through", async () => {
    const bad = newStream();
    const ids = await append(newStream(), ["test.happened", "test.happened"]);
    await append(bad, ["test.deadly"]);
    ids.push(...(await append(newStream(), ["test.happened"])));
    let kills = 0;
    for (;;) {
      const one = start("deadly", "one");
      const over = await Promise.race([one.ended.then(() => false), reached("deadly").then(() => true)]);
      if (over) break;
      if (++kills > 8) throw new Error("it is killed for ever");
    }
    // The first kill is nobody's yet, the second condemns the batch, then the event is alone.
    expect(kills).toBe(2 + KILLS_OF_POISON);
    await expectEachOnce("deadly", ids);
    const { rows } = await engines.pool.query("SELECT * FROM runner.dead_letters WHERE consumer = 'deadly'");
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      stream: bad,
      error: "ProcessKilled",
      failure_class: "poison",
      attempts: KILLS_OF_POISON,
      type: "test.deadly",
    });
    const inflight = await engines.pool.query("SELECT 1 FROM runner.inflight WHERE consumer = 'deadly'");
    expect(inflight.rows).toEqual([]);
  });
});
