import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { PROJECTIONS } from "../../cli/roles/projections.ts";
import { systemClock } from "../../infra/clock.ts";
import { startFeed } from "../../infra/consumers/feed.ts";
import { startConsumer } from "../../infra/consumers/run-consumer.ts";
import { createLog } from "../../infra/log.ts";
import { rebuild } from "../../projections/replay/rebuild.ts";
import { dropGeneration, ensureProjection } from "../../projections/runner/generations.ts";
import type { Projection } from "../../projections/runner/projection.ts";
import { projectionConsumer } from "../../projections/runner/projection-consumer.ts";
import { outboxWriter } from "../../realtime/outbox.ts";
import { BusinessLog, business, openings } from "./business-log.ts";
import { CpuWatch, describeShares, describeWork } from "./cpu.ts";
import { type BenchEngines, startBenchEngines } from "./engines.ts";
import { type BenchOptions, type Figure, rounded } from "./figure.ts";

const EVENTS = 100_000;
/** Events of one order, those of its ledger and courier included. */
const EVENTS_OF_AN_ORDER = 19;
const UNDER_WAY = 1_000;
const LIVE_ORDERS = 1_500;
const LEAST_REBUILT = 20_000;
const REBUILDS = 3;
const WRITER = fileURLToPath(new URL("write-business.ts", import.meta.url));
const BEGAN_AT = Date.UTC(2026, 10, 21, 8);

const log = createLog("bench", "silent");

/** Events a second that read models take in: rebuilt one by one from a long log, and live, all of them at once. */
export async function run({ progress }: BenchOptions): Promise<Figure[]> {
  const engines = await startBenchEngines();
  try {
    const written = new BusinessLog(engines.store);
    progress(`projections: writing a log of ${EVENTS.toLocaleString("en")} events`);
    await written.fill(openings(BEGAN_AT));
    await written.fill(business("rebuild", Math.ceil(EVENTS / EVENTS_OF_AN_ORDER), UNDER_WAY, BEGAN_AT));
    const size = `${written.events} events of ${Math.round(written.bytes / written.events)} bytes on average`;
    const figures: Figure[] = [];
    for (const projection of PROJECTIONS) {
      progress(`projections: rebuilding ${projection.name}`);
      figures.push(await rebuilt(engines, projection, size));
    }
    progress("projections: live, while orders are written");
    figures.push(await live(engines));
    return figures;
  } finally {
    await engines.stop();
  }
}

/** The median of some rebuilds of a read model. */
async function rebuilt({ pool, store, pids }: BenchEngines, projection: Projection, size: string): Promise<Figure> {
  const runs: { readonly perSecond: number; readonly note: string }[] = [];
  for (let n = 0; n < REBUILDS; n++) {
    const cpu = new CpuWatch(pids);
    const building = { projection, pool, store, log, clock: systemClock, instance: "bench" };
    const { generation, progress } = await rebuild(building);
    const shares = cpu.lap();
    const where = `${describeWork(shares, progress.events)}; ${describeShares(shares)}`;
    const note = `${size}, ${progress.handled} of them handled; ${where}`;
    runs.push({ perSecond: progress.perSecond, note });
    await dropGeneration(pool, projection.name, generation.generation);
  }
  const [, median] = runs.toSorted((a, b) => a.perSecond - b.perSecond);
  return {
    name: `projections: rebuilding ${projection.name}`,
    value: rounded(median?.perSecond ?? 0),
    unit: "events/s",
    note: median?.note ?? "",
    goal: { least: LEAST_REBUILT },
  };
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
  return { name: "projections: live, all five at once", value, unit: "events/s", note };
}
