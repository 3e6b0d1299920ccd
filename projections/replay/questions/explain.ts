import { randomBytes } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import type { RecordedEvent } from "../../../domain/chain/envelope.ts";
import { failsOnDatabase } from "../../../infra/consumers/failures.ts";
import { readPosition } from "../../../infra/consumers/fence.ts";
import { comparePlaces, type Place } from "../../../infra/consumers/position.ts";
import { messageOf } from "../../../infra/consumers/waiting.ts";
import type { EventStore } from "../../../infra/event-store/port.ts";
import type { Generation } from "../../runner/generations.ts";
import { asOwner } from "../../runner/privileges.ts";
import type { Projection } from "../../runner/projection.ts";
import { inSnapshot } from "../checksum.ts";
import { knownTable, TableUnknownError } from "./scratch-rows.ts";

/** A row as text, by column. */
export type RowText = Readonly<Record<string, string | null>>;

/** What an event did to the row. */
export interface ExplainedEvent {
  readonly position: string;
  readonly stream: string;
  readonly revision: string;
  readonly id: string;
  readonly type: string;
  /** Business time. */
  readonly at: string;
  /** Columns of the row that it changed; none where it changed other rows only. */
  readonly changes: Readonly<Record<string, { readonly from: string | null; readonly to: string | null }>>;
  /** Why the handler could not take it: its stream is parked from here on. */
  readonly failure?: string;
}

export interface Explanation {
  readonly projection: string;
  readonly table: string;
  readonly key: Readonly<Record<string, string>>;
  /** The row of the live generation; undefined where there is none. */
  readonly row: RowText | undefined;
  /** Position at which the live generation was read; decimal, "0" before its first event. */
  readonly position: string;
  /** There were more events than are looked at: the last ones are missing. */
  readonly truncated: boolean;
  /** The events that are listed make exactly the row that is shown. */
  readonly complete: boolean;
  readonly events: readonly ExplainedEvent[];
}

/** The question cannot be answered; the message says why. */
export class ExplainError extends Error {
  readonly code: "projection_unexplained" | "table_unknown" | "key_invalid";
  constructor(code: ExplainError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface ExplainOptions {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly projection: Projection;
  readonly live: Generation;
  readonly table: string;
  /** The table's primary key by column. */
  readonly key: Readonly<Record<string, string>>;
  /** At most this many events are looked at. Default 5,000. */
  readonly mostEvents?: number;
  /** At most this long is replayed. Default 60,000 ms. */
  readonly mostMs?: number;
}

const MOST_EVENTS = 5_000;
const MOST_MS = 60_000;
const MOST_STREAMS = 500;
const STREAM_PAGE = 1_000;

/**
 * Lists the events that made a row: the streams that the projection names are read up to the live generation's
 * position, and its own handler is run over them event by event in tables of a transaction that is rolled back.
 */
export async function explain(options: ExplainOptions): Promise<Explanation> {
  const { projection, table, key, mostEvents = MOST_EVENTS } = options;
  const asked = await askLive(options);
  const { events, truncated } = await history(options.store, projection, asked.streams, asked.place, mostEvents);
  const replayed = await replay(options, events);
  const same = asked.row !== undefined && JSON.stringify(asked.row) === JSON.stringify(replayed.row);
  return {
    projection: projection.name,
    table,
    key,
    row: asked.row,
    position: (asked.place?.commit ?? 0n).toString(),
    truncated: truncated || replayed.truncated || asked.streams.length >= MOST_STREAMS,
    complete: same,
    events: replayed.events,
  };
}

/** The live row, where the live generation stands, and the streams behind the row: all of one moment. */
async function askLive({ pool, projection, live, table, key }: ExplainOptions) {
  const { sources } = projection;
  if (sources === undefined) {
    throw new ExplainError("projection_unexplained", `${projection.name} does not name the streams behind its rows`);
  }
  if (!projection.tables.includes(table)) {
    const there = projection.tables.join(", ");
    throw new ExplainError("table_unknown", `${projection.name} has no table ${table}; there are: ${there}`);
  }
  return await inSnapshot(pool, async (tx) => {
    const { schema } = live;
    const shape = await knownTable(tx, schema, table).catch((cause: unknown) => {
      if (!(cause instanceof TableUnknownError)) throw cause;
      throw new ExplainError("table_unknown", `${schema} has no table ${table}: it is of another version`, { cause });
    });
    const columns = shape.key.map(({ name }) => name);
    if (Object.keys(key).toSorted().join() !== columns.toSorted().join()) {
      throw new ExplainError("key_invalid", `a row of ${table} is named by ${columns.join(", ")}`);
    }
    const { place } = await readPosition(tx, schema);
    const row = await rowText(tx, schema, table, key);
    const streams = await sources({ tx, schema, table, key, limit: MOST_STREAMS });
    return { place, row, streams: [...new Set(streams)] };
  });
}

/** The events of some streams up to a place that a projection handles, in the order of the log. */
async function history(
  store: EventStore,
  projection: Projection,
  streams: readonly string[],
  until: Place,
  most: number,
): Promise<{ events: RecordedEvent[]; truncated: boolean }> {
  let found: RecordedEvent[] = [];
  let truncated = false;
  for (const stream of streams) {
    // However many streams there are, no more is kept than could still be shown.
    if (found.length > 2 * most) {
      found = inOrder(found).slice(0, most);
      truncated = true;
    }
    let ofStream = 0;
    for (let from = 0n; ; ) {
      const page = await store.readStream(stream, { from, limit: STREAM_PAGE });
      const seen = page.filter(({ position }) => comparePlaces(position, until) <= 0);
      const handled = seen.filter(({ type }) => projection.handles(type));
      found.push(...handled);
      ofStream += handled.length;
      const last = page.at(-1);
      if (last === undefined || page.length < STREAM_PAGE || seen.length < page.length) break;
      // Of each stream the first ones: more than these of all streams together are never shown.
      if (ofStream > most) {
        truncated = true;
        break;
      }
      from = last.revision + 1n;
    }
  }
  const events = inOrder(found);
  return { events: events.slice(0, most), truncated: truncated || events.length > most };
}

const inOrder = (events: readonly RecordedEvent[]): RecordedEvent[] =>
  events.toSorted((a, b) => comparePlaces(a.position, b.position));

interface Replayed {
  readonly events: ExplainedEvent[];
  readonly row: RowText | undefined;
  readonly truncated: boolean;
}

/** Replays in tables of a transaction that is never committed: nothing of it is ever seen by anybody. */
async function replay(options: ExplainOptions, events: readonly RecordedEvent[], guarded = false): Promise<Replayed> {
  const { pool, projection } = options;
  const schema = `explain_${randomBytes(6).toString("hex")}`;
  const tx = await pool.connect();
  const ignore = () => undefined;
  tx.on("error", ignore);
  let reusable = false;
  try {
    await tx.query("BEGIN");
    await tx.query("SET LOCAL TimeZone = 'UTC'");
    await asOwner(tx);
    await tx.query(`CREATE SCHEMA ${schema}`);
    await tx.query(projection.create(schema));
    return await replayIn(tx, schema, options, events, guarded);
  } catch (error) {
    if (guarded || failsOnDatabase(error)) throw error;
  } finally {
    reusable = await tx.query("ROLLBACK").then(
      () => true,
      () => false,
    );
    tx.off("error", ignore);
    tx.release(!reusable);
  }
  // An event is poisonous. Looking out for that costs a third of the time, so it is done only when there is one.
  return await replay(options, events, true);
}

async function replayIn(
  tx: PoolClient,
  schema: string,
  { projection, table, key, mostMs = MOST_MS }: ExplainOptions,
  events: readonly RecordedEvent[],
  guarded: boolean,
): Promise<Replayed> {
  const giveUpAt = performance.now() + mostMs;
  const context = { tx, schema, epoch: `${projection.name}:explain`, outbox: undefined };
  const handle = (event: RecordedEvent) => projection.handle([event], context);
  const explained: ExplainedEvent[] = [];
  const parked = new Set<string>();
  let row: RowText | undefined;
  for (const event of events) {
    if (performance.now() > giveUpAt) return { events: explained, row, truncated: true };
    if (parked.has(event.stream)) continue;
    const failure = guarded ? await failureOf(tx, () => handle(event)) : await handle(event);
    if (typeof failure === "string") parked.add(event.stream);
    const now = typeof failure === "string" ? row : await rowText(tx, schema, table, key);
    explained.push({ ...named(event), changes: changesBetween(row, now), ...(failure && { failure }) });
    row = now;
  }
  return { events: explained, row, truncated: false };
}

/** Why an event could not be handled; undefined when it was. Rejects where the database fails. */
async function failureOf(tx: PoolClient, handle: () => Promise<void>): Promise<string | undefined> {
  await tx.query("SAVEPOINT one");
  try {
    await handle();
    await tx.query("RELEASE SAVEPOINT one");
    return undefined;
  } catch (error) {
    if (failsOnDatabase(error)) throw error;
    await tx.query("ROLLBACK TO SAVEPOINT one");
    return messageOf(error) || "it was refused";
  }
}

/** Every value as the text that PostgreSQL sent. */
const AS_TEXT = { getTypeParser: () => (text: string) => text };

async function rowText(
  tx: PoolClient,
  schema: string,
  table: string,
  key: Readonly<Record<string, string>>,
): Promise<RowText | undefined> {
  const names = Object.keys(key);
  try {
    const found = await tx.query<(string | null)[]>({
      text: `SELECT * FROM ${schema}."${table}" WHERE ${names.map((name, n) => `"${name}" = $${n + 1}`).join(" AND ")}`,
      values: names.map((name) => key[name]),
      rowMode: "array",
      types: AS_TEXT,
    });
    const [values] = found.rows;
    return values && Object.fromEntries(found.fields.map(({ name }, n) => [name, values[n] ?? null]));
  } catch (cause) {
    // Class 22: the text is no value of the column's type.
    const { code = "" } = cause as { readonly code?: string };
    if (!code.startsWith("22")) throw cause;
    throw new ExplainError("key_invalid", `the key is not valid: ${messageOf(cause)}`, { cause });
  }
}

const named = (event: RecordedEvent) => ({
  position: event.position.commit.toString(),
  stream: event.stream,
  revision: event.revision.toString(),
  id: event.id,
  type: event.type,
  at: event.metadata.at,
});

function changesBetween(before: RowText | undefined, after: RowText | undefined): ExplainedEvent["changes"] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  const changed = [...names].flatMap((name) => {
    const [from, to] = [before?.[name] ?? null, after?.[name] ?? null];
    return from === to ? [] : [[name, { from, to }] as const];
  });
  return Object.fromEntries(changed);
}
