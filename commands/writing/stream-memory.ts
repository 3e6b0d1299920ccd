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
  /** Business time at which it was recorded: RFC 3339, UTC. */
  readonly at: string;
}

/** What is remembered of an event that a command of ours has left. */
export const ownEvent = ({ id, type, revision, position, metadata }: RecordedEvent): OwnEvent => ({
  id,
  type,
  revision,
  position,
  at: metadata.at,
});

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
/** Of each kind of stream: orders do not drive out couriers, nor couriers sites. */
const REMEMBERED_OF_A_KIND = 10_000;
/** Events that came by and are folded only when somebody asks for their stream; then so many at once. */
const MOST_UNFOLDED = 8;

/** Aggregates by the kind of stream (`order`, `courier`) that are remembered as soon as they begin. */
export type FromBirth = readonly (readonly [kind: string, aggregate: Aggregate<unknown>])[];

/** The streams of an aggregate are remembered as soon as they begin. Its name is what their names begin with. */
export const fromBirth = <State>(aggregate: Aggregate<State>): FromBirth[number] => [
  aggregate.name,
  aggregate as Aggregate<unknown>, // it folds its own states only: one aggregate per stream name
];

interface Remembered {
  loaded: LoadedStream<unknown>;
  readonly aggregate: Aggregate<unknown>;
  /** Came by in the live log after `loaded`; each follows the one before. */
  unfolded: RecordedEvent[];
  /** Nothing that has come by since is missing here. */
  followed: boolean;
}

/**
 * Streams that this process has read lately, so that a command or an effect reads only what came since. Where the live
 * log is heard, what comes by is added to what is remembered, and streams that begin are known from their first event.
 * The memory may still be behind the store: an append at its revision tells, and `refresh` reads forward.
 */
export class StreamMemory {
  readonly #store: Pick<EventStore, "readStream" | "live">;
  readonly #followed: ReadonlyMap<string, Aggregate<unknown>>;
  readonly #kinds = new Map<string, LRUCache<string, Remembered>>();
  /** When the store was last known to have no more of a stream than is remembered; on the monotonic clock. */
  readonly #confirmedAt = new LRUCache<string, number>({ max: REMEMBERED_OF_A_KIND });
  /** What comes by of streams that are being read. */
  readonly #reading = new Map<string, Set<RecordedEvent[]>>();

  constructor(store: Pick<EventStore, "readStream" | "live">, fromBirth: FromBirth = []) {
    this.#store = store;
    this.#followed = new Map(fromBirth);
    store.live?.follow({ event: (event) => this.#hear(event), gap: () => this.#missed() });
  }

  /** What is remembered of a stream, without asking the store. */
  remembered<State>(stream: string): LoadedStream<State> | undefined {
    const remembered = this.#of(stream).get(stream);
    if (remembered === undefined) return undefined;
    settle(remembered);
    return remembered.loaded as LoadedStream<State>; // one aggregate per stream name
  }

  /** Reads forward to the stream's end. */
  async refresh<State>(stream: string, aggregate: Aggregate<State>): Promise<LoadedStream<State>> {
    let loaded = this.remembered<State>(stream) ?? emptyStream(stream, aggregate);
    const { cameBy, end } = this.#listen(stream);
    try {
      for (;;) {
        const asked = performance.now();
        const page = await this.#store.readStream(stream, { from: loaded.revision + 1n, limit: PAGE });
        loaded = this.advance(loaded, aggregate, page);
        if (page.length >= PAGE) continue;
        this.#confirmedAt.set(stream, asked);
        if (cameBy !== undefined) this.#followFrom(stream, cameBy);
        return loaded;
      }
    } finally {
      end();
    }
  }

  /**
   * As `refresh`; what the store has said of the stream within the last `maxAgeMs`, or what has come by when the live
   * log was heard up to then, is taken for its word of now.
   */
  async recent<State>(stream: string, aggregate: Aggregate<State>, maxAgeMs: number): Promise<LoadedStream<State>> {
    const since = performance.now() - maxAgeMs;
    const confirmed = (this.#confirmedAt.get(stream) ?? Number.NEGATIVE_INFINITY) >= since;
    const loaded = this.remembered<State>(stream);
    const heard =
      this.#of(stream).get(stream)?.followed === true && (this.#store.live?.heardUpTo ?? since - 1) >= since;
    return loaded !== undefined && (confirmed || heard) ? loaded : await this.refresh(stream, aggregate);
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
    const { stream, revision } = next;
    const remembered = this.#of(stream).get(stream);
    if (remembered === undefined) {
      const entry: Remembered = {
        loaded: next,
        aggregate: aggregate as Aggregate<unknown>, // folded with itself only: one aggregate per stream name
        unfolded: [],
        followed: false,
      };
      this.#of(stream).set(stream, entry);
    } else if (remembered.loaded.revision < revision) {
      remembered.loaded = next;
      remembered.unfolded = remembered.unfolded.filter((event) => event.revision > revision);
    }
    return next;
  }

  /** Drops what is remembered of a stream. */
  forget(stream: string): void {
    this.#of(stream).delete(stream);
    this.#confirmedAt.delete(stream);
  }

  #of(stream: string): LRUCache<string, Remembered> {
    const kind = kindOf(stream);
    const known = this.#kinds.get(kind);
    if (known !== undefined) return known;
    const made = new LRUCache<string, Remembered>({ max: REMEMBERED_OF_A_KIND });
    this.#kinds.set(kind, made);
    return made;
  }

  #hear(event: RecordedEvent): void {
    for (const cameBy of this.#reading.get(event.stream) ?? []) cameBy.push(event);
    const remembered = this.#of(event.stream).peek(event.stream);
    if (remembered !== undefined) {
      take(remembered, event);
      return;
    }
    const aggregate = event.revision === 0n ? this.#followed.get(kindOf(event.stream)) : undefined;
    if (aggregate === undefined) return;
    const loaded = emptyStream(event.stream, aggregate);
    this.#of(event.stream).set(event.stream, { loaded, aggregate, unfolded: [event], followed: true });
  }

  #missed(): void {
    this.#reading.clear();
    for (const kind of this.#kinds.values()) {
      for (const remembered of kind.values()) remembered.followed = false;
    }
  }

  /** Keeps what comes by of a stream until `end`; undefined where the live log is not heard. */
  #listen(stream: string): { readonly cameBy: RecordedEvent[] | undefined; readonly end: () => void } {
    if (this.#store.live?.open !== true) return { cameBy: undefined, end: () => {} };
    const cameBy: RecordedEvent[] = [];
    const listening = this.#reading.get(stream) ?? new Set();
    this.#reading.set(stream, listening.add(cameBy));
    return {
      cameBy,
      end: () => {
        listening.delete(cameBy);
        if (listening.size === 0 && this.#reading.get(stream) === listening) this.#reading.delete(stream);
      },
    };
  }

  /** After a reading to the stream's end, with all that came by meanwhile: from here on the live log tells the rest. */
  #followFrom(stream: string, cameBy: RecordedEvent[]): void {
    // A gap in the meantime has ended the listening.
    if (this.#reading.get(stream)?.has(cameBy) !== true) return;
    const remembered = this.#of(stream).peek(stream);
    if (remembered === undefined) return;
    remembered.followed = true;
    for (const event of cameBy) take(remembered, event);
  }
}

/** What stands before the stream's id in its name. */
const kindOf = (stream: string): string => stream.slice(0, stream.indexOf("-"));

/** Adds an event that came by, if it is the next one. */
function take(remembered: Remembered, event: RecordedEvent): void {
  if (!remembered.followed) return;
  const { loaded, unfolded } = remembered;
  const next = (unfolded.at(-1)?.revision ?? loaded.revision) + 1n;
  if (event.revision < next) return;
  if (event.revision > next) {
    remembered.followed = false;
    return;
  }
  unfolded.push(event);
  if (unfolded.length >= MOST_UNFOLDED) settle(remembered);
}

/** Folds what came by. What cannot be folded is met by whoever reads the stream. */
function settle(remembered: Remembered): void {
  const { loaded, aggregate, unfolded } = remembered;
  if (unfolded.length === 0) return;
  remembered.unfolded = [];
  try {
    remembered.loaded = fold(loaded, aggregate, unfolded);
  } catch {
    remembered.followed = false;
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
  const own = ownEvent(event);
  const traces = commands.get(cmd) ?? [];
  const trace = traces.find((t) => t.fp === fp);
  commands.set(
    cmd,
    trace
      ? traces.map((t) => (t === trace ? { fp, events: [...t.events, own] } : t))
      : [...traces, { fp, events: [own] }],
  );
}
