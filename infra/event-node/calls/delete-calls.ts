import { CallError, invalidArgument, STATUS } from "../http/errors.ts";
import type { CallHandler, GrpcCall } from "../http/grpc-call.ts";
import type { Writer } from "../log/writer.ts";
import type { AppendOptions } from "../wire/append-requests.ts";
import { decodeDelete } from "../wire/delete-request.ts";
import { deleteResponse } from "../wire/responses.ts";
import { failure } from "./append-calls.ts";

/** What a delete counts towards the bound of what waits for the writer. */
const SIZE = 256;

/** `Streams/Delete` and `Streams/Tombstone`: hides a stream until it is written again, or ends it for good. */
export function serveDelete(call: GrpcCall, writer: Writer, kind: "delete" | "tombstone"): CallHandler {
  let options: AppendOptions | undefined;
  return {
    onMessage(message) {
      if (options) throw invalidArgument("a second delete on one call");
      options = decodeDelete(message);
      if (options.streamName === "") throw invalidArgument("a delete of a stream without a name");
    },
    onEnd() {
      if (!options) throw invalidArgument("a delete without a request");
      const { streamName } = options;
      writer.write({
        change: { kind, options },
        size: SIZE,
        abandoned: () => call.over,
        settle(outcome) {
          if (outcome.kind !== "stored") return call.fail(failure(outcome, streamName));
          if (outcome.position === undefined)
            return call.fail(new CallError(STATUS.internal, "a delete without a position"));
          call.send(deleteResponse(outcome.position));
          call.end();
        },
      });
    },
  };
}
