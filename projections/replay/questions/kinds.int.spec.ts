import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../../infra/clock.ts";
import { type Engines, startEngines } from "../../../infra/consumers/testing/engines.ts";
import { storable } from "../../../infra/consumers/testing/events.ts";
import { createLog } from "../../../infra/log.ts";
import { ensureProjection } from "../../runner/generations.ts";
import { buildUpTo } from "../build-generation.ts";
import type { JobParams } from "../jobs/job.ts";
import { createJob, findDiff, findJob, wantCancel } from "../jobs/job-table.ts";
import { runJob } from "../jobs/run-job.ts";
import { replayMigration } from "../migration.ts";
import { salesProjection } from "../testing-projection.ts";
import { questionKinds } from "./kinds.ts";
import { createScratch, listScratches } from "./scratch.ts";
import { readScratchRows } from "./scratch-rows.ts";

const clock = systemClock;
const log = createLog("test", "silent");
let engines: Engines;
let folder: string;

const kinds = () => questionKinds({ handlers: () => folder, anyFile: false });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-handlers-"));
  engines = await startEngines([replayMigration]);
  const { pool, store } = engines;
  for (let n = 0; n < 30; n++) {
    const sale = storable("sale.begun", { site: `site-${n % 3}`, amount: n });
    await store.append(`order-${randomUUID()}`, [sale], "no_stream");
  }
  const live = await ensureProjection(pool, salesProjection, clock);
  const building = { projection: salesProjection, pool, store, log, clock, instance: "live" };
  await buildUpTo(building, live, await store.head());
  const real = new URL("../testing-projection.ts", import.meta.url).pathname;
  await writeFile(
    join(folder, "free.ts"),
    `import { salesProjection as real } from "${real}";
     export default { ...real, handle: (batch, context) => real.handle(batch.map((event) =>
       ({ ...event, data: { ...event.data, amount: 0 } })), context) };`,
  );
  await writeFile(join(folder, "broken.ts"), "export const nothing = 1;");
});

afterAll(async () => {
  await engines?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function begin(kind: string, params: JobParams): Promise<string> {
  const jobId = randomUUID();
  const parsed =
    kinds()
      .find((one) => one.kind === kind)
      ?.parse(params) ?? {};
  const job = { jobId, kind, projection: "sales", params: parsed, requestedBy: "test", takenBy: "command" } as const;
  await createJob(engines.pool, job, clock);
  return jobId;
}

async function run(jobId: string, signal?: AbortSignal) {
  const projections = [salesProjection];
  const job = { ...engines, clock, log, projections, kinds: kinds(), jobId, owner: "test", leaseMs: 5_000 };
  const ended = await runJob(signal ? { ...job, signal } : job);
  if (ended === undefined) throw new Error("the job was not free");
  return ended;
}

test("a job builds a read model as of a position, and its rows can be read", async () => {
  const all = await engines.store.readAll(undefined, 12);
  const until = all.events[11]?.position.commit ?? 0n;
  const job = await run(await begin("as-of", { position: until.toString() }));
  expect(job).toMatchObject({ state: "done", progress: { events: 12, position: until.toString() } });
  const { schema = "" } = job;
  expect((await readScratchRows(engines.pool, { schema, table: "orders", limit: 50 })).rows.length).toBe(12);
});

test("a job that was stopped goes on in the scratch schema that it has", async () => {
  const jobId = await begin("as-of", { time: new Date().toISOString() });
  const stopped = await run(jobId, AbortSignal.abort());
  expect(stopped).toMatchObject({ state: "building" });
  const job = await run(jobId);
  expect(job).toMatchObject({ state: "done", schema: stopped.schema });
});

test("a job shows what another handler of the folder would make", async () => {
  const job = await run(await begin("what-if", { handler: "free.ts" }));
  expect(job).toMatchObject({ state: "done", diff: { equal: false, changed: 3, onlyLive: 0, onlyRebuilt: 0 } });
  const diff = await findDiff(engines.pool, job.jobId);
  expect(diff?.tables.find(({ table }) => table === "sites")?.samples.length).toBe(3);
});

test("a file that cannot be used fails the job with the reason and leaves nothing", async () => {
  const before = await listScratches(engines.pool);
  const job = await run(await begin("what-if", { handler: "broken.ts" }));
  expect(job).toMatchObject({ state: "failed", message: expect.stringContaining("no default export") });
  expect(await run(await begin("what-if", { handler: "absent.ts" }))).toMatchObject({ state: "failed" });
  expect(await listScratches(engines.pool)).toEqual(before);
});

test("files outside of the folder cannot be named", async () => {
  for (const handler of ["/etc/passwd", "../secrets.ts", "sub/free.ts"]) {
    await expect(begin("what-if", { handler })).rejects.toThrow("is not the name of a handler");
  }
});

test("a question without a moment, or with two, is refused", async () => {
  await expect(begin("as-of", {})).rejects.toThrow("either position or time");
  await expect(begin("as-of", { position: "1", time: "2026-01-01" })).rejects.toThrow("either position or time");
  await expect(begin("as-of", { time: "yesterday" })).rejects.toThrow("neither a position nor a time");
});

test("a cancelled job drops what it has built", async () => {
  const before = await listScratches(engines.pool);
  const jobId = await begin("as-of", { position: "5" });
  await run(jobId, AbortSignal.abort());
  expect((await listScratches(engines.pool)).length).toBe(before.length + 1);
  await wantCancel(engines.pool, jobId, clock);
  expect(await run(jobId)).toMatchObject({ state: "cancelled" });
  expect(await listScratches(engines.pool)).toEqual(before);
  expect(await findJob(engines.pool, jobId)).toMatchObject({ state: "cancelled" });
});

test("of more read models than are kept the oldest are dropped for a new one, but not one that is being filled", async () => {
  const { pool } = engines;
  const at = (ms: number) => ({ ...clock, now: () => clock.now() + ms });
  const made = async (ms: number) => await createScratch(pool, salesProjection, "as-of", at(ms), 100);
  const [filling, older, newer] = [await made(1_000), await made(2_000), await made(3_000)];
  await pool.query("INSERT INTO runner.leases VALUES ($1, 'builder', 1, 'infinity')", [filling.schema]);
  const { schema, dropped } = await createScratch(pool, salesProjection, "as-of", at(4_000), 2);
  expect(dropped).toEqual(expect.arrayContaining([older.schema, newer.schema]));
  expect((await listScratches(pool)).map((one) => one.schema)).toEqual([schema, filling.schema]);
});

test("a job says what was dropped for it", async () => {
  const { pool } = engines;
  for (let n = 0; n < 20; n++) await createScratch(pool, salesProjection, "as-of", clock);
  const job = await run(await begin("as-of", { position: "5" }));
  expect(job).toMatchObject({
    state: "done",
    message: expect.stringContaining("dropped to make room: scratch_sales_"),
  });
  expect((await listScratches(pool)).length).toBe(20);
});
