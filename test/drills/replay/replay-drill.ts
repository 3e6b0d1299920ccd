import { readdir, readFile } from "node:fs/promises";
import type { Pool } from "pg";
import { systemClock } from "../../../infra/clock.ts";
import { createLog } from "../../../infra/log.ts";
import { createPool } from "../../../infra/postgres/pool.ts";
import { PROJECTIONS } from "../../../projections/read-models.ts";
import { FINAL_STATES, type Job, type JobState } from "../../../projections/replay/jobs/job.ts";
import { findJob } from "../../../projections/replay/jobs/job-table.ts";
import { compareWithLive, rebuild } from "../../../projections/replay/rebuild.ts";
import { dropGeneration, liveStandings } from "../../../projections/runner/generations.ts";
import { tokenFor } from "../../system.ts";
import { type Drill, type DrillOptions, type DrillReport, until } from "../drill.ts";
import { Stage } from "../stage.ts";
import { pollPages, pollPointers, Sightings, watchTopics } from "./readers.ts";

/** Orders under way: as many as a machine of two cores keeps moving at 50 a second. */
const KEPT_UNDER_WAY = 200;
const COURIERS = 48;
/** How often a job is looked at: soon enough to strike it in each of its states. */
const LOOK_MS = 15;
const LOOKS = 10;
const BOUND_MS = 180_000;
/** While a job is in one of these, its process is killed, once in each. */
const STRIKE_IN: readonly JobState[] = ["building", "comparing", "swapping"];
/** Read models whose rebuild is struck; the others are left in peace. */
const STRUCK = 2;
const WATCHED_TOPICS = 10;

/** Every read model rebuilt and swapped while people order. */
export const replaySwapDrill: Drill = {
  name: "replay-swap",
  what: "every read model rebuilt and swapped while orders flow, its process killed on the way: no error, nothing goes back",
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

    const replays = new Replays(stage, pool, say);
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

class Replays {
  readonly breaches: string[] = [];
  kills = 0;
  readonly #stage: Stage;
  readonly #pool: Pool;
  readonly #say: (line: string) => void;

  constructor(stage: Stage, pool: Pool, say: (line: string) => void) {
    this.#stage = stage;
    this.#pool = pool;
    this.#say = say;
  }

  /** Rebuilds and swaps one read model through the API, as an analyst does. */
  async run(projection: string, struck: boolean): Promise<void> {
    const begun = performance.now();
    const strikes = new Set<JobState>(struck ? STRIKE_IN : []);
    const { jobId } = await this.#post("/api/replay/jobs", { kind: "rebuild", projection }, `drill-${projection}`);
    const built = await this.#until(jobId, strikes, ({ state }) => state === "ready");
    if (built.state !== "ready" || built.diff?.equal !== true) {
      this.breaches.push(
        `${projection} was not rebuilt equal: ${built.state}, ${built.message} ${JSON.stringify(built.diff)}`,
      );
      return;
    }
    await this.#post(`/api/replay/jobs/${jobId}/swap`, {});
    const done = await this.#until(jobId, strikes, ({ state }) => state === "done");
    // A process that was killed between the swap and its note about it cannot tell of the checksums any more.
    const told = done.message?.endsWith("checksums were equal") || (struck && done.message === "swapped in");
    if (done.state !== "done" || !told)
      this.breaches.push(`${projection} was not swapped: ${done.state}, ${done.message}`);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    this.#say(`  ${projection}: ${built.progress?.events} events; ${done.message}; ${seconds} s in all`);
  }

  /** Waits for a state, and kills the job's process once in each of some states. */
  async #until(jobId: string, strikes: Set<JobState>, reached: (job: Job) => boolean): Promise<Job> {
    let job: Job | undefined;
    await until(`job ${jobId} gets on`, BOUND_MS, async () => {
      for (let look = 0; look < LOOKS; look++) {
        job = await findJob(this.#pool, jobId);
        if (job && (reached(job) || FINAL_STATES.includes(job.state) || job.state === "needs_decision")) return true;
        if (job && strikes.has(job.state) && (await this.#strike(job))) strikes.delete(job.state);
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
      return false;
    });
    if (job === undefined) throw new Error(`job ${jobId} has vanished`);
    return job;
  }

  async #strike({ jobId, state, projection }: Job): Promise<boolean> {
    const pid = await processOf(jobId);
    if (pid === undefined) return false;
    process.kill(pid, "SIGKILL");
    this.kills++;
    this.#say(`  the process that rebuilds ${projection} is killed while ${state}`);
    return true;
  }

  async #post(path: string, body: unknown, key?: string): Promise<Job> {
    const { url } = this.#stage.system;
    const token = await tokenFor(url, "analyst", { id: "drill-analyst" });
    const response = await fetch(url + path, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        ...(key === undefined ? {} : { "idempotency-key": key }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    });
    if (response.status !== 202) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Job;
  }
}

/** The process that runs a job now, by its command line. */
async function processOf(jobId: string): Promise<number | undefined> {
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (line.includes(`run-job\0${jobId}`)) return Number(pid);
  }
  return undefined;
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
