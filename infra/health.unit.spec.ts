import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Fastify from "fastify";
import { expect, test } from "vitest";
import { type HealthChecks, readiness, registerHealth, startHealthServer } from "./health.ts";

async function ask(path: string, checks: HealthChecks) {
  const app = Fastify();
  registerHealth(app, checks);
  const answer = await app.inject(path);
  await app.close();
  return answer;
}

test("a process that answers is alive, whatever it lacks", async () => {
  const answer = await ask("/health/live", { database: () => Promise.reject(new Error("gone")) });
  expect(answer.statusCode).toBe(204);
});

test("ready names each check", async () => {
  const answer = await ask("/health/ready", { database: async () => 1, events: async () => 1 });
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toEqual({ status: "ready", checks: { database: { ok: true }, events: { ok: true } } });
});

test("not ready says which check fails and why", async () => {
  const answer = await ask("/health/ready", {
    database: () => Promise.reject(new Error("connection refused")),
    events: async () => 1,
  });
  expect(answer.statusCode).toBe(503);
  expect(answer.json()).toEqual({
    status: "not ready",
    checks: { database: { ok: false, reason: "connection refused" }, events: { ok: true } },
  });
});

test("what is told beside the checks makes nobody less ready", async () => {
  const app = Fastify();
  registerHealth(app, {}, () => ({ circuits: [{ system: "carrier", state: "open" }] }));
  const answer = await app.inject("/health/ready");
  await app.close();
  expect(answer.statusCode).toBe(200);
  expect(answer.json()).toMatchObject({
    status: "ready",
    details: { circuits: [{ system: "carrier", state: "open" }] },
  });
});

test("a check that throws before it waits, or never answers, fails as well", async () => {
  const { status, checks } = await readiness({
    broken: () => {
      throw new Error("at once");
    },
    silent: () => new Promise(() => undefined),
  });
  expect(status).toBe("not ready");
  expect(checks.broken).toEqual({ ok: false, reason: "at once" });
  expect(checks.silent).toMatchObject({ ok: false, reason: expect.stringContaining("no answer") });
});

test("many who ask at once cause one round of checks", async () => {
  let rounds = 0;
  const waiting = Promise.withResolvers<void>();
  const app = Fastify();
  registerHealth(app, {
    slow: () => {
      rounds++;
      return waiting.promise;
    },
  });
  const answers = Array.from({ length: 5 }, () => app.inject("/health/ready"));
  await new Promise((resolve) => setImmediate(resolve));
  waiting.resolve();
  expect((await Promise.all(answers)).map((answer) => answer.statusCode)).toEqual([200, 200, 200, 200, 200]);
  expect(rounds).toBe(1);
  await app.close();
});

test("the standalone server writes its port to a file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ordertrail-health-"));
  const portFile = join(folder, "run", "workers.port");
  const server = await startHealthServer({ checks: {}, port: 0, portFile });
  try {
    const port = Number(await readFile(portFile, "utf8"));
    const answer = await fetch(`http://127.0.0.1:${port}/health/live`, { signal: AbortSignal.timeout(5_000) });
    expect(answer.status).toBe(204);
  } finally {
    await server.close();
    await rm(folder, { recursive: true });
  }
});
