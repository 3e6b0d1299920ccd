import type { Pool, PoolClient } from "pg";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { payloadOf } from "../dead-letters/record.ts";

/** A stream that was thought to be parked no longer is (or the other way round): look again, then repeat the batch. */
export class ParkingChangedError extends Error {
  readonly code = "parking_changed";
}

const HOLD_BACK = `
  INSERT INTO runner.parked_events (consumer, stream, revision, event_id, commit, prepare, type, payload)
  SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::uuid[], $5::bigint[], $6::bigint[], $7::text[], $8::json[])
  ON CONFLICT DO NOTHING`;

/** The streams that a consumer does not handle until somebody decides about them. */
export async function loadParkedStreams(db: Pool | PoolClient, consumer: string): Promise<Set<string>> {
  const { rows } = await db.query<{ stream: string }>(
    "SELECT stream FROM runner.dead_letters WHERE consumer = $1 AND kind = 'event' AND state = 'parked'",
    [consumer],
  );
  return new Set(rows.map((row) => row.stream));
}

/**
 * Keeps events of parked streams for the day their stream goes on. The streams stay locked as parked until the
 * transaction ends, so that nobody can let a stream go on and miss an event that is just being kept.
 */
export async function holdBack(tx: PoolClient, consumer: string, events: readonly RecordedEvent[]): Promise<void> {
  if (events.length === 0) return;
  const streams = [...new Set(events.map((event) => event.stream))];
  const { rowCount } = await tx.query(
    `SELECT 1 FROM runner.dead_letters
     WHERE consumer = $1 AND stream = ANY($2) AND kind = 'event' AND state = 'parked' FOR SHARE`,
    [consumer, streams],
  );
  if (rowCount !== streams.length) throw new ParkingChangedError(`${consumer}: a parked stream was released`);
  await tx.query(HOLD_BACK, [
    consumer,
    events.map((event) => event.stream),
    events.map((event) => event.revision.toString()),
    events.map((event) => event.id),
    events.map((event) => event.position.commit.toString()),
    events.map((event) => event.position.prepare.toString()),
    events.map((event) => event.type),
    events.map(payloadOf),
  ]);
}

/**
 * Whether somebody has decided that this consumer does without the event. A read model that is built anew keeps to what
 * was decided for the generations before, as long as it cannot handle the event either.
 */
export async function wasDiscarded(tx: PoolClient, consumer: string, event: RecordedEvent): Promise<boolean> {
  const { rows } = await tx.query(
    `SELECT 1 FROM runner.dead_letters WHERE stream = $1 AND event_id = $2 AND kind = 'event' AND state = 'discarded'
       AND reader = regexp_replace($3, '_g[0-9]+$', '') LIMIT 1`,
    [event.stream, event.id, consumer],
  );
  return rows.length > 0;
}
