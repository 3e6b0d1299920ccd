import type { PoolClient } from "pg";
import { PROCESS_SCHEMAS } from "./effects-table.ts";

/**
 * Lets every process manager begin at the first event again, with nothing written down: effects and settled orders are
 * derived anew. What has been done outside is not done again, because it is looked up, or has a key, before it is.
 */
export async function startProcessesOver(tx: PoolClient): Promise<void> {
  for (const schema of PROCESS_SCHEMAS) {
    await tx.query(`DELETE FROM ${schema}.effects`);
    await tx.query(`DELETE FROM ${schema}.orders`);
  }
}
