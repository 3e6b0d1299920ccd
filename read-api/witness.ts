import type { Pool } from "pg";
import type { LiveSchemas } from "../projections/runner/generations.ts";
import { witnessedHead, witnessedHeads } from "../projections/witness/queries.ts";
import type { Witness } from "./verify.ts";

const HEADS_AT_ONCE = 10_000;

/** The witness that the projection keeps in Postgres. Rejects with NoLiveGenerationError before its first start. */
export const databaseWitness = (pool: Pool, schemas: LiveSchemas): Witness => ({
  async head(stream) {
    const { schema } = await schemas.of("witness");
    return await witnessedHead(pool, schema, stream);
  },
  async heads(after) {
    const { schema } = await schemas.of("witness");
    return await witnessedHeads(pool, schema, after, HEADS_AT_ONCE);
  },
});
