import { setTimeout as sleep } from "node:timers/promises";
import { ApiClient } from "./api-client.ts";
import { courier } from "./couriers.ts";
import { customers } from "./customers.ts";
import { kitchen } from "./kitchens.ts";
import type { WorldOptions, WorldStats } from "./options.ts";
import { randomFrom } from "./random.ts";
import { sitesThere } from "./sites.ts";

const AGAIN_MS = 1_000;

/** Starts everybody. `customersDone` resolves when the last order has been answered; the others work until the signal. */
export async function startWorld(options: WorldOptions): Promise<{ stats: WorldStats; customersDone: Promise<void> }> {
  const { signal } = options;
  const stats: WorldStats = { placed: 0, refused: 0, cancelled: 0, made: 0, delivered: 0 };
  // A kitchen that is named works also while the read model of sites is being built.
  const siteIds = options.sites ?? (await allSites(options));
  for (const siteId of siteIds) void goOn(signal, () => kitchen(options, stats, siteId));
  for (let n = 0; n < options.couriers; n++) void goOn(signal, () => courier(options, stats, n));
  return { stats, customersDone: customers(options, stats, randomFrom(options.seed)) };
}

async function allSites({ base, signal }: WorldOptions): Promise<readonly string[]> {
  const sites = await sitesThere(new ApiClient(base, { role: "guest" }, signal));
  return sites.map(({ siteId }) => siteId);
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
