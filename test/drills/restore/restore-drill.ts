import { execFile } from "node:child_process";
import { cp, mkdtemp, realpath, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { withStoppedLog } from "../../../cli/backup/engines-at-hand.ts";
import { orderStream } from "../../../domain/order/events.ts";
import { readConfig } from "../../../infra/config.ts";
import type { DrillOptions, DrillReport, DrillWork } from "../drill.ts";
import { until } from "../drill.ts";
import { type FinalLog, finalLog } from "../history/check.ts";
import { readEverything } from "../judge/evidence.ts";
import { Stage } from "../stage.ts";
import type { Buyer, ClientRecord } from "../world/client-record.ts";
import { ordertrail, ordertrailDone } from "./command.ts";
import { isWitnessed, judgeReport, newestReport, unwitnessed, witnessBreaches } from "./lost.ts";
import { doneOutside, isKnownOutsideOnly, reconciliationBreaches } from "./unknown.ts";

const run = promisify(execFile);

/** What is brought back, each to an older point than the outside world has reached. */
export const RESTORES = ["the event log", "an older Postgres", "Postgres and keys", "everything"] as const;
export type Restored = (typeof RESTORES)[number];

const BOUND_MS = 120_000;
const COURIERS = 6;
/** Of those whose order is lost, the first of each of these does not ask again: one with a capture, one with a parcel, too. */
const NEVER_AGAIN: readonly Buyer[] = ["pays", "parcel"];

/** That a parcel has shipped is told by a webhook once; when that was before the restore, it is asked for. */
const POLLED = { CARRIER_POLL_MS: "3000" };

/** Restores from backups that are older than the outside world: each part alone, and all of them together. */
export const restoreDrill: DrillWork = {
  run: (options) => restores({ ...options, of: RESTORES }),
};

/** The restores that are named, one after the other on one data folder. */
export async function restores(options: DrillOptions & { readonly of: readonly Restored[] }): Promise<DrillReport> {
  const folder = await mkdtemp(join(tmpdir(), "ordertrail-restore-"));
  const run = new RestoreRun(folder, options);
  try {
    const figures: Record<string, number | string> = {};
    const breaches: string[] = [];
    for (const one of options.of) {
      const found = await run.restore(one);
      for (const [name, figure] of Object.entries(found.figures)) figures[`${one}: ${name}`] = figure;
      breaches.push(...found.breaches.map((breach) => `${one}: ${breach}`));
    }
    return { name: "restore", figures, breaches };
  } finally {
    await run.close();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Outcome {
  readonly figures: Readonly<Record<string, number | string>>;
  readonly breaches: readonly string[];
}

/** What was backed up, and what was there when everybody had gone home; the system goes on until it ends. */
interface Before {
  readonly backup: string;
  readonly keys: string;
  readonly record: ClientRecord;
  /** What the witness has seen of the log, at the least. */
  readonly log: FinalLog;
}

class RestoreRun {
  readonly #folder: string;
  readonly #options: DrillOptions;
  readonly #breaches: string[] = [];
  readonly #begun = performance.now();
  /** Orders that are lost and not asked for again: the outside world keeps what it has done for them. */
  readonly #gone: string[] = [];
  #data: string;
  #stage: Stage | undefined;
  #opened = 0;
  #steps = 0;

  constructor(folder: string, options: DrillOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#data = join(folder, "data");
  }

  async close(): Promise<void> {
    await this.#stage?.close();
    // Under root the cluster may lie elsewhere, behind a link.
    const cluster = await realpath(join(this.#data, "postgres")).catch(() => undefined);
    for (const one of cluster === undefined ? [] : [cluster, `${cluster}.copy`]) {
      await rm(one, { recursive: true, force: true });
    }
  }

  async restore(what: Restored): Promise<Outcome> {
    this.#breaches.length = 0;
    if (what === "an older Postgres") await this.#copyPostgres();
    const before = await this.#useAndBackUp();
    const figures = await {
      "the event log": () => this.#restoreLog(before),
      "an older Postgres": () => this.#olderPostgres(before),
      "Postgres and keys": () => this.#restorePostgres(before),
      everything: () => this.#restoreEverything(before),
    }[what]();
    return { figures, breaches: [...this.#breaches] };
  }

  /** People order; in the middle of it a backup is made; they go on, and the outside world with them. */
  async #useAndBackUp(): Promise<Before> {
    const stage = this.#stage ?? (await this.#open());
    const step = ++this.#steps;
    const [backup, keys] = [join(this.#folder, `backup-${step}`), join(this.#folder, `keys-${step}.jsonl`)];
    await this.#order(stage);
    this.#say("the first have ordered");
    await ordertrailDone(["backup", backup, "--keys", keys], this.#data);
    this.#say("backed up");
    await this.#order(stage);
    this.#say("more have ordered");
    stage.stopPeople();
    const log = await finalLog(stage.watch.store);
    await until("the witness has seen it", BOUND_MS, () => isWitnessed(stage.databaseUrl, log));
    this.#say(`${log.size} streams when everybody has gone home`);
    return { backup, keys, record: stage.record, log };
  }

  /** Some orders and a parcel, until they are paid: what came after a backup is known to the outside world alone. */
  async #order(stage: Stage): Promise<void> {
    const known = new Set(stage.record.placed.keys());
    stage.shoppers.send("pays", Math.max(3, Math.floor(this.#options.orders / 4)));
    stage.shoppers.send("parcel", 2);
    const fresh = () => [...stage.record.placed.keys()].filter((id) => !known.has(id));
    await until("everybody has ordered", BOUND_MS, () => stage.shoppers.underWay === 0 && fresh().length > 0);
    await until("all of them are paid", BOUND_MS, () =>
      fresh().every((id) => Boolean(stage.watch.order(id)?.payment.confirmed)),
    );
    await until("their parcels are booked", BOUND_MS, () =>
      fresh()
        .filter((id) => stage.record.placed.get(id)?.buyer === "parcel")
        .every((id) => stage.watch.order(id)?.fulfilments.some(({ shipment }) => shipment?.booking !== undefined)),
    );
  }

  /** The log alone goes back: Postgres, the keys and the outside world know more than it. */
  async #restoreLog(before: Before): Promise<Outcome["figures"]> {
    await this.#refuses(["restore", before.backup], "in use");
    await this.#end();
    await this.#refuses(["restore", before.backup], "move it away first");
    const config = readConfig({ ORDERTRAIL_DATA: this.#data });
    const whole = (await withStoppedLog(config, finalLog)) ?? new Map();
    await rename(join(this.#data, "events"), join(this.#folder, `events-lost-${this.#steps}`));
    await ordertrailDone(["restore", before.backup], this.#data);
    this.#say("restored");
    const stage = await this.#open();
    this.#say("the system is up again");
    const head = await this.#headOf(before.backup);
    const report = await newestReport(this.#data);
    const was = { witnessed: before.log, whole };
    this.#breaches.push(...judgeReport(report, was, head));
    const lost = await this.#lostOrders(before, stage);
    const figures = await this.#goOn(stage, before, lost);
    return {
      "streams that are reported as lost in part or whole": report?.lost.length ?? 0,
      "events of after everybody had gone home": unwitnessed(was),
      ...figures,
    };
  }

  /** A copy of the database's files, made while nothing runs; people come back after it. */
  async #copyPostgres(): Promise<void> {
    if (!this.#stage) await this.#open();
    await this.#end();
    const cluster = await realpath(join(this.#data, "postgres"));
    await run("cp", ["-a", cluster, `${cluster}.copy`]);
  }

  /** Postgres alone goes back: consumers, effects and keys are older than the log. */
  async #olderPostgres(before: Before): Promise<Outcome["figures"]> {
    const newest = await this.#newestKeys();
    await this.#end();
    const cluster = await realpath(join(this.#data, "postgres"));
    await rm(cluster, { recursive: true, force: true });
    await rename(`${cluster}.copy`, cluster);
    await ordertrailDone(["restore", "--keys", newest], this.#data);
    return await this.#goOn(await this.#open(), before, []);
  }

  async #newestKeys(): Promise<string> {
    const newest = join(this.#folder, `keys-newest-${this.#steps}.jsonl`);
    await ordertrailDone(["backup", join(this.#folder, `late-${this.#steps}`), "--keys", newest], this.#data);
    return newest;
  }

  /** Postgres is gone, and what is left of the keys is older than the log. */
  async #restorePostgres(before: Before): Promise<Outcome["figures"]> {
    const newest = await this.#newestKeys();
    await this.#end();
    const cluster = await realpath(join(this.#data, "postgres"));
    await rm(cluster, { recursive: true, force: true });
    await rm(join(this.#data, "postgres"), { recursive: true, force: true });
    const older = await ordertrail(["restore", "--keys", before.keys, "--json"], this.#data);
    const named = (JSON.parse(older.out) as { keys: { withoutKey: readonly string[] } }).keys.withoutKey; // as the command prints it
    const head = await this.#headOf(before.backup);
    const since = [...before.log].filter(
      ([stream, [first]]) => stream.startsWith("customer-") && first !== undefined && first.position.commit > head,
    );
    for (const [stream] of since) {
      if (!named.includes(stream.slice("customer-".length)))
        this.#breaches.push(`${stream} has no key and is not named`);
    }
    if (older.code !== 1 || named.length !== since.length) {
      this.#breaches.push(`older keys: exit ${older.code}, ${named.length} customers named of ${since.length}`);
    }
    await ordertrailDone(["restore", "--keys", newest], this.#data);
    const stage = await this.#open();
    const figures = await this.#goOn(stage, before, []);
    return { "customers named, whose keys an older file does not have": named.length, ...figures };
  }

  /** A new machine with what the backup and its keys hold; the outside world is the one that it was. */
  async #restoreEverything(before: Before): Promise<Outcome["figures"]> {
    await this.#end();
    const fresh = join(this.#folder, `data-${this.#steps}`);
    await ordertrailDone(["restore", before.backup, "--keys", before.keys, "--to", fresh], this.#data);
    await cp(join(this.#data, "simulators"), join(fresh, "simulators"), { recursive: true });
    await this.close();
    this.#stage = undefined;
    this.#data = fresh;
    const stage = await this.#open();
    return await this.#goOn(stage, before, await this.#lostOrders(before, stage));
  }

  /** Customers whose orders are gone ask again, all but a few; everything comes to its end and is judged. */
  async #goOn(stage: Stage, before: Before, lost: readonly string[]): Promise<Outcome["figures"]> {
    const gone = NEVER_AGAIN.flatMap((buyer) => {
      const own = lost.filter((id) => before.record.placed.get(id)?.buyer === buyer);
      return own.slice(0, 1);
    });
    const again = lost.filter((id) => !gone.includes(id));
    for (const id of again) {
      const [asked, placed] = [before.record.asked.get(id), before.record.placed.get(id)];
      if (!asked || !placed) continue;
      const made = await stage.shoppers.repeat(asked, placed.buyer);
      if (made.orderId !== id) this.#breaches.push(`a repeated placing of order ${id} made order ${made.orderId}`);
    }
    for (const [id, placed] of before.record.placed) {
      if (!lost.includes(id)) stage.record.placed.set(id, placed);
      const asked = before.record.asked.get(id);
      if (asked && !gone.includes(id)) stage.record.asked.set(id, asked);
    }
    this.#gone.push(...gone);
    const told = (breach: string) => isKnownOutsideOnly(breach, this.#gone);
    const { figures, breaches } = await stage.settleAndJudge({ expected: told });
    this.#breaches.push(...breaches.filter((breach) => !told(breach)));
    const outside = await doneOutside(this.#data, this.#gone);
    const [charged, booked] = [new Set(outside.captures.values()), new Set(outside.parcels.values())];
    if (!gone.every((id) => charged.has(id)) || (gone.length > 0 && !gone.some((id) => booked.has(id)))) {
      this.#breaches.push("nothing is lost that the outside world knows: this proves nothing");
    }
    this.#breaches.push(...(await reconciliationBreaches(this.#data, outside)));
    this.#breaches.push(...(await witnessBreaches(stage)));
    this.#say(`${lost.length} orders lost, ${again.length} asked for again; all ended`);
    const shown = ["charges by the gateway's log", "bookings by the carrier's log", "orders acknowledged"] as const;
    return {
      "orders lost": lost.length,
      "  asked for again with the same key": again.length,
      "  captures and parcels of the others, named by reconciliation": outside.captures.size + outside.parcels.size,
      ...Object.fromEntries(shown.map((name) => [name, figures[name] ?? 0])),
      events: figures.events ?? 0,
    };
  }

  async #lostOrders(before: Before, stage: Stage): Promise<string[]> {
    const left = new Set((await readEverything(stage.watch.store)).map(({ stream }) => stream));
    return [...before.record.placed.keys()].filter((id) => !left.has(orderStream(id)));
  }

  async #headOf(backup: string): Promise<bigint> {
    const { readSystemManifest } = await import("../../../cli/backup/manifest.ts");
    return BigInt((await readSystemManifest(backup)).events?.position ?? "-1");
  }

  #say(line: string): void {
    this.#options.say(`  ${((performance.now() - this.#begun) / 1000).toFixed(1)} s: ${line}`);
  }

  async #refuses(parts: readonly string[], why: string): Promise<void> {
    const { code, err } = await ordertrail(parts, this.#data);
    if (code === 0 || !err.includes(why))
      this.#breaches.push(`${parts.join(" ")} was not refused (${why}): ${code} ${err}`);
  }

  async #open(): Promise<Stage> {
    const seed = this.#options.seed * 100 + this.#opened++;
    const staffSeed = this.#options.seed;
    const everybody = { underWay: 0, couriers: COURIERS, staffSeed, env: POLLED };
    this.#stage = await Stage.open({ seed, dataDir: this.#data, ...everybody });
    return this.#stage;
  }

  /** Ends the system; what its clients have written down is put aside. */
  async #end(): Promise<void> {
    await this.#stage?.close();
    this.#stage = undefined;
    await rename(join(this.#data, "history.jsonl"), join(this.#folder, `history-${this.#steps}.jsonl`));
  }
}
