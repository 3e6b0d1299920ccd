import { createEventStore } from "../../infra/event-store/client.ts";
import { createLog } from "../../infra/log.ts";
import { createPool } from "../../infra/postgres/pool.ts";
import { StatusLooker } from "../../read-api/operations/followers/look.ts";
import { waitingMessages } from "../../realtime/outbox.ts";
import { openSites } from "./load/city-of-sites.ts";
import { atRate, KeepAliveClient } from "./load/load.ts";
import { orderLoad } from "./load/order-load.ts";
import { OrderStepsSeen } from "./load/order-steps-seen.ts";
import { Staff } from "./load/staff.ts";
import { measuredSystem } from "./load/whole-system.ts";
import { busyCores, CpuWatch, describeShares, describeWork } from "./report/cpu.ts";
import { type BenchOptions, type Figure, rounded } from "./report/figure.ts";
import { quantile } from "./report/quantiles.ts";

const WARM_UP = { rate: 20, seconds: 5 };
/** A site is told of one order after the other: a city has enough of them. */
const SITES = 40;
const LOOK_MS = 1_000;
const REST_MS = 60_000;
/** Of the consumers of the domain; stock and the other read models work beside them. */
const SEVEN = ["payment", "restaurant", "courier", "notification", "fraud", "timeline", "analytics"];
/** More than this is a warning to whoever operates it. */
const LAG_WARNING = 10_000;

/**
 * Orders of guests at a fixed rate, kitchens that accept and couriers who take what is offered, with every consumer at
 * work: how long each step takes, by the times that the event store has given its events.
 */
export async function run({ seconds, rate, progress }: BenchOptions): Promise<Figure[]> {
  const system = await measuredSystem();
  const client = new KeepAliveClient(system.url);
  const pool = createPool(system.databaseUrl, {
    applicationName: "bench",
    max: 2,
    log: createLog("bench", "silent"),
  });
  const store = createEventStore({ url: system.eventStoreUrl, timeoutMs: 30_000 });
  let staff: Staff | undefined;
  const seen = new OrderStepsSeen(system.eventStoreUrl, (happened) => void staff?.take(happened));
  progress(`order-life: ${SITES} restaurants open`);
  const carts = await openSites(system.url, SITES);
  const { send, close } = await orderLoad(system.url, carts);
  const ending = new AbortController();
  try {
    const couriers = Math.ceil(rate * seconds + WARM_UP.rate * WARM_UP.seconds) + 50;
    progress(`order-life: ${couriers} couriers begin their shift`);
    staff = await Staff.begin(system.url, client, { couriers, sites: carts.map(({ siteId }) => siteId) });
    progress("order-life: warming up");
    await atRate(WARM_UP.rate, { send, seconds: WARM_UP.seconds });
    await until(() => seen.count("driver.assigned") >= WARM_UP.rate * WARM_UP.seconds * 0.9);
    seen.clear();
    const lags = new Lags(new StatusLooker(pool, store, waitingMessages));
    void lags.watch(ending.signal);
    const cpu = new CpuWatch(system.pids);
    progress(`order-life: ${rate} orders a second for ${seconds} s`);
    const answered = await atRate(rate, { send, seconds });
    const shares = cpu.lap();
    const behind = lags.now;
    await until(() => seen.count("driver.assigned") >= seen.count("order.placed"));
    const ms = answered.map((one) => one.ms);
    const failed = answered.filter(({ status }) => status !== 201 && status !== 202).length;
    const figure = (what: string, value: number, unit: string, more: Pick<Figure, "goal" | "note">): Figure => ({
      name: `order's life at ${rate}/s: ${what}`,
      value: rounded(value),
      unit,
      ...more,
    });
    const paid = seen.between("order.placed", "payment.confirmed");
    const refusals = [...staff.refused].map(([status, count]) => `${count} × ${status}`).join(", ") || "none";
    return [
      figure("paid orders", paid.length, "orders", {
        goal: { least: Math.floor(rate * seconds * 0.99) },
        note: `${seen.count("order.placed")} placed, ${seen.count("restaurant.accepted")} accepted, ${seen.count("driver.assigned")} with a courier; ${describeShares(shares)}`,
      }),
      figure("placed to paid, p99", quantile(paid, 0.99), "ms", { goal: { most: 3_000 }, note: "" }),
      figure("paid to site told, p99", quantile(seen.between("payment.confirmed", "restaurant.notified"), 0.99), "ms", {
        goal: { most: 10_000 },
        note: "",
      }),
      figure("accepted to courier, p95", quantile(seen.between("restaurant.accepted", "driver.assigned"), 0.95), "ms", {
        goal: { most: 120_000 },
        note: "",
      }),
      figure("API, p50", quantile(ms, 0.5), "ms", { note: "" }),
      figure("API, p99", quantile(ms, 0.99), "ms", { goal: { most: 200 }, note: "" }),
      figure("failed requests", (100 * failed) / answered.length, "%", {
        goal: { most: 1 },
        note: `staff's answers that were no success: ${refusals}`,
      }),
      figure("largest lag of the seven consumers", lags.most, "events", {
        goal: { most: LAG_WARNING },
        note: `${lags.described()}; ${behind} when the load ended`,
      }),
      figure("work for an order", (1000 * busyCores(shares) * shares.seconds) / paid.length, "core ms", {
        note: describeWork(shares, paid.length),
      }),
    ];
  } finally {
    ending.abort();
    close();
    client.close();
    await seen.close();
    await store.close();
    await pool.end();
    await system.stop();
  }
}

/** How far behind the consumers were, asked once a second. */
class Lags {
  readonly #looker: StatusLooker;
  readonly #most = new Map<string, number>();
  #now = 0;

  constructor(looker: StatusLooker) {
    this.#looker = looker;
  }

  /** The largest of all. */
  get most(): number {
    return Math.max(0, ...this.#most.values());
  }

  /** The largest at the last look. */
  get now(): number {
    return this.#now;
  }

  described(): string {
    return [...this.#most].map(([name, events]) => `${name} ${events}`).join(", ");
  }

  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const look = await this.#looker.look().catch(() => undefined);
      this.#now = 0;
      for (const { name, lag } of look?.consumers ?? []) {
        const known = SEVEN.find((one) => name === one || name.startsWith(`${one}_g`));
        if (known === undefined || lag === undefined) continue;
        this.#most.set(known, Math.max(this.#most.get(known) ?? 0, lag.events));
        this.#now = Math.max(this.#now, lag.events);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
}

/** Waits for a condition, bounded: what has not happened by then is told by the figures. */
async function until(condition: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + REST_MS;
  while (!condition() && performance.now() < giveUpAt) await new Promise((resolve) => setTimeout(resolve, 100));
}
