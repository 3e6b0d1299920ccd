import type { PoolClient } from "pg";
import type { Metadata, RecordedEvent } from "../../domain/chain/envelope.ts";

/** An event as the tables of quarantine keep it. */
export interface KeptEventRow {
  readonly stream: string;
  readonly event_id: string;
  readonly revision: string;
  readonly commit: string;
  readonly prepare: string;
  readonly type: string;
  readonly payload: { readonly data: unknown; readonly metadata: Metadata };
}

/** The event as the log gave it. */
export const keptEvent = (row: KeptEventRow): RecordedEvent => ({
  stream: row.stream,
  revision: BigInt(row.revision),
  id: row.event_id,
  type: row.type,
  data: row.payload.data,
  metadata: row.payload.metadata,
  position: { commit: BigInt(row.commit), prepare: BigInt(row.prepare) },
});

/** The next events that are kept for a stream, in order, after a revision. */
export async function heldBackAfter(
  tx: PoolClient,
  consumer: string,
  stream: string,
  after: bigint,
  most: number,
): Promise<RecordedEvent[]> {
  const { rows } = await tx.query<KeptEventRow>(
    `SELECT stream, event_id, revision, commit, prepare, type, payload FROM runner.parked_events
     WHERE consumer = $1 AND stream = $2 AND revision > $3 ORDER BY revision LIMIT $4`,
    [consumer, stream, after.toString(), most],
  );
  return rows.map(keptEvent);
}

/** Forgets what is kept for a stream up to a revision: it was handled. */
export async function forgetHeldBack(tx: PoolClient, consumer: string, stream: string, upTo: bigint): Promise<void> {
  await tx.query("DELETE FROM runner.parked_events WHERE consumer = $1 AND stream = $2 AND revision <= $3", [
    consumer,
    stream,
    upTo.toString(),
  ]);
}
