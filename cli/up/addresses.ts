import { createServer } from "node:net";
import { join } from "node:path";
import { type Config, ConfigError } from "../../infra/config.ts";
import { MAIL_CONTROL, OUTSIDE_ADDRESSES, SIMULATED_SYSTEMS } from "../../infra/simulators/systems.ts";
import { keptPort } from "../../infra/supervisor/ports.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Environment of the role processes, apart from the engines' addresses. */
export interface RoleAddresses {
  readonly port: number;
  readonly env: Env;
  readonly simulated: readonly string[];
}

/**
 * Chooses the addresses of API and simulators. An outside system whose address is set is somebody's real one and is not
 * simulated, unless SIMULATORS names it; the others get ports of this data folder's own, so that several systems run
 * on one machine.
 */
export async function chooseAddresses(config: Config, given: Env): Promise<RoleAddresses> {
  const run = join(config.ORDERTRAIL_DATA, "run");
  const port = config.PORT === 0 ? await keptPort(join(run, "api.port"), config.HOST) : config.PORT;
  await assertFree(port, config.HOST);
  const env: Record<string, string> = { PORT: String(port) };
  const simulated: string[] = [];
  const own = async (name: string) => `127.0.0.1:${await keptPort(join(run, `${name}.port`))}`;
  for (const system of SIMULATED_SYSTEMS) {
    if (!config.SIMULATORS.includes(system)) continue;
    const variable = OUTSIDE_ADDRESSES[system];
    if (given[variable] === undefined) {
      env[variable] = `${system === "email" ? "smtp" : "http"}://${await own(system)}`;
      simulated.push(system);
    } else if (given.SIMULATORS !== undefined) simulated.push(system);
  }
  if (simulated.includes("email") && given[MAIL_CONTROL] === undefined) {
    env[MAIL_CONTROL] = `http://${await own("email-control")}`;
  }
  if (simulated.includes("carrier") && given.CARRIER_WEBHOOK_TARGET === undefined) {
    env.CARRIER_WEBHOOK_TARGET = `http://${reachableHost(config.HOST)}:${port}/webhooks/carrier`;
  }
  env.SIMULATORS = simulated.join(",") || "none";
  return { port, env, simulated };
}

/** The address at which this machine itself reaches a server that listens on `host`. */
export function reachableHost(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}

/** A connection string without its password, for people. */
export function withoutPassword(url: string): string {
  return url.replace(/^([a-z+]+:\/\/[^/?@:]*):[^/?@]*@/i, "$1@");
}

async function assertFree(port: number, host: string): Promise<void> {
  const code = await listenFault(port, host);
  if (code === undefined) return;
  if (code === "EADDRINUSE") {
    throw new ConfigError(
      `port ${port} is taken by another program: choose another with PORT, for instance PORT=${port + 1}`,
    );
  }
  if (code === "EACCES")
    throw new ConfigError(`port ${port} may not be used by this user: choose one above 1023 with PORT`);
  throw new ConfigError(`HOST=${host} cannot be listened on (${code}): it must be an address of this machine`);
}

function listenFault(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(undefined)));
  });
}
