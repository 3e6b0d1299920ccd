import { setTimeout as wait } from "node:timers/promises";
import { createLog } from "../../infra/log.ts";
import { createPool } from "../../infra/postgres/pool.ts";
import { PROJECTIONS } from "../../projections/read-models.ts";
import { pollPages, pollPointers, Sightings, watchTopics } from "../drills/replay/readers.ts";
import { Replays } from "../drills/replay/replays.ts";
import { type Answered, atRate } from "./load/load.ts";
import { orderLoad } from "./load/order-load.ts";
import { PaymentsSeen } from "./load/payments-seen.ts";
import { measuredSystem } from "./load/whole-system.ts";
import { CpuWatch, describeShares } from "./report/cpu.ts";
import { type BenchOptions, type Figure, rounded } from "./report/figure.ts";
import { quantile } from "./report/quantiles.ts";

const RATE = 50;
const BEFORE_MS = 5_000;
const PIECE_SECONDS = 1;
const PAID_WITHIN_MS = 30_000;

/**
 * Every read model rebuilt and swapped in, one after the other, while orders are placed and paid at 50 a second; the
 * process that rebuilds the first one is killed while it builds, compares and swaps. Readers watch pages, pointers and
 * topics all the time for anything that goes back.
 */
export async function run({ progress }: BenchOptions): Promise<Figure[]> {
  const system = await measuredSystem();
  const seen = new PaymentsSeen(system.eventStoreUrl);
  const { send, close } = await orderLoad(system.url);
  const pool = createPool(system.databaseUrl, {
    applicationName: "bench replay",
    max: 4,
    log: createLog("bench", "silent"),
  });
  const stop = new AbortController();
  try {
    const sightings = new Sightings();
    const reader = { url: system.url, signal: stop.signal, sightings };
    await watchTopics(reader, ["kitchen.sweet-crumbs", "kitchen.trattoria-lina"]);
    const reading = [pollPages(reader, { placed: new Map() }), pollPointers(pool, reader)];
    const replays = new Replays({ url: system.url, pool, say: progress });
    const cpu = new CpuWatch(system.pids);
    progress(`replay: ${RATE} orders a second`);
    const begun = performance.now();
    const ordering = keepOrdering(send, stop.signal);
    await wait(BEFORE_MS);
    for (const [n, { name }] of PROJECTIONS.entries()) await replays.run(name, n === 0);
    const shares = cpu.lap();
    stop.abort();
    const [answered] = await Promise.all([ordering, ...reading]);
    const seconds = (performance.now() - begun) / 1000;
    await seen.allPaid(PAID_WITHIN_MS);
    const breaches = [...replays.breaches, ...sightings.breaches];
    for (const breach of breaches) progress(`replay: ${breach}`);
    const failed = answered.filter(({ status }) => status !== 201 && status !== 202).length;
    const note = `${sightings.reads} reads, ${sightings.messages} messages; ${replays.kills} kills; ${describeShares(shares)}`;
    const row = (what: string, value: number, unit: string, rest: Pick<Figure, "goal" | "note"> = {}): Figure => ({
      name: `replay while people order: ${what}`,
      value: rounded(value),
      unit,
      ...rest,
    });
    return [
      row("orders placed", answered.length / seconds, "orders/s", { goal: { least: RATE * 0.98 }, note }),
      row("orders paid", seen.paid.length / seconds, "orders/s"),
      row("requests that failed", failed, "requests", { goal: { most: 0 } }),
      row("read models swapped", replays.swaps, "of 8", { goal: { least: PROJECTIONS.length } }),
      row("values that went back, and other breaches", breaches.length, "", { goal: { most: 0 } }),
      row(
        "API, p99",
        quantile(
          answered.map(({ ms }) => ms),
          0.99,
        ),
        "ms",
      ),
    ];
  } finally {
    stop.abort();
    close();
    await pool.end();
    await seen.close();
    await system.stop();
  }
}

/** Orders at the rate until the signal, in pieces of a second. */
async function keepOrdering(send: (n: number) => Promise<number>, signal: AbortSignal): Promise<Answered[]> {
  const pieces: Promise<Answered[]>[] = [];
  while (!signal.aborted) {
    const from = pieces.length * RATE * PIECE_SECONDS;
    pieces.push(atRate(RATE, { seconds: PIECE_SECONDS, send: (n) => send(from + n) }));
    await wait(PIECE_SECONDS * 1000, undefined, { signal }).catch(() => {});
  }
  return (await Promise.all(pieces)).flat();
}
