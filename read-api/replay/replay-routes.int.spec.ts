import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../infra/clock.ts";
import { type Engines, startEngines } from "../../infra/consumers/testing/engines.ts";
import { storable } from "../../infra/consumers/testing/events.ts";
import { buildUpTo } from "../../projections/replay/build-generation.ts";
import { rebuildKind } from "../../projections/replay/jobs/rebuild-kind.ts";
import { runJob } from "../../projections/replay/jobs/run-job.ts";
import { replayMigration } from "../../projections/replay/migration.ts";
import { salesProjection } from "../../projections/replay/testing-projection.ts";
import { ensureProjection } from "../../projections/runner/generations.ts";
import type { Projection } from "../../projections/runner/projection.ts";
import { apiOver, log, servicesOver, tokenFor } from "../testing-api.ts";

const clock = systemClock;
let engines: Engines;
let api: FastifyInstance;

beforeAll(async () => {
  engines = await startEngines([replayMigration]);
  const { pool, store } = engines;
  for (let n = 0; n < 10; n++) {
    await store.append(`order-${n}`, [storable("sale.begun", { site: `site-${n}`, amount: 1 })], "no_stream");
  }
  const live = await ensureProjection(pool, salesProjection, clock);
  const building = { projection: salesProjection, pool, store, log, clock, instance: "live" };
  await buildUpTo(building, live, await store.head());
  const services = servicesOver(engines, clock, new Map());
  api = apiOver({ ...services, replay: { projections: [salesProjection], kinds: [rebuildKind] } });
  await api.ready();
});

afterAll(async () => {
  await api?.close();
  await engines?.stop();
});

async function call(
  method: "GET" | "POST",
  path: string,
  body?: object,
  key?: string,
  role: "analyst" | "support" = "analyst",
) {
  const response = await api.inject({
    method,
    url: `/api/replay${path}`,
    headers: {
      authorization: `Bearer ${tokenFor(role, "ann")}`,
      ...(key === undefined ? {} : { "idempotency-key": key }),
    },
    ...(body === undefined ? {} : { payload: body }),
  });
  return { status: response.statusCode, body: response.json() };
}

/** As the workers run it. */
async function work(jobId: string, projection: Projection = salesProjection) {
  const { pool, store } = engines;
  const kinds = [rebuildKind];
  return await runJob({ pool, store, log, clock, projections: [projection], kinds, jobId, owner: "w", leaseMs: 5_000 });
}

const rebuild = { kind: "rebuild", projection: "sales" };

test("a rebuild is asked for once, watched, read and swapped in; the generation before can be dropped", async () => {
  const asked = await call("POST", "/jobs", rebuild, "first");
  expect(asked).toMatchObject({
    status: 202,
    body: { state: "queued", requestedBy: "analyst:ann", projection: "sales" },
  });
  expect((await call("POST", "/jobs", rebuild, "first")).body).toEqual(asked.body);
  const { jobId } = asked.body;
  expect(await call("POST", `/jobs/${jobId}/swap`)).toMatchObject({ status: 409, body: { code: "job_state" } });
  expect(await call("GET", `/jobs/${jobId}/diff`)).toMatchObject({ status: 409, body: { code: "job_state" } });
  await work(jobId);
  expect((await call("GET", `/jobs/${jobId}`)).body).toMatchObject({
    state: "ready",
    generation: 2,
    progress: { events: 10, handled: 10, parked: 0 },
    diff: { equal: true },
  });
  const { body: diff } = await call("GET", `/jobs/${jobId}/diff`);
  expect(diff.tables[0]).toMatchObject({ table: "orders", liveRows: 10, rebuiltRows: 10, changed: 0, samples: [] });
  for (let repeat = 0; repeat < 2; repeat++) expect((await call("POST", `/jobs/${jobId}/swap`)).status).toBe(202);
  await work(jobId);
  const { body } = await call("GET", "/projections");
  expect(body.projections).toHaveLength(1);
  expect(body.projections[0]).toMatchObject({
    name: "sales",
    removed: false,
    live: { generation: 2, epoch: "sales:2", lagEvents: 0, lagSeconds: 0, position: body.head.position },
    others: [{ generation: 1, state: "previous" }],
    lastRebuild: { jobId, state: "done" },
    lastDiff: { equal: true },
  });
  expect((await call("GET", "/jobs?projection=sales&kind=rebuild")).body.jobs).toHaveLength(1);
  expect(await call("POST", "/generations/sales/2/drop")).toMatchObject({
    status: 409,
    body: { code: "generation_live" },
  });
  expect(await call("POST", "/generations/sales/1/drop")).toMatchObject({ status: 200 });
  expect(await call("POST", "/generations/sales/1/drop")).toMatchObject({ status: 200 });
  expect(await call("POST", "/generations/sales/9/drop")).toMatchObject({
    status: 404,
    body: { code: "generation_unknown" },
  });
});

test("one that makes too much differ is swapped in only by somebody who accepts that, or cancelled", async () => {
  const half: Projection = {
    ...salesProjection,
    handle: (batch, context) =>
      salesProjection.handle(
        batch.filter((_, n) => n % 2 === 0),
        context,
      ),
  };
  const { jobId } = (await call("POST", "/jobs", { ...rebuild, stopShare: 0.1 }, "half")).body;
  expect(await work(jobId, half)).toMatchObject({ state: "needs_decision" });
  const refused = await call("POST", `/jobs/${jobId}/swap`, {});
  expect(refused).toMatchObject({
    status: 409,
    body: { code: "diff_not_accepted", detail: expect.stringContaining("10 %") },
  });
  expect((await call("POST", `/jobs/${jobId}/cancel`)).status).toBe(202);
  expect(await work(jobId, half)).toMatchObject({ state: "cancelled" });
  expect(await call("POST", `/jobs/${jobId}/swap`, { acceptDiff: true })).toMatchObject({ status: 409 });
  expect((await call("GET", "/projections")).body.projections[0].others).toEqual([]);
});

test("what cannot be done is said plainly", async () => {
  expect(await call("POST", "/jobs", rebuild)).toMatchObject({
    status: 400,
    body: { code: "idempotency_key_missing" },
  });
  expect(await call("POST", "/jobs", { ...rebuild, stopShare: 2 }, "first")).toMatchObject({
    status: 400,
    body: { code: "invalid_request", detail: expect.stringContaining("/stopShare") },
  });
  expect(await call("POST", "/jobs", { ...rebuild, stopShare: 0.5 }, "first")).toMatchObject({
    status: 422,
    body: { code: "idempotency_key_reused" },
  });
  expect(await call("POST", "/jobs", { ...rebuild, projection: "none" }, "none")).toMatchObject({
    status: 404,
    body: { code: "projection_unknown" },
  });
  expect(await call("POST", "/jobs", { ...rebuild, kind: "magic" }, "magic")).toMatchObject({ status: 400 });
  const nobody = "00000000-0000-4000-8000-000000000000";
  expect(await call("GET", `/jobs/${nobody}`)).toMatchObject({ status: 404, body: { code: "job_not_found" } });
  expect((await call("POST", "/jobs", rebuild, "s", "support")).status).toBe(403);
  expect((await call("GET", "/projections", undefined, undefined, "support")).status).toBe(403);
});

test("no more jobs wait than can be looked over; what was asked for before is still answered", async () => {
  await engines.pool.query(
    `INSERT INTO replay.jobs (job_id, kind, projection, params, state, requested_by, created_at, updated_at, taken_by)
     SELECT gen_random_uuid(), 'rebuild', 'sales', '{}', 'queued', 'test', '2026-11-21Z', '2026-11-21Z', 'workers'
     FROM generate_series(1, 50)`,
  );
  expect((await call("POST", "/jobs", rebuild, "one-too-many")).status).toBe(429);
  expect((await call("POST", "/jobs", rebuild, "first")).status).toBe(202);
});
