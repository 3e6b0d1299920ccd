import { randomUUID } from "node:crypto";
import { decideAppend } from "../calls/append-decision.ts";
import { NO_EVENTS } from "../calls/expected.ts";
import type { AppendOptions, ProposedEvent } from "../wire/append-requests.ts";
import { uuidFromText } from "../wire/uuid.ts";
import type { EventLog, LoggedEvent } from "./event-log.ts";
import { DamagedRow } from "./event-row.ts";
import {
  DELETED,
  DELETED_METADATA,
  METADATA_TYPE,
  metastreamOf,
  originalOf,
  TOMBSTONE_TYPE,
  undeleted,
} from "./stream-rules.ts";
import type { KnownStream } from "./streams.ts";

/** What a client wants written: events behind a stream, or the stream deleted, for good when it is a tombstone. */
export type Change =
  | { kind: "append"; options: AppendOptions; events: readonly ProposedEvent[] }
  | { kind: "delete" | "tombstone"; options: AppendOptions };

/**
 * What became of a write. `position` is that of its last event, of an append without events that of the log's end; it
 * is undefined for the repeat of an event that the stream hides, as with the real server.
 */
export type WriteOutcome =
  | { kind: "stored"; revision: number; position: number | undefined }
  | { kind: "wrong-version"; expected: number; head: number }
  | { kind: "deleted" }
  | { kind: "too-large" }
  | { kind: "timeout" }
  | { kind: "bad-request"; message: string };

/**
 * Decides about a change and, when it is to be, inserts what it takes; the new rows are added to `stored`. Only inside
 * the writer's transaction.
 */
export function applyChange(log: EventLog, change: Change, stored: LoggedEvent[]): WriteOutcome {
  const { deadline } = change.options;
  if (deadline !== undefined && Date.now() > deadline) return { kind: "timeout" };
  try {
    return change.kind === "append" ? append(log, change, stored) : remove(log, change.kind, change.options, stored);
  } catch (error) {
    // Nothing has been inserted yet: metadata is read before.
    if (error instanceof DamagedRow) return { kind: "bad-request", message: error.message };
    throw error;
  }
}

function append(
  log: EventLog,
  { options, events }: { options: AppendOptions; events: readonly ProposedEvent[] },
  stored: LoggedEvent[],
): WriteOutcome {
  const { streamName, expected } = options;
  const ids = events.map((event) => event.id);
  const { decision, head, known } = decide(log, streamName, expected, ids);
  if (decision.kind === "wrong-version") return { kind: "wrong-version", expected, head };
  if (decision.kind === "deleted") return decision;
  if (decision.kind === "repeat") {
    const { revision, position } = decision;
    const hidden = known && revision < log.firstVisible(known);
    return { kind: "stored", revision, position: hidden ? undefined : position };
  }
  if (events.length === 0) return { kind: "stored", revision: head, position: log.lastPosition };
  const revived = revival(log, streamName, head, events);
  const stream = known ?? log.streams.create(streamName);
  const created = log.createdNow();
  for (const event of events) stored.push(log.insert(stream, event, created));
  const outcome: WriteOutcome = { kind: "stored", revision: stream.head, position: log.lastPosition };
  if (revived) stored.push(writeMetadata(log, revived.name, revived.metadata, created));
  return outcome;
}

/** Deletes as the real server does: a repeat is no repeat but a second deletion, which succeeds. */
function remove(
  log: EventLog,
  kind: "delete" | "tombstone",
  { streamName, expected }: AppendOptions,
  stored: LoggedEvent[],
): WriteOutcome {
  const { decision, head, known } = decide(log, streamName, expected, [newId()]);
  if (decision.kind === "deleted") return decision;
  const missing = head === NO_EVENTS && log.streams.named(metastreamOf(streamName)) === undefined;
  if (decision.kind !== "store" || (kind === "delete" && missing)) return { kind: "wrong-version", expected, head };
  const created = log.createdNow();
  if (kind === "delete") {
    stored.push(writeMetadata(log, streamName, DELETED_METADATA, created));
  } else {
    const stream = known ?? log.streams.create(streamName);
    stored.push(log.insert(stream, systemEvent(TOMBSTONE_TYPE, NOTHING, false), created, DELETED));
  }
  return { kind: "stored", revision: head, position: log.lastPosition };
}

function decide(log: EventLog, streamName: string, expected: number, ids: readonly Uint8Array[]) {
  const { streams } = log;
  const known = streams.named(streamName);
  const head = streams.isTombstoned(streamName) ? DELETED : (known?.head ?? NO_EVENTS);
  const state = {
    head,
    softDeleted: streams.rules(streamName).truncateBefore === DELETED,
    hasMetadata: known === undefined && streams.named(metastreamOf(streamName)) !== undefined,
  };
  const decision = decideAppend(expected, state, ids, {
    latest: (id) => known && log.latest(known, id),
    at: (revision) => known && log.at(known, revision),
  });
  return { decision, head, known };
}

/**
 * An append to a deleted stream brings it back from the revision behind its old head; one to the metadata of a deleted
 * stream does too, with the new metadata. Undefined when there is nothing to bring back.
 */
function revival(
  { streams }: EventLog,
  streamName: string,
  head: number,
  events: readonly ProposedEvent[],
): { name: string; metadata: Buffer } | undefined {
  const original = originalOf(streamName);
  const name = original ?? streamName;
  if (streams.rules(name).truncateBefore !== DELETED) return undefined;
  const from = (original === undefined ? head : (streams.named(name)?.head ?? NO_EVENTS)) + 1;
  const current = original === undefined ? streams.metadata(name) : events.at(-1)?.data;
  return { name, metadata: undeleted(current ?? NOTHING, from) };
}

function writeMetadata(log: EventLog, streamName: string, metadata: Buffer, created: number): LoggedEvent {
  const name = metastreamOf(streamName);
  const stream: KnownStream = log.streams.named(name) ?? log.streams.create(name);
  return log.insert(stream, systemEvent(METADATA_TYPE, metadata, true), created);
}

const NOTHING = Buffer.alloc(0);

function systemEvent(type: string, data: Buffer, json: boolean): ProposedEvent {
  return { id: newId(), type, json, metadata: NOTHING, data, size: 0 };
}

function newId(): Uint8Array {
  const id = uuidFromText(Buffer.from(randomUUID()));
  if (!id) throw new Error("a random UUID is no UUID");
  return id;
}
