import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { recordedChildren } from "../../infra/supervisor/leftovers.ts";
import { processIdentity } from "../../infra/supervisor/process-identity.ts";
import { waitUntil } from "../../infra/supervisor/wait.ts";

const PROGRAM = fileURLToPath(new URL("../ordertrail.ts", import.meta.url));
const PARTS = ["api", "events", "postgres", "simulators", "workers"];

interface Run {
  readonly process: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly exited: Promise<number | null>;
}

let data: string;
const runs: Run[] = [];

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "ordertrail-up-"));
});

afterEach(async () => {
  for (const run of runs.splice(0)) {
    run.process.kill("SIGTERM");
    await run.exited;
  }
});

afterAll(async () => {
  await rm(await realpath(join(data, "postgres")).catch(() => data), { recursive: true, force: true });
  await rm(data, { recursive: true, force: true });
});

function up(env: Record<string, string> = {}): Run {
  const { DATABASE_URL: _1, EVENTSTORE_URL: _2, NATS_URL: _3, ...rest } = process.env;
  const child = spawn(process.execPath, [PROGRAM, "up"], {
    env: { ...rest, PORT: "0", ORDERTRAIL_DATA: data, SAMPLE_DATA: "false", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  const exited = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  const run = { process: child, out: () => out, err: () => err, exited };
  runs.push(run);
  return run;
}

async function upAndReady(env?: Record<string, string>): Promise<Run> {
  const run = up(env);
  const settled = await waitUntil(() => run.out().includes("Ctrl-C") || run.process.exitCode !== null, 50_000);
  if (!settled || run.process.exitCode !== null) throw new Error(`up did not start:\n${run.out()}\n${run.err()}`);
  return run;
}

const pids = async () =>
  Object.fromEntries((await recordedChildren(data)).map((record) => [record.name, record.pid] as const));

const allGone = (list: readonly number[]) =>
  waitUntil(async () => (await Promise.all(list.map(processIdentity))).every((one) => one === undefined), 30_000);

async function answersReady(): Promise<boolean> {
  const port = (await readFile(join(data, "run", "api.port"), "utf8")).trim();
  const answer = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal: AbortSignal.timeout(5_000) });
  return answer.ok;
}

test("one command starts every part, and its end leaves none", async () => {
  const run = await upAndReady();
  const started = await pids();
  expect(Object.keys(started).toSorted()).toEqual(PARTS);
  expect(await answersReady()).toBe(true);
  const password = (await readFile(join(data, "keys", "postgres.password"), "utf8")).trim();
  expect(run.out()).toContain("/kitchen");
  expect(run.out() + run.err()).not.toContain(password);
  run.process.kill("SIGTERM");
  expect(await run.exited).toBe(0);
  expect(await allGone(Object.values(started))).toBe(true);
});

test("whatever is killed comes back, and the system is ready again", async () => {
  await upAndReady();
  for (const part of PARTS) {
    const killed = (await pids())[part] ?? 0;
    process.kill(killed, "SIGKILL");
    const back = async () => {
      const pid = (await pids())[part];
      return pid !== undefined && pid !== killed && (await answersReady().catch(() => false));
    };
    expect(await waitUntil(back, 30_000), `${part} comes back`).toBe(true);
  }
}, 120_000);

test("a second run on the same folder is refused, names the first, and disturbs nothing", async () => {
  const first = await upAndReady();
  const before = await pids();
  const second = up();
  expect(await second.exited).toBe(2);
  expect(second.err()).toContain(`process ${first.process.pid}`);
  expect(await pids()).toEqual(before);
  expect(await answersReady()).toBe(true);
});

test("when the supervisor is killed, every part notices and ends", async () => {
  const run = await upAndReady();
  const { postgres: _handledAtTheNextStart, ...parts } = await pids();
  run.process.kill("SIGKILL");
  await run.exited;
  expect(await allGone(Object.values(parts))).toBe(true);
});

test("after everything was killed the next run starts on the same data", async () => {
  const first = await upAndReady();
  const before = await pids();
  first.process.kill("SIGKILL");
  await first.exited;
  await upAndReady();
  expect(await allGone(Object.values(before))).toBe(true);
  expect(await answersReady()).toBe(true);
});

test("a taken port is said in one line, with the way to change it", async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
  const address = holder.address();
  const port = typeof address === "object" ? address?.port : 0;
  try {
    const run = up({ PORT: String(port) });
    expect(await run.exited).toBe(2);
    expect(run.err()).toMatch(new RegExp(`^ordertrail: port ${port} is taken .* PORT=\\d+\\n$`));
  } finally {
    await new Promise((resolve) => holder.close(resolve));
  }
});

test("a setting that cannot be is said by its name", async () => {
  const run = up({ PORT: "many" });
  expect(await run.exited).toBe(2);
  expect(run.err()).toMatch(/^ordertrail: the configuration cannot be used:\n {2}PORT: /);
});
