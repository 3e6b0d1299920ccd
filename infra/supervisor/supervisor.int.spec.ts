import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { constants, getPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ChildSpec, RestartDelays } from "./child.ts";
import { endProcess } from "./end-process.ts";
import { FolderLockedError, lockFolder } from "./folder-lock.ts";
import { endLeftovers, recordChild, recordedChildren } from "./leftovers.ts";
import type { LogSink } from "./log-sink.ts";
import { processIdentity } from "./process-identity.ts";
import { Supervisor } from "./supervisor.ts";
import { waitUntil } from "./wait.ts";

let data: string;
let facts: Record<string, unknown>[];
let states: string[];
const pids = new Set<number>();
const supervisors: Supervisor[] = [];
const others: ChildProcess[] = [];

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "ordertrail-supervisor-"));
  facts = [];
  states = [];
});

afterEach(async () => {
  for (const supervisor of supervisors.splice(0)) await supervisor.stop();
  for (const other of others.splice(0)) other.kill("SIGKILL");
  for (const pid of pids) {
    const identity = await processIdentity(pid);
    if (identity !== undefined) await endProcess(pid, identity, [], 5_000);
  }
  pids.clear();
  await rm(data, { recursive: true, force: true });
});

const log = pino({}, { write: (line: string) => void facts.push(JSON.parse(line)) });
const sink: LogSink = { line: () => undefined, close: async () => undefined };

function supervise(delays: Partial<RestartDelays> = { first: 10, most: 40 }): Supervisor {
  const supervisor = new Supervisor({
    data,
    log,
    sink,
    delays,
    changed: (name, state, pid) => {
      states.push(`${name} ${state}`);
      if (pid !== undefined) pids.add(pid);
    },
  });
  supervisors.push(supervisor);
  return supervisor;
}

/** A child that runs a line of JavaScript; it is ready when it has written the file of its name. */
function child(name: string, script: string, more: Partial<ChildSpec> = {}): ChildSpec {
  const file = join(data, `${name}.ready`);
  return {
    name,
    launch: async () => {
      await rm(file, { force: true });
      return {
        command: process.execPath,
        args: ["-e", `const ready = () => require("fs").writeFileSync(${JSON.stringify(file)}, ""); ${script}`],
        env: process.env,
        node: true,
        ready: async () => {
          if (!existsSync(file)) throw new Error("not yet");
        },
      };
    },
    ...more,
  };
}

const STEADY = "setInterval(() => {}, 1000); ready();";
const DEAF = `process.on("SIGTERM", () => {}); ${STEADY}`;

const gone = (pid: number) => waitUntil(async () => (await processIdentity(pid)) === undefined, 20_000);

test("children start in the order given, each when the one before is ready, and end in the reverse order", async () => {
  const supervisor = supervise();
  for (const name of ["first", "second", "third"]) await supervisor.start(child(name, STEADY));
  await supervisor.stop();
  expect(states).toEqual([
    ...["first starting", "first ready", "second starting", "second ready", "third starting", "third ready"],
    ...["third stopped", "second stopped", "first stopped"],
  ]);
  for (const pid of pids) expect(await gone(pid)).toBe(true);
  expect(await recordedChildren(data)).toEqual([]);
});

test("a killed child is started again", async () => {
  const supervisor = supervise();
  await supervisor.start(child("one", STEADY));
  const first = supervisor.pidOf("one") ?? 0;
  process.kill(first, "SIGKILL");
  expect(await waitUntil(() => states.filter((state) => state === "one ready").length === 2, 20_000)).toBe(true);
  expect(supervisor.pidOf("one")).not.toBe(first);
  expect((await recordedChildren(data)).map((record) => record.pid)).toEqual([supervisor.pidOf("one")]);
});

test("a child that stands back does so behind whoever started it, however far that one stands back itself", async () => {
  const supervisor = supervise();
  const { launch } = child("one", STEADY);
  await supervisor.start({ name: "one", launch: async () => ({ ...(await launch()), niceness: 3 }) });
  const own = getPriority();
  expect(getPriority(supervisor.pidOf("one"))).toBe(Math.min(constants.priority.PRIORITY_LOW, own + 3));
});

test("a child that ends at once is started after growing delays, up to a bound", async () => {
  const supervisor = supervise({ first: 5, most: 20, firstTries: 6 });
  await expect(supervisor.start(child("one", "process.exit(1)"))).rejects.toThrow(/one does not start/);
  expect(facts.map((fact) => fact.restartInMs).filter(Boolean)).toEqual([5, 10, 20, 20, 20]);
});

test("the delay begins anew after the child was healthy", async () => {
  const supervisor = supervise({ first: 5, most: 1_000, healthyMs: 0 });
  await supervisor.start(child("one", STEADY));
  for (let round = 1; round <= 4; round++) {
    process.kill(supervisor.pidOf("one") ?? 0, "SIGKILL");
    expect(await waitUntil(() => states.filter((state) => state === "one ready").length === round + 1, 20_000)).toBe(
      true,
    );
  }
  expect(facts.map((fact) => fact.restartInMs).filter(Boolean)).toEqual([5, 5, 5, 5]);
});

test("a configuration error is not tried again, and its words are passed on", async () => {
  const supervisor = supervise();
  await expect(supervisor.start(child("one", 'console.error("PORT is wrong"); process.exit(2)'))).rejects.toThrow(
    /one does not start\n {2}PORT is wrong/,
  );
  expect(states).toEqual(["one starting"]);
});

test("a program that does not exist is an error, not a crash", async () => {
  const supervisor = supervise({ first: 1, most: 1, firstTries: 2 });
  const spec = child("one", STEADY);
  const launch = async () => ({ ...(await spec.launch()), command: join(data, "no-such-program") });
  await expect(supervisor.start({ ...spec, launch })).rejects.toThrow(/cannot be started/);
});

test("a child that does not get ready in time is ended and counts as failed", async () => {
  const supervisor = supervise({ first: 1, most: 1, firstTries: 1 });
  const never = child("one", "setInterval(() => {}, 1000)", { readyWithinMs: 300 });
  await expect(supervisor.start(never)).rejects.toThrow(/not ready after 300 ms/);
  for (const pid of pids) expect(await gone(pid)).toBe(true);
});

test("a child that ignores the request to end is killed", async () => {
  const supervisor = supervise();
  await supervisor.start(child("one", DEAF, { stopGraceMs: 200 }));
  const pid = supervisor.pidOf("one") ?? 0;
  await supervisor.stop();
  expect(await processIdentity(pid)).toBeUndefined();
});

test("a stop in the middle of a start ends what was started", async () => {
  const supervisor = supervise();
  const starting = supervisor.start(child("one", "setInterval(() => {}, 1000)"));
  starting.catch(() => undefined);
  expect(await waitUntil(() => pids.size === 1, 20_000)).toBe(true);
  await supervisor.stop();
  await expect(starting).rejects.toThrow(/was stopped/);
  for (const pid of pids) expect(await gone(pid)).toBe(true);
});

test("of two that want one folder the second is refused, and told who has it", async () => {
  const lock = await lockFolder(data);
  const error = await lockFolder(data).catch((fault: unknown) => fault);
  expect(error).toBeInstanceOf(FolderLockedError);
  expect(error).toMatchObject({ message: expect.stringContaining(`process ${process.pid}`) });
  await lock.release();
  await (await lockFolder(data)).release();
});

test("the lock of a killed process is free", async () => {
  const holder = await otherProcess(`
    import { lockFolder } from ${url("./folder-lock.ts")};
    globalThis.lock = await lockFolder(${JSON.stringify(data)});
  `);
  await expect(lockFolder(data)).rejects.toThrow(`process ${holder.pid}`);
  holder.kill("SIGKILL");
  expect(await gone(holder.pid ?? 0)).toBe(true);
  await (await lockFolder(data)).release();
});

test("children of a killed supervisor end themselves in order; those that cannot are ended by the next one", async () => {
  const marker = join(data, "ended-in-order");
  const obedient = `process.on("SIGTERM", () => { require("fs").writeFileSync(${JSON.stringify(marker)}, ""); process.exit(); });`;
  const supervisor = await otherProcess(`
    import { access } from "node:fs/promises";
    import { pino } from "pino";
    import { Supervisor } from ${url("./supervisor.ts")};
    const supervisor = new Supervisor({
      data: ${JSON.stringify(data)},
      log: pino({ level: "silent" }),
      sink: { line() {}, async close() {} },
    });
    const launch = (name, script, node) => async () => {
      const file = ${JSON.stringify(data)} + "/" + name;
      return {
        command: process.execPath,
        args: ["-e", script + "setInterval(() => {}, 1000); require('fs').writeFileSync(" + JSON.stringify(file) + ", '')"],
        env: process.env,
        node,
        ready: () => access(file),
      };
    };
    await supervisor.start({ name: "obedient", launch: launch("obedient", ${JSON.stringify(obedient)}, true) });
    await supervisor.start({ name: "unleashed", launch: launch("unleashed", "", false) });
    await supervisor.start({ name: "deaf", launch: launch("deaf", 'process.on("SIGTERM", () => {});', false) });
  `);
  const records = await recordedChildren(data);
  expect(records.map((record) => record.name).toSorted()).toEqual(["deaf", "obedient", "unleashed"]);
  for (const record of records) pids.add(record.pid);
  const pidOf = (name: string) => records.find((record) => record.name === name)?.pid ?? 0;
  process.kill(pidOf("unleashed"), "SIGSTOP");

  supervisor.kill("SIGKILL");
  expect(await gone(pidOf("obedient"))).toBe(true);
  expect(existsSync(marker)).toBe(true);
  expect(await processIdentity(pidOf("deaf"))).toBeDefined();

  await endLeftovers(data, log, 500);
  for (const record of records) expect(await processIdentity(record.pid)).toBeUndefined();
  expect(await recordedChildren(data)).toEqual([]);
});

test("a recorded pid that now belongs to another program is left alone", async () => {
  const other = spawn("sleep", ["600"], { stdio: "ignore" });
  others.push(other);
  const pid = other.pid ?? 0;
  await recordChild(data, "api", pid, ["SIGTERM"]);
  const file = join(data, "run", "api.json");
  const record = JSON.parse(await readFile(file, "utf8"));
  await writeFile(file, JSON.stringify({ ...record, identity: "earlier" }));
  await endLeftovers(data, log, 500);
  expect(await processIdentity(pid)).toBe(record.identity);
});

const url = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);

/** Runs a module in a process of its own, and returns when it has been run to its end. */
async function otherProcess(script: string): Promise<ChildProcess> {
  const source = `${script}\nconsole.log("begun"); setInterval(() => undefined, 1000);`;
  const other = spawn(process.execPath, ["--input-type=module-typescript", "-e", source], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  others.push(other);
  await new Promise((resolve, reject) => {
    other.stdout.once("data", resolve);
    other.once("exit", () => reject(new Error("the process ended early")));
  });
  return other;
}
