import { join } from "node:path";
import { clockFor } from "../../infra/clock.ts";
import type { Config } from "../../infra/config.ts";
import type { Log } from "../../infra/log.ts";
import type { RunningSimulator } from "../../infra/simulators/base/simulator.ts";
import { closeAll, startSimulator, type WorldOptions } from "../../infra/simulators/start-simulators.ts";
import { MAIL_CONTROL, OUTSIDE_ADDRESSES, SIMULATED_SYSTEMS } from "../../infra/simulators/systems.ts";

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);
const USUAL_PORT: Readonly<Record<string, number>> = { "http:": 80, "smtp:": 25 };

/** The port on this machine that an address means; undefined where it means another machine, so a real system. */
function localPort(address: string): number | undefined {
  const { hostname, port, protocol } = new URL(address);
  const usual = USUAL_PORT[protocol];
  if (!LOOPBACK.has(hostname) || usual === undefined) return undefined;
  return port === "" ? usual : Number(port);
}

/**
 * The role `simulators`: stands in for each outside system that SIMULATORS names and whose address is on this machine,
 * on the port of that address. An address elsewhere is a real system and is left alone. Journals lie in `<ORDERTRAIL_DATA>/simulators`.
 */
export async function start(config: Config, log: Log): Promise<{ stop(): Promise<void> }> {
  const target = config.CARRIER_WEBHOOK_TARGET;
  const world: WorldOptions = {
    dataDir: join(config.ORDERTRAIL_DATA, "simulators"),
    log,
    clock: clockFor(config),
    webhookSecret: config.RESTAURANT_WEBHOOK_SECRET,
    paymentApiKey: config.PAYMENT_API_KEY,
    carrierApiKey: config.CARRIER_API_KEY,
    ...(target !== undefined && { carrierWebhooks: { target, secret: config.CARRIER_WEBHOOK_SECRET } }),
    shipAfterMs: config.SHIP_AFTER_MS,
  };
  const controlPort = localPort(config[MAIL_CONTROL]) ?? 0;
  const running: RunningSimulator[] = [];
  try {
    for (const system of SIMULATED_SYSTEMS) {
      if (!config.SIMULATORS.includes(system)) continue;
      const setting = OUTSIDE_ADDRESSES[system];
      const port = localPort(config[setting]);
      if (port === undefined) log.info({ setting }, "a real system is configured: not simulated");
      else running.push(await startSimulator(system, { port, controlPort }, world));
    }
  } catch (error) {
    await closeAll(running).catch(() => undefined);
    throw error;
  }
  return { stop: () => closeAll(running) };
}
