import { DELETED } from "../log/stream-rules.ts";
import { ANY, NO_EVENTS, NO_STREAM, STREAM_EXISTS } from "./expected.ts";

/** What to do with an append: store it, answer from what is stored because it is a repeat, or refuse it. */
export type Decision =
  | { kind: "store" }
  | ({ kind: "repeat" } & Place)
  | { kind: "wrong-version" }
  | { kind: "deleted" };

/** The stream that is written to. */
export interface StreamState {
  /** Its last revision, NO_EVENTS, or DELETED. */
  head: number;
  /** Deleted, and not written since: it goes on under the old numbering, also for writers who expect no stream. */
  softDeleted: boolean;
  hasMetadata: boolean;
}

/** Where an event lies; without a position when it was scavenged. */
export interface Place {
  revision: number;
  position: number | undefined;
}

/** The stored events of the stream that is appended to, and what is known of those that were scavenged. */
export interface StoredEvents {
  /** Where an event with that id lies. */
  latest(id: Uint8Array): Place | undefined;
  at(revision: number): { id: Uint8Array; position: number | undefined } | undefined;
}

const STORE: Decision = { kind: "store" };
const REFUSE: Decision = { kind: "wrong-version" };
const GONE: Decision = { kind: "deleted" };

/**
 * The rules of the real server. A repeat is known by event ids alone: whatever else the events hold, the first stays.
 * With `any` and `stream exists` the ids may lie anywhere in the stream; below the head they must be exactly the events
 * that follow the expected revision. An append that begins like a repeat and goes further is refused.
 *
 * A deleted stream may be written again by whoever expects no stream, anything, or its old head; a repeat of one of its
 * old events is answered as such and brings nothing back.
 */
export function decideAppend(
  expected: number,
  { head, softDeleted, hasMetadata }: StreamState,
  ids: readonly Uint8Array[],
  stored: StoredEvents,
): Decision {
  if (head === DELETED) return GONE;
  if (expected === STREAM_EXISTS && softDeleted) return GONE;
  if (expected === STREAM_EXISTS && head === NO_EVENTS && !hasMetadata) return REFUSE;
  if (expected === ANY || expected === STREAM_EXISTS) return head === NO_EVENTS ? STORE : anywhere(ids, stored);
  if (expected === head) return STORE;
  if (expected > head) return REFUSE;
  return following(expected, ids, stored, expected === NO_STREAM && softDeleted);
}

function anywhere(ids: readonly Uint8Array[], stored: StoredEvents): Decision {
  let last: Place | undefined;
  for (const [i, id] of ids.entries()) {
    const place = stored.latest(id);
    if (!place) return i === 0 ? STORE : REFUSE;
    last = place;
  }
  return last ? { kind: "repeat", ...last } : STORE;
}

function following(
  expected: number,
  ids: readonly Uint8Array[],
  stored: StoredEvents,
  mayBeginAnew: boolean,
): Decision {
  let revision = expected;
  let position: number | undefined;
  for (const id of ids) {
    revision++;
    const there = stored.at(revision);
    if (!there || Buffer.compare(there.id, id) !== 0) return mayBeginAnew && revision === expected + 1 ? STORE : REFUSE;
    position = there.position;
  }
  return revision === expected ? REFUSE : { kind: "repeat", revision, position };
}
