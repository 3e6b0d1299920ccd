import { setTimeout as sleep } from "node:timers/promises";
import { type Command, InvalidArgumentError } from "commander";
import { readConfig } from "../../infra/config.ts";
import { systemAddresses } from "../running-system.ts";
import type { WorldStats } from "../simulate/options.ts";
import { toldTo } from "../simulate/ride.ts";
import { startWorld } from "../simulate/world.ts";

const number = (least: number, most: number) => (text: string) => {
  const value = Number(text);
  if (text === "" || !Number.isFinite(value) || value < least || value > most) {
    throw new InvalidArgumentError(`a number from ${least} to ${most}`);
  }
  return value;
};

const REPORT_MS = 5_000;

/** Adds `ordertrail simulate`: customers, kitchens and couriers who work. */
export function register(program: Command): void {
  program
    .command("simulate")
    .description("customers who order, kitchens and couriers who work, through the API of a running system")
    .option("--url <address>", "where the API answers (default: the system of ORDERTRAIL_DATA)")
    .option("--rate <orders>", "orders a second", number(0.001, 1_000), 0.5)
    .option("--orders <n>", "stop ordering after so many; 0: only kitchens and couriers work", number(0, 10_000_000))
    .option("--couriers <n>", "couriers on shift", number(0, 1_000), 8)
    .option("--city <name>", "city of the couriers", "Berlin")
    .option("--step <ms>", "how long a station or a way takes", number(0, 3_600_000), 1_500)
    .option("--cancel <share>", "share of customers who cancel, 0 to 1", number(0, 1), 0.02)
    .option("--mishaps <share>", "share of occasions on which something goes wrong, 0 to 1", number(0, 1), 0.02)
    .option("--site <id...>", "only these sites")
    .option("--seed <n>", "the same seed orders the same things", number(0, 4_294_967_295))
    .option("--json", "report as JSON lines")
    .addHelpText(
      "after",
      `
Works with development tokens only. Ctrl-C ends it.

Examples:
  ordertrail simulate                         an order every two seconds
  ordertrail simulate --orders 0              kitchens and couriers only: order in the shop yourself
  ordertrail simulate --rate 20 --couriers 100 --step 300`,
    )
    .action(simulate);
}

interface Options {
  url?: string;
  rate: number;
  orders?: number;
  couriers: number;
  city: string;
  step: number;
  cancel: number;
  mishaps: number;
  site?: string[];
  seed?: number;
  json?: boolean;
}

async function simulate(options: Options): Promise<void> {
  const system = options.url === undefined ? await systemAddresses(readConfig()) : undefined;
  const base = (options.url ?? system?.api ?? "").replace(/\/$/, "");
  await reachable(base);
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ending.abort());
  const { stats } = await startWorld({
    base,
    rate: options.rate,
    orders: options.orders ?? Number.POSITIVE_INFINITY,
    couriers: options.couriers,
    city: options.city,
    stepMs: options.step,
    cancelShare: options.cancel,
    mishapShare: options.mishaps,
    seed: options.seed ?? Math.floor(Math.random() * 2 ** 32),
    sites: options.site,
    parcels: true,
    signal: ending.signal,
    // Where couriers are is told to their app, which the API does not stand in for.
    moved: system && toldTo(system.courierUrl),
  });
  if (!options.json) process.stdout.write(`simulating against ${base}; Ctrl-C ends it\n`);
  while (!ending.signal.aborted) {
    await sleep(REPORT_MS, undefined, { signal: ending.signal }).catch(() => undefined);
    report(stats, options.json === true);
  }
  process.exit(0);
}

function report(stats: WorldStats, json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify(stats)}\n`);
  else {
    const { placed, made, delivered, cancelled, refused } = stats;
    process.stdout.write(
      `placed ${placed} · made ${made} · delivered ${delivered} · cancelled ${cancelled} · refused ${refused}\n`,
    );
  }
}

async function reachable(base: string): Promise<void> {
  try {
    await fetch(`${base}/health/live`, { signal: AbortSignal.timeout(5_000) });
  } catch (cause) {
    throw new Error(`no system answers at ${base}; start one with "npm start", or name it with --url`, { cause });
  }
}
