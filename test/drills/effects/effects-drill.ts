import { Client } from "pg";
import { PROCESS_SCHEMAS } from "../../../commands/processes/runner/effects-table.ts";
import { type DrillWork, until } from "../drill.ts";
import { Stage } from "../stage.ts";

const KEPT_UNDER_WAY = 40;
const TIMES = 5;
const BOUND_MS = 120_000;

/** Deletes what the process managers have written down, while they work: they have to derive it again from events. */
export const effectsDrill: DrillWork = {
  async run({ seed, orders, say }) {
    const stage = await Stage.open({ seed, underWay: KEPT_UNDER_WAY });
    const client = new Client({ connectionString: stage.databaseUrl });
    try {
      await client.connect();
      let deleted = 0;
      let atWork = 0;
      for (let time = 1; time <= TIMES; time++) {
        const placed = stage.record.size;
        const wanted = Math.max(orders / TIMES, KEPT_UNDER_WAY / 2);
        await until("orders come and go", BOUND_MS, () => stage.record.size >= placed + wanted);
        const rows = await deleteEffects(client);
        const inFlight = stage.inFlight();
        deleted += rows;
        atWork += inFlight;
        say(`  ${rows} rows deleted, with ${inFlight} orders in flight`);
      }
      const { figures, breaches } = await stage.settleAndJudge();
      const harmless = deleted === 0 || atWork === 0 ? ["nothing was deleted that mattered"] : [];
      return {
        name: "effects",
        figures: { "times deleted": TIMES, "rows deleted": deleted, ...figures },
        breaches: [...harmless, ...breaches],
      };
    } finally {
      await client.end();
      await stage.close();
    }
  },
};

/** All rows of all processes, in one transaction. Returns how many there were. */
async function deleteEffects(client: Client): Promise<number> {
  let rows = 0;
  await client.query("BEGIN");
  for (const schema of PROCESS_SCHEMAS) rows += (await client.query(`DELETE FROM ${schema}.effects`)).rowCount ?? 0;
  await client.query("COMMIT");
  return rows;
}
