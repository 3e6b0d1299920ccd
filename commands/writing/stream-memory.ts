import { LRUCache } from "lru-cache";
import { genesisHash } from "../../domain/chain/chain.ts";
import type { Position, RecordedEvent } from "../../domain/chain/envelope.ts";
import type { Appended, EventStore } from "../../infra/event-store/port.ts";

/** How a stream's events become a state. One value per aggregate, shared by all its streams. */
export interface Aggregate<State> {
  readonly name: string;
  readonly initial: State;
  evolve(state: State, event: RecordedEvent): State;
}

/** One event that a command has put into a stream: what is needed to answer a repeat of the command. */
export interface OwnEvent {
  readonly id: string;
  readonly type: string;
  readonly revision: bigint;
  readonly position: Position;
}

/** What a command has left in a stream. */
export interface OwnTrace {
  readonly fp: string;
  readonly events: readonly OwnEvent[];
}

/** A stream as far as it has been read. Replaced, never changed. */
export interface LoadedStream<State> {
  readonly stream: string;
  readonly state: State;
  readonly revision: bigint;
  readonly hash: string;
  readonly position: Position | undefined;
  readonly commands: ReadonlyMap<string, readonly OwnTrace[]>;
}

/** The links of a stream's chain do not hold: nothing more is written to it until somebody has looked. */
export class BrokenChainError extends Error {
  readonly code = "integrity_broken";
}

const PAGE = 2_000;
const REMEMBERED_STREAMS = 10_000;

/**
 * Streams that this process has read lately, so that a command or an effect reads only what came since. The memory may
 * be behind the store: an append at its revision tells, and `refresh` reads forward.
 */
export class StreamMemory {
  readonly #store: EventStore;
  readonly #loaded = new LRUCache<string, LoadedStream<unknown>>({ max: REMEMBERED_STREAMS });
  /** When the store was last known to have no more of a stream than is remembered; on the monotonic clock. */
  readonly #confirmedAt = new LRUCache<string, number>({ max: REMEMBERED_STREAMS });

  constructor(store: EventStore) {
    this.#store = store;
  }

  /** What is remembered of a stream, without asking the store. */
  remembered<State>(stream: string): LoadedStream<State> | undefined {
    return this.#loaded.get(stream) as LoadedStream<State> | undefined; // one aggregate per stream name
  }

  /** Reads forward to the stream's end. */
  async refresh<State>(stream: string, aggregate: Aggregate<State>): Promise<LoadedStream<State>> {
    let loaded = this.remembered<State>(stream) ?? emptyStream(stream, aggregate);
    for (;;) {
      const asked = performance.now();
      const page = await this.#store.readStream(stream, { from: loaded.revision + 1n, limit: PAGE });
      loaded = this.advance(loaded, aggregate, page);
      if (page.length >= PAGE) continue;
      this.#confirmedAt.set(stream, asked);
      return loaded;
    }
  }

  /** As `refresh`; what the store has said of the stream within the last `maxAgeMs` is taken for its word of now. */
  async recent<State>(stream: string, aggregate: Aggregate<State>, maxAgeMs: number): Promise<LoadedStream<State>> {
    const confirmedAt = this.#confirmedAt.get(stream) ?? Number.NEGATIVE_INFINITY;
    const loaded = performance.now() - confirmedAt <= maxAgeMs ? this.remembered<State>(stream) : undefined;
    return loaded ?? (await this.refresh(stream, aggregate));
  }

  /**
   * After an append that the store has taken at `loaded`'s revision: adds what is stored in its place, as it came by in
   * the live log, or reads it.
   *
   * @param sentAt when the append was sent, on the monotonic clock
   */
  async appended<State>(
    loaded: LoadedStream<State>,
    aggregate: Aggregate<State>,
    { stored }: Appended,
    sentAt: number,
  ): Promise<LoadedStream<State>> {
    if (stored === undefined) return await this.refresh(loaded.stream, aggregate);
    const next = this.advance(loaded, aggregate, stored);
    this.#confirmedAt.set(loaded.stream, sentAt);
    return next;
  }

  /** Adds events that were read directly after what is loaded, and remembers the result. */
  advance<State>(
    loaded: LoadedStream<State>,
    aggregate: Aggregate<State>,
    events: readonly RecordedEvent[],
  ): LoadedStream<State> {
    const next = fold(loaded, aggregate, events);
    const newest = this.#loaded.get(next.stream);
    if (!newest || newest.revision <= next.revision) this.#loaded.set(next.stream, next);
    return next;
  }

  /** Drops what is remembered of a stream. */
  forget(stream: string): void {
    this.#loaded.delete(stream);
    this.#confirmedAt.delete(stream);
  }
}

/** A stream of which nothing has been read. */
export function emptyStream<State>(stream: string, aggregate: Aggregate<State>): LoadedStream<State> {
  return {
    stream,
    state: aggregate.initial,
    revision: -1n,
    hash: genesisHash(stream),
    position: undefined,
    commands: new Map(),
  };
}

/**
 * Folds further events of a stream. Checks revisions and the links of the chain, not the content's hashes: those cost
 * more than everything else here, and verification recomputes them. Throws BrokenChainError.
 */
export function fold<State>(
  loaded: LoadedStream<State>,
  aggregate: Aggregate<State>,
  events: readonly RecordedEvent[],
): LoadedStream<State> {
  if (events.length === 0) return loaded;
  let { state, revision, hash, position } = loaded;
  const commands = new Map(loaded.commands);
  for (const event of events) {
    if (event.revision <= revision) continue;
    if (event.revision !== revision + 1n || event.metadata?.prevHash !== hash) {
      throw new BrokenChainError(
        `${event.stream} revision ${event.revision} does not follow from revision ${revision}; run "ordertrail verify" on it`,
      );
    }
    state = aggregate.evolve(state, event);
    revision = event.revision;
    hash = event.metadata.hash;
    position = event.position;
    remember(commands, event);
  }
  return { stream: loaded.stream, state, revision, hash, position, commands };
}

function remember(commands: Map<string, readonly OwnTrace[]>, event: RecordedEvent): void {
  const { cmd, fp } = event.metadata;
  const own: OwnEvent = { id: event.id, type: event.type, revision: event.revision, position: event.position };
  const traces = commands.get(cmd) ?? [];
  const trace = traces.find((t) => t.fp === fp);
  commands.set(
    cmd,
    trace
      ? traces.map((t) => (t === trace ? { fp, events: [...t.events, own] } : t))
      : [...traces, { fp, events: [own] }],
  );
}
