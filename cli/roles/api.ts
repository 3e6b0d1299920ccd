import { join } from "node:path";
import type { Config } from "../../infra/config.ts";
import { startHealthServer } from "../../infra/health.ts";
import type { Log } from "../../infra/log.ts";
import type { RunningRole } from "./role.ts";

/** API, relay and gateway. */
export async function start(config: Config, log: Log): Promise<RunningRole> {
  const server = await startHealthServer({
    checks: {},
    host: config.HOST,
    port: config.PORT,
    portFile: join(config.ORDERTRAIL_DATA, "run", "api.port"),
  });
  log.info({ port: server.port }, "listening");
  return { stop: () => server.close() };
}
