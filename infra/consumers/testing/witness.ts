import type { Pool } from "pg";
import type { Consumer } from "../consumer.ts";

/** Where the witness writes what it has handled. */
export const WITNESS_TABLE = `
  CREATE SCHEMA witness;
  CREATE TABLE witness.seen (
    id bigserial PRIMARY KEY, consumer text, event_id uuid, stream text, revision bigint, commit bigint, epoch bigint
  )`;

/**
 * A consumer for tests: notes every event of a type that begins with `test.`. `test.poisonous` cannot be noted, which
 * the database says; `test.deadly` ends the process.
 */
export function witness(name: string, more: Partial<Consumer> = {}): Consumer {
  return {
    name,
    schema: "witness",
    handles: (type) => type.startsWith("test."),
    async apply(batch, tx, { epoch }) {
      for (const event of batch) if (event.type === "test.deadly") process.kill(process.pid, "SIGKILL");
      await tx.query(
        `INSERT INTO witness.seen (consumer, event_id, stream, revision, commit, epoch)
         SELECT $1, id::uuid, stream, revision, commit, $2 FROM unnest($3::text[], $4::text[], $5::bigint[], $6::bigint[])
           AS event (id, stream, revision, commit)`,
        [
          name,
          epoch.toString(),
          batch.map((event) => (event.type === "test.poisonous" ? "no uuid" : event.id)),
          batch.map((event) => event.stream),
          batch.map((event) => event.revision.toString()),
          batch.map((event) => event.position.commit.toString()),
        ],
      );
    },
    ...more,
  };
}

export interface Seen {
  readonly event_id: string;
  readonly stream: string;
  readonly revision: string;
  readonly commit: string;
  readonly epoch: string;
}

/** What a witness has noted, in the order in which it did. */
export async function seenBy(pool: Pool, consumer: string): Promise<Seen[]> {
  const { rows } = await pool.query<Seen>("SELECT * FROM witness.seen WHERE consumer = $1 ORDER BY id", [consumer]);
  return rows;
}
