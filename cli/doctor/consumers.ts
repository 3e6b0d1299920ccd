import type { Pool } from "pg";
import { createEventStore } from "../../infra/event-store/client.ts";
import { PROJECTIONS } from "../../projections/read-models.ts";
import { type ConsumerSeen, consumersSeen } from "../../read-api/operations/followers/consumers-seen.ts";
import { LogTail } from "../../read-api/operations/followers/log-tail.ts";
import { type Standing, standingOf } from "../../read-api/operations/followers/standing.ts";
import { type Finding, ok, type Probe, problem, warning } from "./finding.ts";
import { probePool } from "./postgres.ts";

/** Enough to tell an emergency (100,000 events behind) from less. */
const COUNTED = 110_000;
const STORE_MS = 3_000;
const COUNT_WITHIN_MS = 8_000;
const NAMED = 5;

/** Who follows the log: stopped, stuck or late consumers, parked streams, generations of the read models. */
export const consumersProbe: Probe = {
  area: "consumers",
  withinMs: 15_000,
  async look({ addresses }) {
    const { DATABASE_URL, EVENTSTORE_URL } = addresses;
    if (DATABASE_URL === undefined) return [problem("not known without the database", "see postgres")];
    const pool = probePool(DATABASE_URL);
    try {
      const seen = await consumersSeen(pool);
      const tail = EVENTSTORE_URL === undefined ? undefined : await counted(EVENTSTORE_URL, seen);
      const standings = seen.map((one) =>
        standingOf(one, one.hasPosition ? tail?.behind(one.place) : undefined, Date.now()),
      );
      return [...howTheyDo(standings), ...generations(seen), ...(await parked(pool))];
    } catch {
      return [problem("cannot be seen without the database and its schema", "see postgres")];
    } finally {
      await pool.end().catch(() => undefined);
    }
  },
};

async function counted(url: string, seen: readonly ConsumerSeen[]): Promise<LogTail | undefined> {
  const store = createEventStore({ url, timeoutMs: STORE_MS });
  const tail = new LogTail(store);
  const places = seen.filter(({ hasPosition }) => hasPosition).map(({ place }) => place);
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), COUNT_WITHIN_MS);
  try {
    return await Promise.race([tail.look(places, COUNTED).then(() => tail), late.promise]);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
    await store.close().catch(() => undefined);
  }
}

function howTheyDo(standings: readonly Standing[]): Omit<Finding, "area">[] {
  if (standings.length === 0)
    return [problem("none was ever started", 'start the workers: "ordertrail up" or "serve"')];
  const found: Omit<Finding, "area">[] = [];
  const stopped = standings.filter(({ state }) => state === "stopped").map(({ name }) => name);
  if (stopped.length > 0) {
    found.push(
      problem(
        `nobody runs ${stopped.join(", ")}`,
        'start the workers ("ordertrail up", or "serve --role workers"); after a kill, wait for LEASE_MS',
      ),
    );
  }
  for (const { name, state, level, lag, owner } of standings) {
    const behind = `${lag?.exact === false ? "at least " : ""}${lag?.events ?? 0} events behind`;
    if (state === "stuck") {
      found.push(problem(`${name} does not get on, ${behind}`, `look for "${name}" in the log of ${owner}`));
    } else if (level !== "ok" && state === "running") {
      const fix = "give it time; if it does not catch up, run it in a process of its own (serve --only)";
      found.push((level === "warning" ? warning : problem)(`${name} is ${behind} (${level})`, fix));
    }
  }
  if (found.length > 0) return found;
  const most = Math.max(0, ...standings.map(({ lag, state }) => (state === "running" ? (lag?.events ?? 0) : 0)));
  return [ok(`${standings.length} known, all run, at most ${most} events behind`)];
}

function generations(seen: readonly ConsumerSeen[]): Omit<Finding, "area">[] {
  return PROJECTIONS.flatMap(({ name, version }) => {
    const live = seen.find(
      ({ generation }) => generation?.projection === name && generation.state === "live",
    )?.generation;
    if (live === undefined) {
      return [warning(`read model ${name} has no live generation`, "start the workers: they make it, from the log")];
    }
    if (live.version !== version) {
      return [
        warning(
          `read model ${name} was made by version ${live.version}, this program has ${version}`,
          `wait for the workers to rebuild it, or run "ordertrail replay ${name}"`,
        ),
      ];
    }
    return [];
  });
}

async function parked(pool: Pool): Promise<Omit<Finding, "area">[]> {
  const { rows } = await pool.query<{ consumer: string; stream: string; message: string; total: number }>(
    `SELECT consumer, stream, message, count(*) OVER ()::int AS total FROM runner.dead_letters WHERE state = 'parked'
     ORDER BY first_failed_at DESC LIMIT $1`,
    [NAMED],
  );
  if (rows.length === 0) return [ok("no stream is parked")];
  const named = rows.map(({ consumer, stream, message }) => `${stream} at ${consumer} (${message.split("\n")[0]})`);
  return [
    warning(
      `${rows[0]?.total} parked streams wait for somebody's decision, newest first: ${named.join("; ")}`,
      "ordertrail dead-letters list shows them; redrive them after the fix, or discard them with a reason",
    ),
  ];
}
