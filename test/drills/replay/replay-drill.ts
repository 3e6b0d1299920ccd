import type { Pool } from "pg";
import { systemClock } from "../../../infra/clock.ts";
import { createLog } from "../../../infra/log.ts";
import { createPool } from "../../../infra/postgres/pool.ts";
import { PROJECTIONS } from "../../../projections/read-models.ts";
import { compareWithLive, rebuild } from "../../../projections/replay/rebuild.ts";
import { dropGeneration, liveStandings } from "../../../projections/runner/generations.ts";
import { tokenFor } from "../../system.ts";
import { type DrillOptions, type DrillReport, type DrillWork, until } from "../drill.ts";
import { Stage } from "../stage.ts";
import { pollPages, pollPointers, Sightings, watchTopics } from "./readers.ts";
import { Replays } from "./replays.ts";

/** Orders under way: as many as a machine of two cores keeps moving at 50 a second. */
const KEPT_UNDER_WAY = 200;
const COURIERS = 48;
const BOUND_MS = 180_000;
/** Read models whose rebuild is struck; the others are left in peace. */
const STRUCK = 2;
const WATCHED_TOPICS = 10;

/** Every read model rebuilt and swapped while people order. */
export const replaySwapDrill: DrillWork = {
  run: (options) =>
    swapWhileOrdersFlow({
      ...options,
      models: PROJECTIONS.map(({ name }) => name),
      struck: STRUCK,
      underWay: KEPT_UNDER_WAY,
      couriers: COURIERS,
    }),
};

export interface SwapOptions extends DrillOptions {
  /** Which read models, in this order. */
  readonly models: readonly string[];
  /** Of how many of them the process is killed, once in each state of the job. */
  readonly struck: number;
  /** Orders that are kept under way; with the machine they decide how many flow in a second. */
  readonly underWay: number;
  readonly couriers: number;
}

/** The drill, for some of the read models. */
export async function swapWhileOrdersFlow(options: SwapOptions): Promise<DrillReport> {
  const { seed, orders, say, models, struck, underWay, couriers } = options;
  const stage = await Stage.open({ seed, underWay, couriers });
  const pool = createPool(stage.databaseUrl, { applicationName: "drill replay", max: 4 });
  const stop = new AbortController();
  try {
    await until("orders come and go", BOUND_MS, () => stage.record.size >= orders / 2);
    const sightings = new Sightings();
    const reader = { url: stage.system.url, signal: stop.signal, sightings };
    const watched = [...stage.record.placed.keys()].slice(-WATCHED_TOPICS).map((id) => `order.${id}`);
    await watchTopics(reader, [...watched, "kitchen.sweet-crumbs", "kitchen.trattoria-lina"]);
    const reading = [pollPages(reader, stage.record), pollPointers(pool, reader)];

    const replays = new Replays({ url: stage.system.url, pool, say });
    const begun = { at: performance.now(), placed: stage.record.size };
    for (const [n, name] of models.entries()) await replays.run(name, n < struck);
    await until("orders come and go", BOUND_MS, () => stage.record.size >= orders);
    const perSecond = (stage.record.size - begun.placed) / ((performance.now() - begun.at) / 1000);

    const { figures, breaches } = await stage.settleAndJudge();
    stop.abort();
    await Promise.all(reading);
    const missing = await missingOrders(stage);
    const unequal = await rebuiltAgain(stage, pool, models);
    const swapped = [...(await liveStandings(pool)).values()].map(({ generation }) => generation.epoch);
    return {
      name: "replay-swap",
      figures: {
        "read models swapped": swapped.filter((epoch) => !epoch.endsWith(":1")).length,
        "kills of jobs": replays.kills,
        "orders a second meanwhile": perSecond.toFixed(1),
        reads: sightings.reads,
        "messages of topics": sightings.messages,
        "values watched": sightings.newest,
        "epochs heard of": sightings.epochs.join(", "),
        ...figures,
      },
      breaches: [...replays.breaches, ...sightings.breaches, ...missing, ...unequal, ...breaches],
    };
  } finally {
    stop.abort();
    await pool.end();
    await stage.close();
  }
}

/** Acknowledged orders that the API does not show. */
async function missingOrders(stage: Stage): Promise<string[]> {
  const token = await tokenFor(stage.system.url, "admin", { id: "drill-auditor" });
  const missing: string[] = [];
  for (const orderId of stage.record.placed.keys()) {
    const answer = await fetch(`${stage.system.url}/api/orders/${orderId}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(15_000),
    });
    await answer.body?.cancel();
    if (!answer.ok) missing.push(`order ${orderId} is not shown: ${answer.status}`);
  }
  return missing;
}

/** Once more from the beginning: what the swapped generations hold now is what the log says. */
async function rebuiltAgain(stage: Stage, pool: Pool, models: readonly string[]): Promise<string[]> {
  const log = createLog("drill", "silent");
  const unequal: string[] = [];
  for (const projection of PROJECTIONS.filter(({ name }) => models.includes(name))) {
    const options = { projection, pool, store: stage.watch.store, log, clock: systemClock, instance: "drill" };
    const { generation } = await rebuild(options);
    const { equal, tables } = await compareWithLive({ ...options, rebuilt: generation });
    const which = tables.filter((one) => !one.equal).map(({ table }) => table);
    if (!equal) unequal.push(`${projection.name}: ${which.join(", ")} differ from a rebuild at the end`);
    await dropGeneration(pool, projection.name, generation.generation);
  }
  return unequal;
}
