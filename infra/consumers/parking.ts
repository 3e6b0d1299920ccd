import type { Pool, PoolClient } from "pg";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import type { Parked } from "./consumer.ts";

/** A stream that was thought to be parked no longer is (or the other way round): look again, then repeat the batch. */
export class ParkingChangedError extends Error {
  readonly code = "parking_changed";
}

const LONGEST_MESSAGE = 2_000;
const LONGEST_STACK = 8_000;

const PARK = `
  INSERT INTO runner.parked (consumer, stream, event_id, revision, commit, prepare, type, payload,
    failure_type, failure_class, message, stack, attempts, first_failed_at, last_failed_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)
  ON CONFLICT (consumer, event_id) DO UPDATE SET state = 'parked', attempts = runner.parked.attempts + excluded.attempts,
    failure_type = excluded.failure_type, failure_class = excluded.failure_class, message = excluded.message,
    stack = excluded.stack, last_failed_at = excluded.last_failed_at`;

const HOLD_BACK = `
  INSERT INTO runner.parked_events (consumer, stream, revision, event_id, commit, prepare, type, payload)
  SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::uuid[], $5::bigint[], $6::bigint[], $7::text[], $8::json[])
  ON CONFLICT DO NOTHING`;

/** The streams that a consumer does not handle until somebody decides about them. */
export async function loadParkedStreams(db: Pool | PoolClient, consumer: string): Promise<Set<string>> {
  const { rows } = await db.query<{ stream: string }>(
    "SELECT stream FROM runner.parked WHERE consumer = $1 AND state = 'parked'",
    [consumer],
  );
  return new Set(rows.map((row) => row.stream));
}

/** Parks the event's stream. */
export async function park(tx: PoolClient, parked: Parked, stack: string, now: number): Promise<void> {
  const { event } = parked;
  await tx.query(PARK, [
    parked.consumer,
    event.stream,
    event.id,
    event.revision.toString(),
    event.position.commit.toString(),
    event.position.prepare.toString(),
    event.type,
    payloadOf(event),
    storable(parked.failureType, LONGEST_MESSAGE),
    parked.failureClass,
    storable(parked.message, LONGEST_MESSAGE),
    storable(stack, LONGEST_STACK),
    parked.attempts,
    new Date(now),
  ]);
}

/**
 * Keeps events of parked streams for the day their stream goes on. The streams stay locked as parked until the
 * transaction ends, so that nobody can let a stream go on and miss an event that is just being kept.
 */
export async function holdBack(tx: PoolClient, consumer: string, events: readonly RecordedEvent[]): Promise<void> {
  if (events.length === 0) return;
  const streams = [...new Set(events.map((event) => event.stream))];
  const { rowCount } = await tx.query(
    "SELECT 1 FROM runner.parked WHERE consumer = $1 AND stream = ANY($2) AND state = 'parked' FOR SHARE",
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

const payloadOf = (event: RecordedEvent): string => JSON.stringify({ data: event.data, metadata: event.metadata });

/** Text that Postgres takes: a message may quote the NUL that made the event poisonous. */
const storable = (text: string, longest: number): string => text.replaceAll("\0", "\\0").slice(0, longest);
