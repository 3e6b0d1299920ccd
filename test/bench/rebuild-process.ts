import { PROJECTIONS } from "../../cli/roles/projections.ts";
import { systemClock } from "../../infra/clock.ts";
import { createEventStore } from "../../infra/event-store/client.ts";
import { createLog } from "../../infra/log.ts";
import { createPool } from "../../infra/postgres/pool.ts";
import { rebuild } from "../../projections/replay/rebuild.ts";
import { dropGeneration } from "../../projections/runner/generations.ts";
import type { RebuildLine } from "./rebuilds.ts";

/** Arguments of this program: event store, database, and the read model to build. */
const [storeUrl = "", databaseUrl = "", name = ""] = process.argv.slice(2);
const QUARTER = 0.25;

/** A process of its own that rebuilds a read model, as a job of the workers does, and tells its memory on the way. */
const projection = PROJECTIONS.find((one) => one.name === name);
if (projection === undefined) throw new Error(`there is no projection ${name}`);
const say = (line: RebuildLine) => process.stdout.write(`${JSON.stringify(line)}\n`);
const pool = createPool(databaseUrl, { applicationName: "bench-rebuild" });
const store = createEventStore({ url: storeUrl, timeoutMs: 10_000 });
const head = await store.head();
const building = {
  pool,
  store,
  log: createLog("bench", "silent"),
  clock: systemClock,
  instance: `bench-${process.pid}`,
};

let told = 0;
const { generation, progress } = await rebuild({
  ...building,
  projection,
  until: head,
  onProgress: ({ position }) => {
    const share = Number(position?.commit ?? 0n) / Number(head?.commit ?? 1n);
    if (share < told + QUARTER) return;
    told = Math.floor(share / QUARTER) * QUARTER;
    say({ share: told, rss: process.memoryUsage.rss() });
  },
});
say({ events: progress.events, handled: progress.handled, perSecond: progress.perSecond });
await dropGeneration(pool, projection.name, generation.generation);
await Promise.all([pool.end(), store.close()]);
process.exit(0);
