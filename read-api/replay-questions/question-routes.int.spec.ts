import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../infra/clock.ts";
import { type Engines, startEngines } from "../../infra/consumers/testing/engines.ts";
import { catalogueProjection } from "../../projections/catalogue/projection.ts";
import { couriersProjection } from "../../projections/couriers/projection.ts";
import { buildUpTo } from "../../projections/replay/build-generation.ts";
import { createJob } from "../../projections/replay/jobs/job-table.ts";
import { runJob } from "../../projections/replay/jobs/run-job.ts";
import { replayMigration } from "../../projections/replay/migration.ts";
import { questionKinds } from "../../projections/replay/questions/kinds.ts";
import { ensureProjection } from "../../projections/runner/generations.ts";
import { witnessProjection } from "../../projections/witness/projection.ts";
import { appendMixed, idFor, masterData, orderStreams } from "../../test/fixtures/read-history.ts";
import { apiOver, log, servicesOver, tokenFor } from "../testing-api.ts";
import { questionRoutes } from "./question-routes.ts";

const projections = [catalogueProjection, couriersProjection, witnessProjection];
const clock = systemClock;
let engines: Engines;
let folder: string;
let app: FastifyInstance;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ordertrail-handlers-"));
  await writeFile(join(folder, "other.ts"), "");
  engines = await startEngines([replayMigration]);
  const { pool, store } = engines;
  await appendMixed(store, [...masterData(), ...orderStreams(6, 3)], 5);
  for (const projection of projections) {
    const building = { projection, pool, store, log, clock, instance: "live" };
    await buildUpTo(building, await ensureProjection(pool, projection, clock), await store.head());
  }
  const services = servicesOver(engines, clock, new Map());
  app = apiOver(services, async (root) => {
    questionRoutes(root.withTypeProvider<ZodTypeProvider>(), { ...services, projections, handlers: folder });
  });
});

afterAll(async () => {
  await app?.close();
  await engines?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function get(url: string, role: "analyst" | "kitchen" = "analyst") {
  const headers = { authorization: `Bearer ${tokenFor(role, "somebody")}` };
  const answer = await app.inject({ url: `/api/replay${url}`, headers });
  return { status: answer.statusCode, body: answer.json() };
}

async function post(url: string, role: "analyst" | "kitchen" = "analyst") {
  const headers = { authorization: `Bearer ${tokenFor(role, "somebody")}` };
  const answer = await app.inject({ method: "POST", url: `/api/replay${url}`, headers });
  return { status: answer.statusCode, body: answer.json() };
}

const explainUrl = (projection: string, table: string, key: unknown): string =>
  `/explain?projection=${projection}&table=${table}&key=${encodeURIComponent(JSON.stringify(key))}`;

describe("explain", () => {
  test.each([
    ["catalogue", "sites", { site_id: "bakery-mitte" }],
    ["catalogue", "items", { sku: "tart" }],
    ["couriers", "couriers", { courier_id: idFor("courier-1") }],
    ["witness", "heads", { stream: "site-bakery-mitte" }],
  ])("lists the events that made a row of %s.%s", async (projection, table, key) => {
    const { status, body } = await get(explainUrl(projection, table, key));
    expect(status).toBe(200);
    expect(body).toMatchObject({ complete: true, truncated: false, row: key });
    expect(body.events.length).toBeGreaterThan(0);
    for (const event of body.events) expect(Object.keys(event.changes).length).toBeGreaterThan(0);
  });

  test("answers for a row that does not exist, and refuses what it cannot answer", async () => {
    const absent = await get(explainUrl("couriers", "couriers", { courier_id: randomUUID() }));
    expect(absent).toMatchObject({ status: 200, body: { events: [], complete: false } });
    expect(absent.body.row).toBeUndefined();
    expect(await get(explainUrl("nothing", "x", {}))).toMatchObject({ status: 404 });
    expect(await get(explainUrl("couriers", "x", {}))).toMatchObject({ status: 404 });
    expect(await get(explainUrl("couriers", "couriers", { name: "x" }))).toMatchObject({ status: 400 });
    const noUuid = await get(explainUrl("couriers", "couriers", { courier_id: "x" }));
    expect(noUuid).toMatchObject({ status: 400, body: { detail: expect.stringContaining("uuid") } });
    expect(await get("/explain?projection=couriers&table=couriers&key=x")).toMatchObject({ status: 400 });
  });
});

describe("the rows of an as-of job", () => {
  test("are read page by page, and dropped when somebody asks for it", async () => {
    const { pool } = engines;
    const jobId = randomUUID();
    const params = { time: new Date().toISOString() };
    const asked = {
      jobId,
      kind: "as-of",
      projection: "catalogue",
      params,
      requestedBy: "test",
      takenBy: "command",
    } as const;
    await createJob(pool, asked, clock);
    const kinds = questionKinds({ handlers: () => undefined, anyFile: false });
    expect(await get(`/jobs/${jobId}/rows?table=items`)).toMatchObject({ status: 404 });
    await runJob({ ...engines, clock, log, projections, kinds, jobId, owner: "test", leaseMs: 5_000 });
    const seen: string[] = [];
    for (let cursor = ""; ; ) {
      const { status, body } = await get(`/jobs/${jobId}/rows?table=items&limit=2${cursor}`);
      expect(status).toBe(200);
      expect(body.columns).toEqual(["sku", "withdrawn", "details", "revision", "version"]);
      seen.push(...body.rows.map((row: string[]) => row[0]));
      if (body.next === undefined) break;
      cursor = `&cursor=${body.next}`;
    }
    const { rows } = await pool.query<{ sku: string }>("SELECT sku FROM catalogue_g1.items ORDER BY sku");
    expect(seen).toEqual(rows.map(({ sku }) => sku));
    expect(await get(`/jobs/${jobId}/rows?table=nothing`)).toMatchObject({ status: 404 });
    expect(await get(`/jobs/${jobId}/rows?table=items&cursor=x`)).toMatchObject({ status: 400 });

    expect(await post(`/jobs/${jobId}/drop-rows`, "kitchen")).toMatchObject({ status: 403 });
    expect((await get(`/jobs/${jobId}/rows?table=items`)).status).toBe(200);
    const dropped = await post(`/jobs/${jobId}/drop-rows`);
    expect(dropped).toMatchObject({ status: 200, body: { jobId, state: "done" } });
    expect(dropped.body.schema).toBeUndefined();
    expect(await get(`/jobs/${jobId}/rows?table=items`)).toMatchObject({ status: 404 });
    expect(await post(`/jobs/${jobId}/drop-rows`)).toMatchObject({ status: 409, body: { code: "job_state" } });
    expect(await post(`/jobs/${randomUUID()}/drop-rows`)).toMatchObject({ status: 404 });
  });
});

test("handlers are those of the folder", async () => {
  expect(await get("/handlers")).toEqual({ status: 200, body: { handlers: [{ name: "other.ts" }] } });
});

test("nobody asks without the permission", async () => {
  for (const url of ["/handlers", explainUrl("couriers", "couriers", {}), `/jobs/${randomUUID()}/rows?table=items`]) {
    expect(await get(url, "kitchen")).toMatchObject({ status: 403 });
  }
});
