import {
  appendTooLarge,
  CallError,
  invalidArgument,
  STATUS,
  streamDeleted,
  wrongExpectedVersion,
} from "../http/errors.ts";
import type { CallHandler, GrpcCall } from "../http/grpc-call.ts";
import { LIMITS } from "../limits.ts";
import type { WriteOutcome } from "../log/changes.ts";
import type { Writer } from "../log/writer.ts";
import { type AppendOptions, decodeAppend, decodeBatchAppend, type ProposedEvent } from "../wire/append-requests.ts";
import { appendResponse, batchAppendResponse } from "../wire/responses.ts";

/** An append whose events may still be arriving. Once it is clear that it will be refused, nothing of it is kept. */
class ArrivingAppend {
  readonly options: AppendOptions;
  events: ProposedEvent[] = [];
  size = 0;
  #untyped = false;

  constructor(options: AppendOptions) {
    this.options = options;
  }

  add(events: readonly ProposedEvent[]): void {
    for (const event of events) {
      this.size += event.size;
      if (event.type === "") this.#untyped = true;
      if (this.tooLarge || this.#untyped) this.events = [];
      else this.events.push(event);
    }
  }

  get tooLarge(): boolean {
    return this.size > LIMITS.appendSize;
  }

  /** Why it cannot be stored, whatever the stream looks like. */
  refusal(): Extract<WriteOutcome, { kind: "too-large" | "bad-request" }> | undefined {
    if (this.tooLarge) return { kind: "too-large" };
    if (this.options.streamName === "") return { kind: "bad-request", message: "An append needs a stream name." };
    if (this.#untyped) return { kind: "bad-request", message: "An event needs a type." };
    return undefined;
  }
}

/** `Streams/Append`: the options, then one event per message; one answer after the last. */
export function serveAppend(call: GrpcCall, writer: Writer): CallHandler {
  let append: ArrivingAppend | undefined;
  return {
    onMessage(message) {
      const decoded = decodeAppend(message);
      if (decoded.kind === "options") append = new ArrivingAppend(decoded.options);
      else if (append) append.add([decoded.event]);
      else throw invalidArgument("an event before the options of its append");
      if (append.tooLarge) throw appendTooLarge();
    },
    onEnd() {
      if (!append) throw invalidArgument("an append without options");
      const refusal = append.refusal();
      if (refusal) {
        call.fail(failure(refusal, append.options.streamName));
        return;
      }
      const { options, events, size } = append;
      writer.write({
        change: { kind: "append", options, events },
        size,
        abandoned: () => call.over,
        settle(outcome) {
          if (outcome.kind === "stored" || outcome.kind === "wrong-version") {
            call.send(appendResponse(outcome));
            call.end();
          } else {
            call.fail(failure(outcome, options.streamName));
          }
        },
      });
    },
  };
}

/** The status that a unary write ends with when it was not stored. */
export function failure(outcome: Exclude<WriteOutcome, { kind: "stored" }>, streamName: string): CallError {
  switch (outcome.kind) {
    case "wrong-version":
      return wrongExpectedVersion(streamName, outcome.expected, outcome.head);
    case "deleted":
      return streamDeleted(streamName);
    case "too-large":
      return appendTooLarge();
    case "timeout":
      return new CallError(STATUS.deadlineExceeded, "The write was not begun in time.");
    case "bad-request":
      return invalidArgument(outcome.message);
  }
}

/** `Streams/BatchAppend`: any number of appends at once on one call, answered as they are committed. */
export function serveBatchAppend(call: GrpcCall, writer: Writer): CallHandler {
  return new BatchAppendCall(call, writer);
}

class BatchAppendCall implements CallHandler {
  readonly #call: GrpcCall;
  readonly #writer: Writer;
  /** Appends of which a later message brings the rest, by correlation id. */
  readonly #unfinished = new Map<string, ArrivingAppend>();
  #waiting = 0;
  #waitingBytes = 0;
  #paused = false;
  #inputEnded = false;
  #answers: Buffer[] = [];

  constructor(call: GrpcCall, writer: Writer) {
    this.#call = call;
    this.#writer = writer;
  }

  onMessage(message: Buffer): void {
    const { correlationId, options, events, final } = decodeBatchAppend(message);
    const append = this.#arriving(correlationId, options);
    append.add(events);
    if (final) this.#append(correlationId, append);
  }

  onEnd(): void {
    this.#inputEnded = true;
    this.#endWhenAnswered();
  }

  #arriving(correlationId: Buffer, options: AppendOptions | undefined): ArrivingAppend {
    const key = correlationId.toString("latin1");
    const begun = this.#unfinished.get(key);
    if (begun) return begun;
    if (!options) throw invalidArgument("events of an append that was never begun");
    const append = new ArrivingAppend(options);
    this.#unfinished.set(key, append);
    if (this.#unfinished.size > LIMITS.unfinishedAppends)
      throw new CallError(STATUS.resourceExhausted, "too many unfinished appends on one call");
    return append;
  }

  #append(correlationId: Buffer, append: ArrivingAppend): void {
    this.#unfinished.delete(correlationId.toString("latin1"));
    const { options, events, size } = append;
    const answer = (outcome: WriteOutcome) =>
      this.#answer(batchAppendResponse(correlationId, options.streamName, outcome));
    const refusal = append.refusal();
    if (refusal) {
      answer(refusal);
      return;
    }
    this.#waiting++;
    this.#waitingBytes += size;
    this.#holdBack();
    this.#writer.write({
      change: { kind: "append", options, events },
      size,
      abandoned: () => this.#call.over,
      settle: (outcome) => {
        this.#waiting--;
        this.#waitingBytes -= size;
        answer(outcome);
      },
    });
  }

  /** The answers of one commit go out in one write. */
  #answer(frame: Buffer): void {
    this.#answers.push(frame);
    if (this.#answers.length > 1) return;
    queueMicrotask(() => {
      const [first] = this.#answers;
      if (first) this.#call.send(this.#answers.length === 1 ? first : Buffer.concat(this.#answers));
      this.#answers = [];
      this.#holdBack();
      this.#endWhenAnswered();
    });
  }

  /** Reads no further while too much waits to be committed, or the client does not take its answers. */
  #holdBack(): void {
    const full =
      this.#waiting >= LIMITS.waitingAppends || this.#waitingBytes >= LIMITS.waitingAppendBytes || !this.#call.hasRoom;
    if (full === this.#paused) return;
    this.#paused = full;
    if (!full) {
      this.#call.resume();
      return;
    }
    this.#call.pause();
    if (!this.#call.hasRoom) void this.#call.room().then(() => this.#holdBack());
  }

  #endWhenAnswered(): void {
    if (this.#inputEnded && this.#waiting === 0 && this.#answers.length === 0) this.#call.end();
  }
}
