import { setTimeout as sleep } from "node:timers/promises";
import type { SiteView } from "../../projections/views.ts";
import { ApiClient } from "./api-client.ts";
import { courier } from "./couriers.ts";
import { customers } from "./customers.ts";
import { kitchen } from "./kitchens.ts";
import { randomFrom } from "./random.ts";

/** People who use a running system through its API. */
export interface WorldOptions {
  /** Where the API answers, without a slash at the end. */
  readonly base: string;
  /** Orders a second. */
  readonly rate: number;
  /** Orders in all; customers stop then, kitchens and couriers go on. */
  readonly orders: number;
  readonly couriers: number;
  readonly city: string;
  /** How long a station or a way takes, in milliseconds. */
  readonly stepMs: number;
  /** Share of customers who cancel, 0 to 1. */
  readonly cancelShare: number;
  readonly seed: number;
  /** Only these sites; default all. */
  readonly sites?: readonly string[] | undefined;
  readonly signal: AbortSignal;
  /** Told of each order that was acknowledged. */
  placed?(orderId: string, status: string): void;
}

export interface WorldStats {
  placed: number;
  refused: number;
  cancelled: number;
  made: number;
  delivered: number;
}

const AGAIN_MS = 1_000;

/** Starts everybody. `customersDone` resolves when the last order has been answered; the others work until the signal. */
export async function startWorld(options: WorldOptions): Promise<{ stats: WorldStats; customersDone: Promise<void> }> {
  const { base, signal } = options;
  const stats: WorldStats = { placed: 0, refused: 0, cancelled: 0, made: 0, delivered: 0 };
  const sites = await new ApiClient(base, { role: "guest" }, signal).get("/api/sites");
  const siteIds = ((sites.body?.sites ?? []) as SiteView[])
    .map(({ siteId }) => siteId)
    .filter((siteId) => !options.sites || options.sites.includes(siteId));
  for (const siteId of siteIds) void goOn(signal, () => kitchen(options, stats, siteId));
  for (let n = 0; n < options.couriers; n++) void goOn(signal, () => courier(options, stats, n));
  return { stats, customersDone: customers(options, stats, randomFrom(options.seed)) };
}

/** A person whose work failed in a way that nobody foresaw takes it up again after a moment. */
async function goOn(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
    } catch {
      if (signal.aborted) return;
      await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
