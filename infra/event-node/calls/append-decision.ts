import { ANY, NO_EVENTS, STREAM_EXISTS } from "./expected.ts";

/** What to do with an append: store it, answer from what is stored because it is a repeat, or refuse it. */
export type Decision =
  | { kind: "store" }
  | { kind: "repeat"; revision: number; position: number }
  | { kind: "wrong-version" };

/** The stored events of the stream that is appended to. */
export interface StoredEvents {
  /** Where an event with that id lies. */
  latest(id: Uint8Array): { revision: number; position: number } | undefined;
  at(revision: number): { id: Uint8Array; position: number } | undefined;
}

const STORE: Decision = { kind: "store" };
const REFUSE: Decision = { kind: "wrong-version" };

/**
 * The rules of the real server. A repeat is known by event ids alone: whatever else the events hold, the first stays.
 * With `any` and `stream exists` the ids may lie anywhere in the stream; below the head they must be exactly the events
 * that follow the expected revision. An append that begins like a repeat and goes further is refused.
 */
export function decideAppend(
  expected: number,
  head: number,
  ids: readonly Uint8Array[],
  stored: StoredEvents,
): Decision {
  if (expected === STREAM_EXISTS && head === NO_EVENTS) return REFUSE;
  if (expected === ANY || expected === STREAM_EXISTS) return head === NO_EVENTS ? STORE : anywhere(ids, stored);
  if (expected === head) return STORE;
  if (expected > head) return REFUSE;
  return following(expected, ids, stored);
}

function anywhere(ids: readonly Uint8Array[], stored: StoredEvents): Decision {
  let last: { revision: number; position: number } | undefined;
  for (const [i, id] of ids.entries()) {
    const place = stored.latest(id);
    if (!place) return i === 0 ? STORE : REFUSE;
    last = place;
  }
  return last ? { kind: "repeat", ...last } : STORE;
}

function following(expected: number, ids: readonly Uint8Array[], stored: StoredEvents): Decision {
  let revision = expected;
  let position = 0;
  for (const id of ids) {
    revision++;
    const there = stored.at(revision);
    if (!there || Buffer.compare(there.id, id) !== 0) return REFUSE;
    position = there.position;
  }
  return revision === expected ? REFUSE : { kind: "repeat", revision, position };
}
