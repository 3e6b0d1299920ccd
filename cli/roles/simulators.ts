import { join } from "node:path";
import { clockFor } from "../../infra/clock.ts";
import type { Config } from "../../infra/config.ts";
import type { Log } from "../../infra/log.ts";
import type { RunningSimulator } from "../../infra/simulators/base/simulator.ts";
import { startCourierSimulator } from "../../infra/simulators/courier/courier-simulator.ts";
import { startPaymentSimulator } from "../../infra/simulators/payment/payment-simulator.ts";
import { startRestaurantSimulator } from "../../infra/simulators/restaurant/restaurant-simulator.ts";
import { closeAll } from "../../infra/simulators/start-simulators.ts";

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** The port on this machine that an address means; undefined where it means another machine, so a real system. */
function localPort(address: string): number | undefined {
  const { hostname, port, protocol } = new URL(address);
  if (!LOOPBACK.has(hostname) || protocol !== "http:") return undefined;
  return port === "" ? 80 : Number(port);
}

/**
 * The role `simulators`: stands in for each outside system that SIMULATORS names and whose address is on this machine,
 * on the port of that address. An address elsewhere is a real system and is left alone. Journals lie in `<ORDERTRAIL_DATA>/simulators`.
 */
export async function start(config: Config, log: Log): Promise<{ stop(): Promise<void> }> {
  const dataDir = join(config.ORDERTRAIL_DATA, "simulators");
  const clock = clockFor(config);
  const systems = [
    {
      system: "payment",
      setting: "PAYMENT_URL",
      begin: (port: number) => startPaymentSimulator({ dataDir, port, log, clock, apiKey: config.PAYMENT_API_KEY }),
    },
    {
      system: "restaurant",
      setting: "RESTAURANT_URL",
      begin: (port: number) =>
        startRestaurantSimulator({ dataDir, port, log, clock, webhookSecret: config.RESTAURANT_WEBHOOK_SECRET }),
    },
    {
      system: "courier",
      setting: "COURIER_URL",
      begin: (port: number) => startCourierSimulator({ dataDir, port, log, clock }),
    },
  ] as const;

  const running: RunningSimulator[] = [];
  try {
    for (const { system, setting, begin } of systems) {
      if (!config.SIMULATORS.includes(system)) continue;
      const port = localPort(config[setting]);
      if (port === undefined) log.info({ setting }, "a real system is configured: not simulated");
      else running.push(await begin(port));
    }
  } catch (error) {
    await closeAll(running).catch(() => undefined);
    throw error;
  }
  return { stop: () => closeAll(running) };
}
