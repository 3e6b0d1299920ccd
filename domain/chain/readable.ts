import type { RecordedEvent } from "./envelope.ts";

/** Newest version of each type's shape that this program reads; types that are not named here have only the first. */
const NEWEST: Readonly<Record<string, number>> = {};

/** An event that does not have the shape of an event: no JSON, no envelope. */
export class MalformedEventError extends Error {
  override readonly name = "MalformedEventError";
  readonly code = "malformed_event";
}

/** An event in a version of its shape that this program does not know: a newer one has written it. */
export class UnknownVersionError extends Error {
  override readonly name = "UnknownVersionError";
  readonly code = "unknown_version";
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);

/**
 * Sees that an event can be read at all: its data is an object, and its envelope says when it happened and in which
 * version of its shape. Throws MalformedEventError, and UnknownVersionError for a version that is not known here: taken
 * for an older one, it would be misread in silence.
 */
export function assertReadable(event: RecordedEvent): void {
  const { data, metadata, type, id } = event;
  if (!isObject(data)) throw new MalformedEventError(`the data of ${type} ${id} is no JSON object`);
  const envelope: unknown = metadata; // as somebody has stored it
  if (!isObject(envelope)) throw new MalformedEventError(`${type} ${id} has no envelope`);
  if (!Number.isInteger(envelope.v) || Number(envelope.v) < 1) {
    throw new MalformedEventError(`${type} ${id} does not say the version of its shape`);
  }
  if (typeof envelope.at !== "string" || Number.isNaN(Date.parse(envelope.at))) {
    throw new MalformedEventError(`${type} ${id} does not say when it happened`);
  }
  const newest = NEWEST[type] ?? 1;
  if (metadata.v > newest)
    throw new UnknownVersionError(`${type} has version ${metadata.v}; this program knows ${newest}`);
}
