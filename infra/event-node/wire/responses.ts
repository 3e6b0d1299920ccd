import { randomUUID } from "node:crypto";
import { NO_EVENTS, NO_STREAM, STREAM_EXISTS } from "../calls/expected.ts";
import { LIMITS } from "../limits.ts";
import type { WriteOutcome } from "../log/changes.ts";
import { frame } from "./framing.ts";
import { bytesField, varintField } from "./protobuf.ts";

/** Framed answers of the streams service, apart from the events themselves (`event-encoding.ts`). */

const EMPTY = new Uint8Array(0);

/** google.rpc.Code, as far as appends answer with it. */
const RPC = { invalidArgument: 3, deadlineExceeded: 4, failedPrecondition: 9 } as const;

function streamIdentifier(field: number, name: string): Buffer {
  return bytesField(field, bytesField(3, name));
}

function position(field: number, at: number): Buffer {
  return bytesField(field, varintField(1, at), varintField(2, at));
}

/** The part that AppendResp.Success and BatchAppendResp.Success share. */
function success(revision: number, at: number | undefined): Buffer[] {
  const place = at === undefined ? bytesField(4, EMPTY) : position(3, at);
  return [revision === NO_EVENTS ? bytesField(2, EMPTY) : varintField(1, revision), place];
}

export function batchAppendResponse(correlationId: Buffer, streamName: string, outcome: WriteOutcome): Buffer {
  const id = bytesField(1, correlationId);
  const stream = streamIdentifier(4, streamName);
  if (outcome.kind === "stored")
    return frame(id, bytesField(3, ...success(outcome.revision, outcome.position)), stream);
  return frame(id, bytesField(2, ...rpcStatus(outcome, streamName)), stream);
}

/** google.rpc.Status whose detail names the error; the client raises its typed error from the detail alone. */
function rpcStatus(outcome: Exclude<WriteOutcome, { kind: "stored" }>, streamName: string): Buffer[] {
  const status = (code: number, message: string, detail: string, ...fields: Uint8Array[]) => [
    varintField(1, code),
    bytesField(2, message),
    bytesField(3, bytesField(1, `type.googleapis.com/event_store.client.${detail}`), bytesField(2, ...fields)),
  ];
  switch (outcome.kind) {
    case "wrong-version":
      return status(
        RPC.failedPrecondition,
        "WrongExpectedVersion",
        "WrongExpectedVersion",
        outcome.head === NO_EVENTS ? bytesField(2, EMPTY) : varintField(1, outcome.head),
        expectedField(outcome.expected, 3),
      );
    case "deleted":
      return status(RPC.failedPrecondition, "StreamDeleted", "StreamDeleted", streamIdentifier(1, streamName));
    case "too-large":
      return status(
        RPC.invalidArgument,
        "Maximum Append Size Exceeded",
        "MaximumAppendSizeExceeded",
        varintField(1, LIMITS.appendSize),
      );
    case "timeout":
      return status(RPC.deadlineExceeded, "Timeout", "Timeout");
    case "bad-request":
      return status(RPC.invalidArgument, outcome.message, "BadRequest", bytesField(1, outcome.message));
  }
}

/** `first` is the number of the oneof's first field; any, exists and no stream follow it in this order. */
function expectedField(expected: number, first: number): Buffer {
  if (expected >= 0) return varintField(first, expected);
  if (expected === STREAM_EXISTS) return bytesField(first + 2, EMPTY);
  if (expected === NO_STREAM) return bytesField(first + 3, EMPTY);
  return bytesField(first + 1, EMPTY);
}

/** AppendResp, for the two outcomes that the unary call answers with a message; the others end it with an error. */
export function appendResponse(outcome: Extract<WriteOutcome, { kind: "stored" | "wrong-version" }>): Buffer {
  if (outcome.kind === "stored") return frame(bytesField(1, ...success(outcome.revision, outcome.position)));
  const current = outcome.head === NO_EVENTS ? bytesField(7, EMPTY) : varintField(6, outcome.head);
  return frame(bytesField(2, current, expectedField(outcome.expected, 8)));
}

/** `DeleteResp` and `TombstoneResp`, which are alike. */
export function deleteResponse(at: number): Buffer {
  return frame(position(1, at));
}

export function streamNotFound(name: string): Buffer {
  return frame(bytesField(4, streamIdentifier(1, name)));
}

export function confirmation(): Buffer {
  return frame(bytesField(2, bytesField(1, randomUUID())));
}

export function checkpoint(at: number): Buffer {
  return frame(bytesField(3, varintField(1, at), varintField(2, at)));
}

export const CAUGHT_UP: Buffer = frame(bytesField(8, EMPTY));
