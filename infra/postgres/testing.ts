import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "../log.ts";
import { startPostgresContainer, USES_CONTAINERS } from "../testing/containers.ts";
import { startPostgres } from "./embedded.ts";

/**
 * A server with an empty database in a temporary folder, for integration tests. `stop` removes the folder as well. In a
 * run on containers, a container.
 */
export async function throwawayPostgres(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  if (USES_CONTAINERS) return await startPostgresContainer();
  const data = await mkdtemp(join(tmpdir(), "ordertrail-postgres-"));
  const server = await startPostgres(data, createLog("test", "silent"));
  return {
    url: server.url,
    stop: async () => {
      await server.stop();
      // Under root the cluster may lie elsewhere, behind a link.
      const cluster = await realpath(join(data, "postgres"));
      await rm(cluster, { recursive: true, force: true });
      await rm(data, { recursive: true, force: true });
    },
  };
}
