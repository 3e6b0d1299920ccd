import type { PoolClient } from "pg";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { relation } from "../relation.ts";
import type { Projection } from "../runner/projection.ts";
import { createTables, TABLES } from "./tables.ts";

/** The last event of every stream, as it was when it was written: against a removed tail and a rewritten stream. */
export const witnessProjection: Projection = {
  name: "witness",
  version: 1,
  tables: TABLES,
  create: createTables,
  handles: () => true,
  gatherMs: 250,
  // Whatever an event says, its hash is what the next one follows.
  asItIs: true,
  sources: async ({ key }) => (key.stream === undefined ? [] : [key.stream]),
  async handle(batch, { tx, schema }) {
    await save(tx, schema, lastOfEach(batch));
  },
};

function lastOfEach(batch: readonly RecordedEvent[]): RecordedEvent[] {
  const last = new Map<string, RecordedEvent>();
  for (const event of batch) {
    // An event without a hash was not written by the project: there is nothing to witness.
    if (typeof event.metadata?.hash !== "string") continue;
    const known = last.get(event.stream);
    if (!known || event.revision > known.revision) last.set(event.stream, event);
  }
  return [...last.values()];
}

async function save(tx: PoolClient, schema: string, heads: readonly RecordedEvent[]): Promise<void> {
  if (heads.length === 0) return;
  const { from, parameters } = relation([
    { name: "stream", type: "text", values: heads.map(({ stream }) => stream) },
    { name: "revision", type: "bigint", values: heads.map(({ revision }) => revision.toString()) },
    { name: "hash", type: "text", values: heads.map(({ metadata }) => metadata.hash) },
    { name: "position", type: "bigint", values: heads.map(({ position }) => position.commit.toString()) },
  ]);
  // The first word on a revision stays: whatever is written later in its place is what the witness is there to find.
  await tx.query(
    `INSERT INTO ${schema}.heads AS head (stream, revision, hash, position) SELECT * FROM ${from}
     ON CONFLICT (stream) DO UPDATE SET revision = excluded.revision, hash = excluded.hash, position = excluded.position
     WHERE excluded.revision > head.revision`,
    parameters,
  );
}
