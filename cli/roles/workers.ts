import type { Config } from "../../infra/config.ts";
import type { Log } from "../../infra/log.ts";
import type { RoleOptions, RunningRole } from "./role.ts";

/** Projections and process managers. */
export async function start(_config: Config, log: Log, _options: RoleOptions = {}): Promise<RunningRole> {
  // A process with nothing to do would end.
  const alive = setInterval(() => undefined, 60_000);
  log.info("working");
  return { checks: {}, stop: async () => clearInterval(alive) };
}
