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
  readonly carrierUrl: string;
  readonly smtpUrl: string;
  /** Log and switches of the simulated mail server; those of the other simulators are at the system's own address. */
  readonly emailControlUrl: string;
  readonly smsUrl: string;
  readonly pushUrl: string;
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
  const [api, postgres, events, workers] = await Promise.all(["api", "postgres", "events", "workers"].map(noted));
  const outside = async (name: string, configured: string) => {
    const port = await noted(name);
    return port ? `${new URL(configured).protocol}//127.0.0.1:${port}` : configured;
  };
  const password = (await readIfExists(join(config.ORDERTRAIL_DATA, "keys", "postgres.password")))?.trim();
  const embedded =
    postgres && password ? `postgresql://ordertrail:${password}@127.0.0.1:${postgres}/ordertrail` : undefined;
  return {
    api: `http://${reachableHost(config.HOST)}:${api ?? config.PORT}`,
    DATABASE_URL: config.DATABASE_URL ?? embedded,
    EVENTSTORE_URL: config.EVENTSTORE_URL ?? (events ? `esdb://127.0.0.1:${events}?tls=false` : undefined),
    paymentUrl: await outside("payment", config.PAYMENT_URL),
    restaurantUrl: await outside("restaurant", config.RESTAURANT_URL),
    courierUrl: await outside("courier", config.COURIER_URL),
    carrierUrl: await outside("carrier", config.CARRIER_URL),
    smtpUrl: await outside("email", config.SMTP_URL),
    emailControlUrl: await outside("email-control", config.SMTP_SIMULATOR_URL),
    smsUrl: await outside("sms", config.SMS_URL),
    pushUrl: await outside("push", config.PUSH_URL),
    workersHealth: workers ? `http://127.0.0.1:${workers}` : undefined,
  };
}
