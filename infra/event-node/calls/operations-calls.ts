import { invalidArgument, scavengeNotFound } from "../http/errors.ts";
import type { CallHandler, GrpcCall } from "../http/grpc-call.ts";
import type { Scavenger } from "../scavenge/scavenger.ts";
import { frame } from "../wire/framing.ts";
import { bytesField, FieldReader, varintField } from "../wire/protobuf.ts";

/** `ScavengeResp.ScavengeResult` */
const RESULT = { started: 0, inProgress: 1, stopped: 2 } as const;

/** `Operations/StartScavenge`: begins one, or says that one runs. Threads and chunks mean nothing here. */
export function serveStartScavenge(call: GrpcCall, scavenger: Scavenger): CallHandler {
  return oneMessage(call, () => {
    const { scavengeId, already } = scavenger.start();
    return scavengeResponse(scavengeId, already ? RESULT.inProgress : RESULT.started);
  });
}

/** `Operations/StopScavenge` */
export function serveStopScavenge(call: GrpcCall, scavenger: Scavenger): CallHandler {
  return oneMessage(call, (message) => {
    const scavengeId = decodeStop(message);
    if (!scavenger.stop(scavengeId)) throw scavengeNotFound(scavengeId);
    return scavengeResponse(scavengeId, RESULT.stopped);
  });
}

function oneMessage(call: GrpcCall, answer: (message: Buffer) => Buffer): CallHandler {
  let answered = false;
  return {
    onMessage(message) {
      if (answered) throw invalidArgument("a second request on one call");
      answered = true;
      call.send(answer(message));
    },
    onEnd() {
      if (!answered) throw invalidArgument("a call without a request");
      call.end();
    },
  };
}

/** `StopScavengeReq` */
function decodeStop(message: Buffer): string {
  const request = new FieldReader(message);
  while (request.next()) {
    if (request.field !== 1) {
      request.skip();
      continue;
    }
    const options = request.message();
    while (options.next()) {
      if (options.field === 1) return options.text();
      options.skip();
    }
  }
  return "";
}

function scavengeResponse(scavengeId: string, result: number): Buffer {
  return frame(bytesField(1, scavengeId), varintField(2, result));
}
