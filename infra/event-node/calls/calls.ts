import { CallError, STATUS, shuttingDown } from "../http/errors.ts";
import type { CallHandler, GrpcCall } from "../http/grpc-call.ts";
import { clusterInfo, type NodeAddress, supportedMethods } from "../http/node-info.ts";
import type { EventLog } from "../log/event-log.ts";
import type { Writer } from "../log/writer.ts";
import type { Scavenger } from "../scavenge/scavenger.ts";
import type { LiveSubscribers } from "../subscribe/live-subscribers.ts";
import { AllSubscription } from "../subscribe/subscribe-all.ts";
import { StreamSubscription } from "../subscribe/subscribe-stream.ts";
import { decodeRead, type ReadRequest } from "../wire/read-request.ts";
import { serveAppend, serveBatchAppend } from "./append-calls.ts";
import { serveDelete } from "./delete-calls.ts";
import { serveStartScavenge, serveStopScavenge } from "./operations-calls.ts";
import { read } from "./read.ts";

export interface NodeParts {
  log: EventLog;
  writer: Writer;
  live: LiveSubscribers;
  scavenger: Scavenger;
  instanceId: Buffer;
}

type Serve = (call: GrpcCall, parts: NodeParts, address: NodeAddress) => CallHandler;

const METHODS = new Map<string, Serve>([
  ["/event_store.client.streams.Streams/Append", (call, { writer }) => serveAppend(call, writer)],
  ["/event_store.client.streams.Streams/BatchAppend", (call, { writer }) => serveBatchAppend(call, writer)],
  ["/event_store.client.streams.Streams/Delete", (call, { writer }) => serveDelete(call, writer, "delete")],
  ["/event_store.client.streams.Streams/Tombstone", (call, { writer }) => serveDelete(call, writer, "tombstone")],
  ["/event_store.client.streams.Streams/Read", serveRead],
  [
    "/event_store.client.operations.Operations/StartScavenge",
    (call, { scavenger }) => serveStartScavenge(call, scavenger),
  ],
  [
    "/event_store.client.operations.Operations/StopScavenge",
    (call, { scavenger }) => serveStopScavenge(call, scavenger),
  ],
  ["/event_store.client.server_features.ServerFeatures/GetSupportedMethods", unary(() => supportedMethods())],
  ["/event_store.client.gossip.Gossip/Read", unary((parts, address) => clusterInfo(parts.instanceId, address))],
]);

/** The calls of all connections: which method serves which path, and which calls are open. */
export class Calls {
  readonly #parts: NodeParts;
  readonly #open = new Set<GrpcCall>();
  #stopping = false;

  constructor(parts: NodeParts) {
    this.#parts = parts;
  }

  /** True while the node takes calls and can write its log. */
  get ready(): boolean {
    return !this.#stopping && this.#parts.writer.accepts;
  }

  get scavenger(): Scavenger {
    return this.#parts.scavenger;
  }

  serve(call: GrpcCall, path: string, address: NodeAddress): void {
    const serve = METHODS.get(path);
    if (this.#stopping || !serve) {
      call.fail(this.#stopping ? shuttingDown() : new CallError(STATUS.unimplemented, `${path} is not offered`));
      return;
    }
    this.#open.add(call);
    call.onClose(() => this.#open.delete(call));
    call.serve(serve(call, this.#parts, address));
  }

  /** Commits what has arrived and answers it, then ends every open call with UNAVAILABLE. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const call of this.#open) call.pause();
    this.#parts.writer.drain();
    // The answers of a commit are written in a microtask behind it.
    await Promise.resolve();
    for (const call of [...this.#open]) call.fail(shuttingDown());
  }
}

function serveRead(call: GrpcCall, { log, live }: NodeParts): CallHandler {
  let request: ReadRequest | undefined;
  return {
    onMessage(message) {
      if (request) throw new CallError(STATUS.invalidArgument, "a second read on one call");
      request = decodeRead(message);
      const { streamName, extent } = request;
      if (extent.kind === "count") void read(call, request, extent.count, log);
      else if (streamName === undefined) new AllSubscription(call, request, log, live).start();
      else new StreamSubscription(call, streamName, request, log, live).start();
    },
    onEnd() {
      if (!request) throw new CallError(STATUS.invalidArgument, "a read without a request");
    },
  };
}

/** A method that answers any request with one message. */
function unary(answer: (parts: NodeParts, address: NodeAddress) => Buffer): Serve {
  return (call, parts, address) => ({
    onMessage() {
      call.send(answer(parts, address));
    },
    onEnd() {
      call.end();
    },
  });
}
