import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { startWorld } from "../../cli/simulate/world.ts";
import { isFinal } from "../../domain/order/state.ts";
import { readIfExists, writeFileAtomically } from "../../infra/supervisor/files.ts";
import { type Part, startSystem, type TestSystem } from "../system.ts";
import { until } from "./drill.ts";
import { History } from "./history/history.ts";
import { type Judgement, judge } from "./judge/judge.ts";
import { Quiet } from "./quiet.ts";
import { isSettled, StoreWatch } from "./store-watch.ts";
import { VirtualTime } from "./virtual-time.ts";
import { ClientRecord } from "./world/client-record.ts";
import { openRejectingSite, rejectEverything } from "./world/rejecting-site.ts";
import { Shoppers } from "./world/shoppers.ts";

export interface StageOptions {
  readonly seed: number;
  /** Of the couriers: the same ones come to work on the same data folder again. Default: `seed`. */
  readonly staffSeed?: number;
  /** Orders that are kept under way. */
  readonly underWay: number;
  readonly couriers?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Its business time can be moved by `time`. */
  readonly virtualTime?: boolean;
  /** Where it keeps everything; left behind by `close`. Default: a folder that `close` removes. */
  readonly dataDir?: string;
}

export interface SettleOptions {
  /** How long nothing may happen before all is over; default: three minutes. */
  readonly withinMs?: number;
  expected?(breach: string): boolean;
}

const STEP_MS = 150;
const SETTLE_MS = 180_000;
const JUDGE_AGAIN_MS = 60_000;
/** What goes on happening is waited for so many times as long as what stands still. */
const LONGEST_OF_BOUND = 4;

/** Time is moved on only when nobody has done anything for so long, and so far at least and at most. */
const QUIET_MS = 1_500;
const LOOK_MS = 200;
const LONGEST_JUMP_MS = 60 * 60_000;
/** Shorter than every deadline of the business; parcels are asked after every few seconds. */
const LEAST_JUMP_MS = 20_000;

/** Settings of a system that is going to be hurt: what dies comes back soon, and ledgers close their books often. */
const ROUGH = {
  RESTART_PAUSE_MS: "200",
  LEDGER_CHAPTER_EVENTS: "150",
  // Long enough for a parcel to be taken back before it leaves, and no longer.
  SHIP_AFTER_MS: "8000",
  CARRIER_LOOKUP_LAG_MS: "2000",
  CARRIER_RETRY_DELAYS_MS: "500,1000,2000",
  COURIER_ASK_AGAIN_MS: "2000",
};

/**
 * A system of its own with people who use it: guests who keep a number of orders under way, kitchens and couriers who
 * work, a site that rejects, customers who watch; and what is needed to hurt it and to look at it from outside.
 */
export class Stage {
  readonly system: TestSystem;
  readonly record: ClientRecord;
  readonly watch: StoreWatch;
  readonly shoppers: Shoppers;
  readonly #ending: AbortController;
  readonly #armFolder: string;
  readonly #time: VirtualTime | undefined;
  #wantedUnderWay: number;

  private constructor(system: TestSystem, options: StageOptions, ending: AbortController, armFolder: string) {
    this.system = system;
    this.record = new ClientRecord(new History(join(system.dataDir, "history.jsonl")));
    this.#ending = ending;
    this.#armFolder = armFolder;
    this.#wantedUnderWay = options.underWay;
    this.watch = new StoreWatch(this.eventStoreUrl);
    const { clockFile } = system;
    if (clockFile !== undefined) this.#time = new VirtualTime({ clockFile, databaseUrl: this.databaseUrl });
    this.shoppers = new Shoppers({
      base: system.url,
      seed: options.seed,
      record: this.record,
      signal: ending.signal,
      wanted: (beingPlaced) => this.inFlight() + beingPlaced < this.#wantedUnderWay,
    });
  }

  /** Starts everything. Whoever opens a stage closes it. */
  static async open(options: StageOptions): Promise<Stage> {
    const { seed, couriers = 12, env = {}, dataDir } = options;
    const ending = new AbortController();
    let stage: Stage | undefined;
    const { virtualTime = false } = options;
    const system = await startSystem({
      env: { ...ROUGH, ...env },
      failpoints: true,
      virtualTime,
      ...(dataDir && { dataDir }),
    });
    try {
      const armFolder = join(system.dataDir, "failpoints");
      await mkdir(armFolder, { recursive: true });
      stage = new Stage(system, options, ending, armFolder);
      stage.record.history.begunAt = (await stage.watch.store.head())?.commit ?? -1n;
      const { signal } = ending;
      const base = system.url;
      await openRejectingSite(base, signal);
      const { hear } = stage.record.history;
      void rejectEverything(base, signal, hear);
      const { customersDone } = await startWorld({
        base,
        signal,
        seed: options.staffSeed ?? seed,
        couriers,
        rate: 1,
        orders: 0,
        city: "Berlin",
        stepMs: STEP_MS,
        cancelShare: 0,
        heard: hear,
        sites: ["sweet-crumbs", "trattoria-lina"],
      });
      // The stage has customers of its own; a stage that is closed at once ends these before they have begun.
      customersDone.catch(() => undefined);
      stage.shoppers.start();
      return stage;
    } catch (error) {
      ending.abort();
      await stage?.watch.close();
      await system.stop();
      throw error;
    }
  }

  get eventStoreUrl(): string {
    return this.system.addresses.EVENTSTORE_URL ?? "";
  }

  get databaseUrl(): string {
    return this.system.addresses.DATABASE_URL ?? "";
  }

  /** The system's business time; only of a stage that was opened with `virtualTime`. */
  get time(): VirtualTime {
    if (!this.#time) throw new Error("the time of this stage cannot be moved: open it with virtualTime");
    return this.#time;
  }

  /** Orders that were acknowledged and have not ended, by the clients' memory and the event store. */
  inFlight(): number {
    let count = 0;
    for (const orderId of this.record.placed.keys()) {
      const order = this.watch.order(orderId);
      if (!order || !isFinal(order)) count++;
    }
    return count;
  }

  /** Changes how many orders are kept under way; none: nobody orders any more. */
  keepUnderWay(orders: number): void {
    this.#wantedUnderWay = orders;
  }

  /** File by which a process is armed: a part of the system, or a further process that was given it. */
  armFile(name: string): string {
    return join(this.#armFolder, name);
  }

  /** Arms a failpoint in a process, in its present life or in its next one. */
  async arm(name: string, spec: string): Promise<void> {
    await writeFileAtomically(this.armFile(name), spec);
  }

  /** How often failpoints were hit in a process so far, and the last one. */
  async hits(
    name: string,
  ): Promise<{ readonly count: number; readonly last: { name: string; at: number } | undefined }> {
    const lines = ((await readIfExists(`${this.armFile(name)}.hit`)) ?? "").split("\n").slice(0, -1);
    const [point, at] = lines.at(-1)?.split(" ") ?? [];
    return { count: lines.length, last: point === undefined ? undefined : { name: point, at: Number(at) } };
  }

  /** Whether a role process without an API of its own answers that it lives. */
  async answers(role: "workers" | "simulators"): Promise<boolean> {
    const port = (await readIfExists(join(this.system.dataDir, "run", `${role}.port`)))?.trim();
    const asked = fetch(`http://127.0.0.1:${port}/health/live`, { signal: AbortSignal.timeout(2_000) });
    return await asked.then(
      ({ ok }) => ok,
      () => false,
    );
  }

  /** Kills a part as it runs now. */
  async kill(part: Part): Promise<void> {
    await until(`${part} runs, to be killed`, 60_000, async () => {
      try {
        await this.system.signal(part, "SIGKILL");
        return true;
      } catch {
        return false; // it is being started again at this moment
      }
    });
  }

  /**
   * Waits until so many orders are placed in all. Where time can be moved it is, whenever nobody does anything any more:
   * what is under way may wait for a planned retry, and nobody orders while enough is under way.
   */
  async ordersPlaced(count: number, withinMs: number): Promise<void> {
    if (await this.#pass(withinMs, () => this.record.size >= count)) return;
    throw new Error(`waited ${Math.round(withinMs / 1000)} s in vain: ${count} orders are placed`);
  }

  /**
   * Whether a condition has become true in time. Time that can be moved is moved on when nothing happens. What counts is
   * how long nothing has happened at all: a slow machine gets longer, and nobody waits for ever.
   */
  async #pass(withinMs: number, condition: () => boolean): Promise<boolean> {
    const giveUpAt = performance.now() + LONGEST_OF_BOUND * withinMs;
    let giveUpIdleAt = performance.now() + withinMs;
    let seen = this.watch.events;
    const quiet = new Quiet(this.watch);
    while (!condition()) {
      if (performance.now() > Math.min(giveUpAt, giveUpIdleAt)) return false;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      if (this.watch.events !== seen) {
        seen = this.watch.events;
        giveUpIdleAt = performance.now() + withinMs;
      }
      if (!this.#time || quiet.forMs() < QUIET_MS) continue;
      await this.#time.jumpToNextDue(LONGEST_JUMP_MS, LEAST_JUMP_MS).catch(() => 0);
      quiet.begin();
    }
    return true;
  }

  /**
   * Lets everything come to its end and judges it; what needs a moment more to be true is looked at again. A breach that
   * is `expected` is not waited for to go away; it is among those that are handed back.
   */
  async settleAndJudge({ withinMs = SETTLE_MS, expected = () => false }: SettleOptions = {}): Promise<Judgement> {
    this.keepUnderWay(0);
    const begun = performance.now();
    const open = () => [...this.record.placed.keys()].filter((id) => !isSettled(this.watch.order(id)));
    await this.#pass(withinMs, () => this.shoppers.underWay === 0 && open().length === 0);
    const scene = {
      store: this.watch.store,
      databaseUrl: this.databaseUrl,
      dataDir: this.system.dataDir,
      record: this.record,
    };
    const judgeUntil = performance.now() + JUDGE_AGAIN_MS;
    for (;;) {
      const judgement = await judge(scene);
      if (judgement.breaches.every(expected) || performance.now() > judgeUntil) {
        const took = ((performance.now() - begun) / 1000).toFixed(1);
        return { ...judgement, figures: { ...judgement.figures, "took to come to rest, s": took } };
      }
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }

  /** Sends everybody home. The system goes on. */
  stopPeople(): void {
    this.#ending.abort();
  }

  async close(): Promise<void> {
    this.stopPeople();
    await this.watch.close();
    await this.#time?.close();
    await this.system.stop();
    this.record.history.close();
  }
}
