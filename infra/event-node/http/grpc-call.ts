import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { LIMITS } from "../limits.ts";
import { FrameSplitter } from "../wire/framing.ts";
import { type CallError, CallError as Failure, STATUS, toCallError } from "./errors.ts";

/** What a method does with the messages of its call. Errors thrown by it end the call with their status. */
export interface CallHandler {
  onMessage(message: Buffer): void;
  /** The client has sent its last message. */
  onEnd(): void;
}

/** Where the answers of a call go, as those who produce them see it. */
export interface Answers {
  /** True once an answer was completed, or the client has cancelled or is gone. */
  readonly over: boolean;
  /** True while what was sent and not yet taken by the connection is within its bound. */
  readonly hasRoom: boolean;
  /** Sends framed messages. The caller asks `hasRoom` before it produces more. */
  send(bytes: Buffer): void;
  /** Resolves when there is room again, or the call is over. */
  room(): Promise<void>;
  end(): void;
  fail(error: CallError): void;
  onClose(listener: () => void): void;
}

const GRPC_HEADERS = { ":status": 200, "content-type": "application/grpc" };

/** One gRPC call on an HTTP/2 stream, from the server's side. */
export class GrpcCall implements Answers {
  readonly #stream: ServerHttp2Stream;
  readonly #closeListeners: (() => void)[] = [];
  #roomWaiters: (() => void)[] = [];
  #ended = false;
  #unsent = 0;
  #deadline: NodeJS.Timeout | undefined;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.#stream = stream;
    // Every error is followed by close, which is where calls are given up.
    stream.on("error", () => {});
    stream.on("close", () => this.#closed());
    const timeout = parseTimeout(headers["grpc-timeout"]);
    if (timeout !== undefined)
      this.#deadline = setTimeout(
        () => this.fail(new Failure(STATUS.deadlineExceeded, "Deadline exceeded")),
        timeout,
      ).unref();
  }

  get over(): boolean {
    return this.#ended || this.#stream.destroyed || this.#stream.closed;
  }

  get hasRoom(): boolean {
    return this.#unsent < LIMITS.unsentBytes;
  }

  serve(handler: CallHandler): void {
    const splitter = new FrameSplitter(LIMITS.messageSize);
    const guarded = (action: () => void) => {
      if (this.#ended) return;
      try {
        action();
      } catch (error) {
        this.fail(toCallError(error));
      }
    };
    this.#stream.on("data", (chunk: Buffer) =>
      guarded(() => splitter.push(chunk, (message) => this.#ended || handler.onMessage(message))),
    );
    this.#stream.on("end", () => guarded(() => handler.onEnd()));
  }

  onClose(listener: () => void): void {
    this.#closeListeners.push(listener);
  }

  send(bytes: Buffer): void {
    if (this.over) return;
    this.#begin();
    this.#unsent += bytes.length;
    this.#stream.write(bytes, () => {
      this.#unsent -= bytes.length;
      if (this.hasRoom) this.#wakeRoomWaiters();
    });
  }

  room(): Promise<void> {
    if (this.hasRoom || this.over) return Promise.resolve();
    return new Promise((resolve) => this.#roomWaiters.push(resolve));
  }

  end(): void {
    this.#finish({ "grpc-status": String(STATUS.ok) });
  }

  fail(error: CallError): void {
    this.#finish({
      "grpc-status": String(error.code),
      "grpc-message": encodeMessage(error.message),
      ...error.trailers,
    });
  }

  /** Stops taking messages off the connection, until `resume`. */
  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    if (!this.#ended) this.#stream.resume();
  }

  #begin(): void {
    if (!this.#stream.headersSent) this.#stream.respond(GRPC_HEADERS, { waitForTrailers: true });
  }

  #finish(trailers: Record<string, string>): void {
    if (this.over) return;
    this.#ended = true;
    clearTimeout(this.#deadline);
    if (this.#stream.headersSent) {
      this.#stream.once("wantTrailers", () => this.#stream.sendTrailers(trailers));
      this.#stream.end();
    } else {
      this.#stream.respond({ ...GRPC_HEADERS, ...trailers }, { endStream: true });
    }
    // What the client still sends is read and dropped: the stream closes only when its side has ended too.
    this.#stream.resume();
    this.#wakeRoomWaiters();
    this.#notifyClosed();
  }

  #closed(): void {
    clearTimeout(this.#deadline);
    this.#ended = true;
    this.#wakeRoomWaiters();
    this.#notifyClosed();
  }

  #notifyClosed(): void {
    for (const listener of this.#closeListeners.splice(0)) listener();
  }

  #wakeRoomWaiters(): void {
    const waiters = this.#roomWaiters;
    this.#roomWaiters = [];
    for (const resolve of waiters) resolve();
  }
}

/** The `grpc-message` trailer: printable ASCII as it is, the rest of its UTF-8 percent-encoded. */
function encodeMessage(text: string): string {
  return text.toWellFormed().replace(/[^ -~]|%/gu, encodeURIComponent);
}

const UNIT_MS: Record<string, number> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };
const LONGEST_TIMER = 2 ** 31 - 1;

/** The `grpc-timeout` header in milliseconds: up to eight digits and a unit. */
export function parseTimeout(header: string | string[] | undefined): number | undefined {
  const match = typeof header === "string" ? /^(\d{1,8})([HMSmun])$/.exec(header) : null;
  if (!match) return undefined;
  return Math.min(Number(match[1]) * (UNIT_MS[match[2] ?? ""] ?? 1), LONGEST_TIMER);
}
