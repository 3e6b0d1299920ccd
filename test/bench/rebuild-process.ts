import { systemClock } from "../../infra/clock.ts";
import { createEventStore } from "../../infra/event-store/client.ts";
import { createLog } from "../../infra/log.ts";
import { createPool } from "../../infra/postgres/pool.ts";
import { PROJECTIONS } from "../../projections/read-models.ts";
import { type BuildProgress, buildTogether } from "../../projections/replay/build-generation.ts";
import { addGeneration, dropGeneration } from "../../projections/runner/generations.ts";
import type { RebuildLine } from "./rebuilds.ts";

/** Arguments of this program: event store, database, and the read models to build, by one reading of the log. */
const [storeUrl = "", databaseUrl = "", ...names] = process.argv.slice(2);
const QUARTER = 0.25;

/** A process of its own that rebuilds read models, as a job of the workers does, and tells its memory on the way. */
const say = (line: RebuildLine) => process.stdout.write(`${JSON.stringify(line)}\n`);
const pool = createPool(databaseUrl, { applicationName: "bench-rebuild", max: names.length + 4 });
const store = createEventStore({ url: storeUrl, timeoutMs: 10_000 });
const settings = {
  pool,
  store,
  log: createLog("bench", "silent"),
  clock: systemClock,
  instance: `bench-${process.pid}`,
};
const head = await store.head();
const parts = [];
for (const name of names) {
  const projection = PROJECTIONS.find((one) => one.name === name);
  if (projection === undefined) throw new Error(`there is no projection ${name}`);
  parts.push({ projection, generation: await addGeneration(pool, projection, systemClock), onProgress });
}

let told = 0;
function onProgress({ position }: BuildProgress): void {
  const share = Number(position?.commit ?? 0n) / Number(head?.commit ?? 1n);
  if (share < told + QUARTER) return;
  told = Math.floor(share / QUARTER) * QUARTER;
  say({ share: told, rss: process.memoryUsage.rss() });
}

say({ ready: true });
const built = await buildTogether(settings, parts, head);
const [first] = built;
const handled = built.reduce((sum, one) => sum + one.handled, 0);
say({ events: first?.events ?? 0, handled, perSecond: first?.perSecond ?? 0 });
for (const { projection, generation } of parts) await dropGeneration(pool, projection.name, generation.generation);
await Promise.all([pool.end(), store.close()]);
process.exit(0);
