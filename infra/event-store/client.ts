import {
  type AllStreamResolvedEvent,
  BACKWARDS,
  END,
  ErrorType,
  EventStoreDBClient,
  excludeSystemEvents,
  FORWARDS,
  isCommandError,
  jsonEvent,
  NO_STREAM,
  type ResolvedEvent,
  START,
  type StreamingRead,
} from "@eventstore/db-client";
import type { Metadata, Position, RecordedEvent } from "../../domain/chain/envelope.ts";
import { AppendEcho } from "./echo.ts";
import { LiveSource } from "./live.ts";
import { type DatedPosition, placeAt } from "./place-at-time.ts";
import {
  type AllReader,
  type Appended,
  AppendTooLargeError,
  type DatedEventStore,
  type ExpectedRevision,
  type ReadStreamOptions,
  type StorableEvent,
  StoreUnavailableError,
  WrongRevisionError,
} from "./port.ts";

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 1_000;
const DEFAULT_STREAM_LIMIT = 10_000;

export interface EventStoreOptions {
  /** `esdb://…` */
  readonly url: string;
  /** How long one try of a call may take, in milliseconds. A call gives up after three times as much. */
  readonly timeoutMs: number;
}

/**
 * The port over @eventstore/db-client. One per process: with two client objects a stream error of one rejects the
 * other's appends in flight.
 */
export function createEventStore({ url, timeoutMs }: EventStoreOptions): DatedEventStore {
  const client = EventStoreDBClient.connectionString(url);
  const live = new LiveSource(({ ready, event, ended }) => subscribe(client, END, { event, ended }, ready));
  const echo = new AppendEcho(live.hear);

  return {
    live,

    async append(stream, events, expected) {
      const listener = echo.listen(stream);
      const cameBy = live.sent();
      try {
        const appended = await appendWithRepeats(client, timeoutMs, stream, events, expected);
        const first = expected === "no_stream" ? 0n : expected + 1n;
        const stored = await listener.events(first, appended.revision);
        if (stored !== undefined) cameBy();
        return { ...appended, stored };
      } finally {
        listener.end();
      }
    },

    async readStream(stream, options = {}) {
      return await tryAgain(timeoutMs, () => readStreamOnce(client, timeoutMs, stream, options));
    },

    async readAll(after, limit) {
      return await tryAgain(timeoutMs, () => readAllOnce(client, timeoutMs, after, limit));
    },

    async head() {
      return await tryAgain(timeoutMs, async () => {
        const reading = client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 });
        const [last] = await collect(reading, timeoutMs);
        return last?.event?.position;
      });
    },

    async placeAt(time) {
      return await placeAt(
        (direction, after, limit) => tryAgain(timeoutMs, () => readDated(client, timeoutMs, direction, after, limit)),
        time.getTime(),
      );
    },

    subscribeToAll(after, reader) {
      const reading = live.reading();
      const event = (event: RecordedEvent) => {
        reading.event(event);
        reader.event(event);
      };
      const ended = (cause: unknown) => {
        reading.ended();
        reader.ended(cause);
      };
      const stop = subscribe(client, after ?? START, { ...reader, event, ended }, () => reading.confirmed());
      return () => {
        reading.ended();
        stop();
      };
    },

    async close() {
      echo.close();
      await client.dispose();
    },
  };
}

/**
 * Appends, and repeats the identical append when the answer stayed away: the store recognises it by the event ids, so
 * an unknown outcome becomes a known one.
 */
async function appendWithRepeats(
  client: EventStoreDBClient,
  timeoutMs: number,
  stream: string,
  events: readonly StorableEvent[],
  expected: ExpectedRevision,
): Promise<Appended> {
  const batch = events.map((event) =>
    jsonEvent({
      id: event.id,
      type: event.type,
      data: event.data as Record<string, unknown>, // the client's type excludes nothing that JSON allows
      metadata: event.metadata as Record<string, unknown>,
    }),
  );
  return await tryAgain(timeoutMs, async () => {
    try {
      const result = await within(
        timeoutMs,
        client.appendToStream(stream, batch, { expectedRevision: expected === "no_stream" ? NO_STREAM : expected }),
      );
      if (!result.position) throw new Error("the event store acknowledged an append without a position");
      return { revision: result.nextExpectedRevision, position: result.position };
    } catch (error) {
      if (isType(error, ErrorType.WRONG_EXPECTED_VERSION)) throw new WrongRevisionError(stream, { cause: error });
      if (isType(error, ErrorType.MAXIMUM_APPEND_SIZE_EXCEEDED))
        throw new AppendTooLargeError(stream, { cause: error });
      throw error;
    }
  });
}

async function readStreamOnce(
  client: EventStoreDBClient,
  timeoutMs: number,
  stream: string,
  { from, direction = "forwards", limit = DEFAULT_STREAM_LIMIT }: ReadStreamOptions,
): Promise<RecordedEvent[]> {
  const forwards = direction === "forwards";
  try {
    const reading = client.readStream(stream, {
      fromRevision: from ?? (forwards ? START : END),
      direction: forwards ? FORWARDS : BACKWARDS,
      maxCount: limit,
    });
    return (await collect(reading, timeoutMs)).flatMap((resolved) => toRecorded(resolved) ?? []);
  } catch (error) {
    if (isType(error, ErrorType.STREAM_NOT_FOUND)) return [];
    throw error;
  }
}

async function readAllOnce(client: EventStoreDBClient, timeoutMs: number, after: Position | undefined, limit: number) {
  // Reading $all forwards from a position is inclusive: one more is asked for and the known one is dropped.
  const asked = limit + 1;
  const page = await collect(client.readAll({ fromPosition: after ?? START, maxCount: asked }), timeoutMs);
  const events: RecordedEvent[] = [];
  let next = after;
  for (const resolved of page) {
    const position = resolved.event?.position;
    if (!position || (after && position.commit <= after.commit)) continue;
    next = position;
    const event = toRecorded(resolved);
    if (event && !event.type.startsWith("$")) events.push(event);
  }
  return { events, next, atEnd: page.length < asked };
}

/** Positions of the log with the times at which the store wrote them. */
async function readDated(
  client: EventStoreDBClient,
  timeoutMs: number,
  direction: "forwards" | "backwards",
  after: Position | undefined,
  limit: number,
): Promise<DatedPosition[]> {
  const forwards = direction === "forwards";
  const reading = client.readAll({
    direction: forwards ? FORWARDS : BACKWARDS,
    fromPosition: after ?? (forwards ? START : END),
    maxCount: limit + 1,
  });
  const page = await collect(reading, timeoutMs);
  const dated = page.flatMap(({ event }) =>
    // Forwards the position that is read from comes along; backwards it does not.
    event?.position && event.position.commit !== after?.commit
      ? [{ position: event.position, stored: event.created.getTime() }]
      : [],
  );
  return dated.slice(0, limit);
}

/** `confirmed` is called when the store has taken the subscription: what is appended from then on is delivered. */
function subscribe(
  client: EventStoreDBClient,
  from: Position | typeof START | typeof END,
  reader: AllReader,
  confirmed?: () => void,
): () => void {
  const subscription = client.subscribeToAll({ fromPosition: from, filter: excludeSystemEvents() });
  let over = false;
  const end = (cause: unknown) => {
    if (over) return;
    over = true;
    subscription.unsubscribe().catch(() => {});
    reader.ended(cause);
  };
  subscription.on("data", (resolved) => {
    if (over) return;
    const event = toRecorded(resolved);
    if (event) reader.event(event);
  });
  subscription.on("confirmation", () => confirmed?.());
  subscription.on("caughtUp", () => reader.caughtUp?.());
  subscription.on("error", end);
  subscription.on("end", () => end(new Error("the subscription ended without an error")));
  return () => {
    over = true;
    subscription.unsubscribe().catch(() => {});
  };
}

function toRecorded({ event }: ResolvedEvent | AllStreamResolvedEvent): RecordedEvent | undefined {
  if (!event?.position) return undefined;
  return {
    stream: event.streamId,
    revision: event.revision,
    id: event.id,
    type: event.type,
    data: event.data,
    metadata: event.metadata as unknown as Metadata, // written by the project; verification and the runner check what it claims
    position: event.position,
  };
}

/** Reads a finite reading to its end; a reading that stays silent for `timeoutMs` is cancelled and rejected. */
function collect<T>(reading: StreamingRead<T>, timeoutMs: number): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const out: T[] = [];
    const timer = setTimeout(() => {
      reject(new StoreUnavailableError(`the event store did not answer a read within ${timeoutMs} ms`));
      void reading.cancel().catch(() => {});
    }, timeoutMs);
    reading.on("data", (item: T) => {
      out.push(item);
      timer.refresh();
    });
    reading.on("error", (error: Error) => {
      clearTimeout(timer);
      reject(error);
    });
    reading.on("end", () => {
      clearTimeout(timer);
      resolve(out);
    });
  });
}

/** Tries a call again while its failure is transient, with growing pauses, for at most three times `timeoutMs`. */
async function tryAgain<T>(timeoutMs: number, call: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + 3 * timeoutMs;
  for (let pause = FIRST_RETRY_MS; ; pause = Math.min(pause * 2, LAST_RETRY_MS)) {
    try {
      return await call();
    } catch (error) {
      if (isLasting(error)) throw error;
      if (performance.now() + pause > giveUpAt) {
        throw new StoreUnavailableError("the event store did not answer", { cause: error });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
  }
}

/** Errors that a repeat cannot mend; everything else (an election, a restart, a lost connection) passes. */
function isLasting(error: unknown): boolean {
  return (
    error instanceof WrongRevisionError ||
    error instanceof AppendTooLargeError ||
    isType(error, ErrorType.STREAM_NOT_FOUND) ||
    isType(error, ErrorType.STREAM_DELETED) ||
    isType(error, ErrorType.ACCESS_DENIED) ||
    isType(error, ErrorType.INVALID_ARGUMENT)
  );
}

const isType = (error: unknown, type: ErrorType): boolean =>
  error instanceof Error && isCommandError(error) && error.type === type;

/** The client has no deadline of its own for appends: a lost answer would hang for ever. */
async function within<T>(timeoutMs: number, call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new StoreUnavailableError(`the event store did not answer an append within ${timeoutMs} ms`)),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}
