import { join } from "node:path";
import type { Config } from "../infra/config.ts";
import { readIfExists } from "../infra/supervisor/files.ts";
import { reachableHost } from "./up/addresses.ts";

/** Where the parts of a system answer, as far as it is known. */
export interface SystemAddresses {
  /** Where the API answers, without a slash at the end. */
  readonly api: string;
  readonly DATABASE_URL: string | undefined;
  readonly EVENTSTORE_URL: string | undefined;
  readonly paymentUrl: string;
  readonly restaurantUrl: string;
  readonly courierUrl: string;
  /** Where the workers tell their health; undefined when no run has noted it. */
  readonly workersHealth: string | undefined;
}

/**
 * Addresses for a command that works on a running system: those of the configuration, and for embedded engines what
 * `up` has noted in the data folder.
 */
export async function systemAddresses(config: Config): Promise<SystemAddresses> {
  const noted = async (name: string) =>
    (await readIfExists(join(config.ORDERTRAIL_DATA, "run", `${name}.port`)))?.trim();
  const [api, postgres, events, payment, restaurant, courier, workers] = await Promise.all(
    ["api", "postgres", "events", "payment", "restaurant", "courier", "workers"].map(noted),
  );
  const password = (await readIfExists(join(config.ORDERTRAIL_DATA, "keys", "postgres.password")))?.trim();
  const embedded =
    postgres && password ? `postgresql://ordertrail:${password}@127.0.0.1:${postgres}/ordertrail` : undefined;
  return {
    api: `http://${reachableHost(config.HOST)}:${api ?? config.PORT}`,
    DATABASE_URL: config.DATABASE_URL ?? embedded,
    EVENTSTORE_URL: config.EVENTSTORE_URL ?? (events ? `esdb://127.0.0.1:${events}?tls=false` : undefined),
    paymentUrl: payment ? `http://127.0.0.1:${payment}` : config.PAYMENT_URL,
    restaurantUrl: restaurant ? `http://127.0.0.1:${restaurant}` : config.RESTAURANT_URL,
    courierUrl: courier ? `http://127.0.0.1:${courier}` : config.COURIER_URL,
    workersHealth: workers ? `http://127.0.0.1:${workers}` : undefined,
  };
}
