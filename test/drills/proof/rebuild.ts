import { systemClock } from "../../../infra/clock.ts";
import { createLog } from "../../../infra/log.ts";
import { createPool } from "../../../infra/postgres/pool.ts";
import { PROJECTIONS } from "../../../projections/read-models.ts";
import { compareWithLive, rebuild } from "../../../projections/replay/rebuild.ts";
import { dropGeneration } from "../../../projections/runner/generations.ts";
import type { DrillReport } from "../drill.ts";
import type { Stage } from "../stage.ts";

const BATCHES = [1, 7, 500];

/** Only events of orders are ever poisonous here, to those that fold them: what the others have parked is nothing. */
const FOLDING: ReadonlySet<string> = new Set(["orders", "kitchen"]);
const mayBeEmpty = (projection: string, table: string): boolean =>
  !FOLDING.has(projection) && (table === "parked" || table === "parked_events");

/**
 * Rebuilds every read model of what a drill has left behind, beside the live one that goes on running, in batches of
 * several sizes, and compares them by checksum at one position.
 */
export async function rebuildAndCompare(stage: Stage, say: (line: string) => void): Promise<DrillReport> {
  const pool = createPool(stage.databaseUrl, { applicationName: "drill replay", max: 4 });
  const log = createLog("drill", "silent");
  const figures: Record<string, number | string> = {};
  const breaches: string[] = [];
  try {
    for (const projection of PROJECTIONS) {
      for (const batchSize of BATCHES) {
        const options = {
          projection,
          pool,
          store: stage.watch.store,
          log,
          clock: systemClock,
          instance: "drill",
          batchSize,
        };
        const { generation, progress } = await rebuild(options);
        const { equal, tables } = await compareWithLive({ ...options, rebuilt: generation });
        const rows = tables.map(({ table, live }) => `${table} ${live?.rows ?? "missing"}`).join(", ");
        say(
          `  ${projection.name} in batches of ${batchSize}: ${progress.events} events, ${equal ? "equal" : "NOT EQUAL"}: ${rows}`,
        );
        figures[`${projection.name}, batches of ${batchSize}`] = rows;
        for (const { table, equal: same, live, rebuilt } of tables) {
          if (!same) {
            breaches.push(
              `${projection.name}.${table} in batches of ${batchSize}: live has ${live?.rows} rows (${live?.checksum}), ` +
                `rebuilt ${rebuilt?.rows} (${rebuilt?.checksum})`,
            );
          }
          if (live?.rows === 0 && !mayBeEmpty(projection.name, table))
            breaches.push(`${projection.name}.${table} is empty`);
        }
        await dropGeneration(pool, projection.name, generation.generation);
      }
    }
  } finally {
    await pool.end();
  }
  return { name: "replay", figures, breaches };
}
