import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../infra/clock.ts";
import { startFeed } from "../../infra/consumers/feed.ts";
import { startConsumer } from "../../infra/consumers/run-consumer.ts";
import { createLog } from "../../infra/log.ts";
import { PROJECTIONS } from "../../projections/read-models.ts";
import { ensureProjection } from "../../projections/runner/generations.ts";
import { projectionConsumer } from "../../projections/runner/projection-consumer.ts";
import { outboxWriter } from "../../realtime/outbox.ts";
import { BusinessLog, openings } from "./data/business-log.ts";
import { cachedLog } from "./data/cached-log.ts";
import { type BenchEngines, startBenchEngines } from "./engines.ts";
import { describeMemory, measureRebuild } from "./rebuilds.ts";
import { CpuWatch, describeShares, describeWork } from "./report/cpu.ts";
import { type BenchOptions, type Figure, rounded } from "./report/figure.ts";

const UNDER_WAY = 1_000;
const LIVE_ORDERS = 1_500;
const LEAST_REBUILT = 20_000;
const TOGETHER = "together";
const WRITER = fileURLToPath(new URL("data/write-business.ts", import.meta.url));
const BEGAN_AT = Date.UTC(2026, 10, 21, 8);

const log = createLog("bench", "silent");

/** Events a second that read models take in: rebuilt one by one from a long log, and live, all of them at once. */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const figures = await rebuilds(options);
  return options.projections === undefined ? [...figures, await followed(options.progress)] : figures;
}

async function rebuilds({ events, projections, progress }: BenchOptions): Promise<Figure[]> {
  const cached = await cachedLog(events, (line) => progress(`projections: ${line}`));
  const size = `${cached.events.toLocaleString("en")} events of ${cached.bytesEach} bytes on average`;
  const engines = await startBenchEngines(cached.dir);
  try {
    const figures: Figure[] = [];
    const names = PROJECTIONS.map(({ name }) => name);
    for (const what of projections ?? [TOGETHER, ...names]) {
      const round = what === TOGETHER ? { what: `all ${names.length} by one reading`, names } : { what, names: [what] };
      if (!round.names.every((name) => names.includes(name))) throw new Error(`there is no projection ${what}`);
      progress(`projections: rebuilding ${round.what} from ${size}`);
      const figure = await rebuilt(engines, round);
      progress(`  ${figure.value.toLocaleString("en")} ${figure.unit}; ${figure.note}`);
      figures.push({ ...figure, note: `${size}; ${figure.note}` });
    }
    return figures;
  } finally {
    await engines.stop();
  }
}

async function rebuilt(
  engines: BenchEngines,
  { what, names }: { readonly what: string; readonly names: readonly string[] },
): Promise<Figure> {
  const done = await measureRebuild(engines, names);
  const where = `${describeWork(done.shares, done.events)}; ${describeShares(done.shares)}`;
  return {
    name: `projections: rebuilding ${what}`,
    value: rounded(done.perSecond),
    unit: "events/s",
    note: `${done.handled.toLocaleString("en")} handled; ${where}; ${describeMemory(done)}`,
    goal: { least: LEAST_REBUILT },
  };
}

/** Read models that follow a log while it is written; on engines of their own, for the cached log stays as it is. */
async function followed(progress: BenchOptions["progress"]): Promise<Figure> {
  progress("projections: live, while orders are written");
  const engines = await startBenchEngines();
  try {
    await new BusinessLog(engines.store).fill(openings(BEGAN_AT));
    return await live(engines);
  } finally {
    await engines.stop();
  }
}

/** All read models follow the log, with positions, outbox and leases, while orders are appended as fast as they go. */
async function live({ pool, store, pids, eventStoreUrl }: BenchEngines): Promise<Figure> {
  const ending = new AbortController();
  const feed = startFeed({ store, log });
  const running = await Promise.all(
    PROJECTIONS.map(async (projection) => {
      const generation = await ensureProjection(pool, projection, systemClock);
      const head = await store.head();
      // They begin at the end of the log, as those of a system that runs.
      await pool.query(
        "INSERT INTO runner.positions (name, commit, prepare, epoch, updated_at) VALUES ($1, $2, $3, 0, now())",
        [generation.schema, head?.commit.toString(), head?.prepare.toString()],
      );
      const consumer = projectionConsumer({ projection, generation, outbox: outboxWriter });
      const more = { leaseMs: 10_000, instance: "bench", log, clock: systemClock, signal: ending.signal };
      return startConsumer({ consumer, pool, feed, ...more });
    }),
  );
  const orders = [String(LIVE_ORDERS), String(UNDER_WAY), String(BEGAN_AT)];
  const writer = spawn(process.execPath, [WRITER, eventStoreUrl, "live", ...orders], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(writer, "close");
  const lines = createInterface({ input: writer.stdout })[Symbol.asyncIterator]();
  await lines.next();
  const cpu = new CpuWatch({ ...pids, writer: writer.pid });
  const begun = performance.now();
  const events = Number((await lines.next()).value);
  const shares = cpu.lap();
  await ended;
  const writing = (performance.now() - begun) / 1000;
  const head = await store.head();
  const behind = () => running.some((one) => (one.status().position?.commit ?? 0n) < (head?.commit ?? 0n));
  while (behind()) await new Promise((resolve) => setTimeout(resolve, 10));
  const seconds = (performance.now() - begun) / 1000;
  const note = `${events} events, written by a process of its own in ${writing.toFixed(1)} s and shown by the last of ${running.length} read models after ${seconds.toFixed(1)} s; ${describeWork(shares, events)}; ${describeShares(shares)}`;
  ending.abort();
  await Promise.all(running.map(({ done }) => done));
  await feed.close();
  const value = rounded(events / seconds);
  return { name: `projections: live, all ${running.length} at once`, value, unit: "events/s", note };
}
