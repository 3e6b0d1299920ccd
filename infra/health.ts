import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import Fastify, { type FastifyInstance } from "fastify";
import { writeFileAtomically } from "./supervisor/files.ts";

/** One thing that a process needs for its work. Resolves when it is there, rejects with the reason why not. */
export type HealthCheck = () => Promise<unknown>;
export type HealthChecks = Readonly<Record<string, HealthCheck>>;

export type CheckResult = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Answer of `/health/ready`. */
export interface Readiness {
  readonly status: "ready" | "not ready";
  readonly checks: Readonly<Record<string, CheckResult>>;
  /** What people want to know beside that; none of it makes the process less ready. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Told on `/health/ready` beside the checks; asked each time, and must not wait for anything. */
export type HealthDetails = () => Readonly<Record<string, unknown>>;

/** How long one check may take before it counts as failed. */
const CHECK_TIMEOUT_MS = 2_000;

/**
 * Adds `/health/live` (204: the process runs and answers) and `/health/ready` (200 with the named checks; 503 when one
 * fails, saying which and why) to an application, open to everybody. Which checks there are is asked each time.
 */
export function registerHealth(
  app: FastifyInstance,
  checks: HealthChecks | (() => HealthChecks),
  details?: HealthDetails,
): void {
  const ask = sharedWhileRunning(() => readiness(typeof checks === "function" ? checks() : checks));
  app.get("/health/live", { config: { public: true }, schema: { hide: true } }, async (_request, reply) =>
    reply.code(204).send(),
  );
  app.get("/health/ready", { config: { public: true }, schema: { hide: true } }, async (_request, reply) => {
    const answer = await ask();
    return reply
      .code(answer.status === "ready" ? 200 : 503)
      .header("cache-control", "no-store")
      .send(details === undefined ? answer : { ...answer, details: details() });
  });
}

export interface HealthServerOptions {
  readonly checks: HealthChecks | (() => HealthChecks);
  readonly details?: HealthDetails;
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Where the port is written for whoever wants to ask. */
  readonly portFile?: string;
}

/** A server with the health endpoints only, for roles without an HTTP API of their own. */
export async function startHealthServer(
  options: HealthServerOptions,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const app = Fastify({ forceCloseConnections: true, requestTimeout: 10_000 });
  registerHealth(app, options.checks, options.details);
  await app.listen({ port: options.port, host: options.host ?? "127.0.0.1" });
  const address = app.server.address();
  const port = address !== null && typeof address === "object" ? address.port : options.port;
  if (options.portFile !== undefined) {
    await mkdir(dirname(options.portFile), { recursive: true });
    await writeFileAtomically(options.portFile, `${port}\n`);
  }
  return { port, close: () => app.close() };
}

/** Runs all checks side by side, each bounded. */
export async function readiness(checks: HealthChecks): Promise<Readiness> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]): Promise<[string, CheckResult]> => [name, await run(check)]),
  );
  return {
    status: results.every(([, result]) => result.ok) ? "ready" : "not ready",
    checks: Object.fromEntries(results),
  };
}

async function run(check: HealthCheck): Promise<CheckResult> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS);
  try {
    await Promise.race([check(), late]);
    return { ok: true };
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** Node gathers failed connection attempts in an error without words of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return reasonOf(error.errors[0]);
  return error instanceof Error && error.message !== "" ? error.message : String(error);
}

/** However many ask at once, the work is done once. */
function sharedWhileRunning<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
}
