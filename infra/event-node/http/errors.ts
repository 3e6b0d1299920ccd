import { LIMITS } from "../limits.ts";
import { DamagedRow } from "../log/event-row.ts";
import { UnreadableFrame } from "../wire/framing.ts";
import { MalformedMessage } from "../wire/protobuf.ts";

/** gRPC status codes, as far as the event node ends calls with them. */
export const STATUS = {
  ok: 0,
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  resourceExhausted: 8,
  failedPrecondition: 9,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
} as const;

/**
 * Ends a call with a status. `trailers` are what the client makes its typed errors from: `exception` names the error,
 * the others fill its fields.
 */
export class CallError extends Error {
  readonly code: number;
  readonly trailers: Record<string, string>;
  constructor(code: number, message: string, trailers: Record<string, string> = {}) {
    super(message);
    this.code = code;
    this.trailers = trailers;
  }
}

export const invalidArgument = (message: string): CallError => new CallError(STATUS.invalidArgument, message);

export const appendTooLarge = (): CallError =>
  new CallError(STATUS.invalidArgument, "Maximum Append Size Exceeded.", {
    exception: "maximum-append-size-exceeded",
    "maximum-append-size": String(LIMITS.appendSize),
  });

/** Of a stream that was tombstoned, or deleted where the caller counts on it. */
export const streamDeleted = (name: string): CallError =>
  new CallError(STATUS.failedPrecondition, `Event stream '${name}' is deleted.`, {
    exception: "stream-deleted",
    "stream-name": headerText(name),
  });

/** What a delete that does not meet its stream as expected is refused with; revisions as the store's own numbers. */
export const wrongExpectedVersion = (name: string, expected: number, actual: number): CallError =>
  new CallError(STATUS.failedPrecondition, `Stream '${name}' is at ${actual}, not as expected (${expected}).`, {
    exception: "wrong-expected-version",
    "stream-name": headerText(name),
    "expected-version": String(expected),
    "actual-version": String(actual),
  });

export const scavengeNotFound = (scavengeId: string): CallError =>
  new CallError(STATUS.notFound, "Scavenge id was invalid.", {
    exception: "scavenge-not-found",
    "scavenge-id": headerText(scavengeId),
  });

/** A name in a trailer, which holds Latin-1 without control characters: as its UTF-8, as the client reads it. */
function headerText(name: string): string {
  return [...Buffer.from(name.toWellFormed())]
    .map((byte) => (byte < 32 || byte === 127 ? "?" : String.fromCharCode(byte)))
    .join("");
}

export const shuttingDown = (): CallError => new CallError(STATUS.unavailable, "The event node is shutting down.");

/** The status that an error thrown while serving a call ends it with. */
export function toCallError(error: unknown): CallError {
  if (error instanceof CallError) return error;
  if (error instanceof MalformedMessage) return invalidArgument(error.message);
  if (error instanceof UnreadableFrame)
    return new CallError(error.tooLarge ? STATUS.resourceExhausted : STATUS.unimplemented, error.message);
  if (error instanceof DamagedRow) return new CallError(STATUS.dataLoss, error.message);
  return new CallError(STATUS.internal, error instanceof Error ? error.message : String(error));
}
