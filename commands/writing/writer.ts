import type { Subkeys } from "../../domain/chain/sealing.ts";
import { type Appended, type EventStore, WrongRevisionError } from "../../infra/event-store/port.ts";
import { failpoint } from "../../infra/failpoints.ts";
import { Problem } from "../../infra/http/problems.ts";
import { buildEvents, type Decided, type Envelope, type Origin } from "./build-events.ts";
import { KeyedLock } from "./keyed-lock.ts";
import {
  type Aggregate,
  emptyStream,
  type FromBirth,
  type LoadedStream,
  type OwnTrace,
  StreamMemory,
} from "./stream-memory.ts";

const MOST_TRIES = 12;
const LONGEST_PAUSE_MS = 200;

/** One command against one stream. */
export interface Write<State> {
  readonly stream: string;
  readonly aggregate: Aggregate<State>;
  readonly envelope: Envelope;
  /** Pure; called again for each try with the state of then. Throws Refusal. An empty list means it holds already. */
  decide(state: State): readonly Decided[];
  /** Key that personal data in the decided events is sealed under. */
  readonly keys?: Subkeys | undefined;
  /**
   * `command`: the same `cmd` with another fingerprint is a reused key (422). `fact`: it is a further fact, and is
   * appended.
   */
  readonly kind: "command" | "fact";
  /** Revision that the caller saw, from If-Match; checked after the look for the own command. */
  readonly ifRevision?: bigint | undefined;
  /** Nothing but a first append is possible: the stream is known to be new, and is not read before. */
  readonly expectNew?: boolean | undefined;
}

/** What a command has come to. */
export interface Written<State> {
  /** The stream with the command's events in it, as stored. */
  readonly loaded: LoadedStream<State>;
  /** The command's own events as stored; undefined when it decided that there is nothing to do. */
  readonly own: OwnTrace | undefined;
  /** True when the command had been carried out before. */
  readonly repeated: boolean;
}

/**
 * The one way to write to a stream: reload, look for the own command, decide, append at the expected revision, read
 * back. No side table: whether a command has been carried out is known by its events alone (see the contract).
 */
export class StreamWriter {
  readonly store: EventStore;
  readonly memory: StreamMemory;
  readonly #origin: Origin;
  readonly #lock = new KeyedLock();

  /** @param fromBirth what is remembered of streams as soon as they begin, as `StreamMemory` takes it */
  constructor(store: EventStore, origin: Origin, fromBirth?: FromBirth) {
    this.store = store;
    this.#origin = origin;
    this.memory = new StreamMemory(store, fromBirth);
  }

  /** Carries a command out. Rejects with Refusal, Problem, StoreUnavailableError or BrokenChainError. */
  async write<State>(write: Write<State>): Promise<Written<State>> {
    return await this.#lock.run(write.stream, () => this.#write(write));
  }

  async #write<State>(write: Write<State>): Promise<Written<State>> {
    const { stream, aggregate, envelope } = write;
    let loaded = this.memory.remembered<State>(stream);
    // What is remembered may be behind: good enough to append at, never to refuse by.
    let fresh = false;
    if (!loaded) {
      if (write.expectNew) loaded = emptyStream(stream, aggregate);
      else {
        loaded = await this.memory.refresh(stream, aggregate);
        fresh = true;
      }
    }
    for (let tries = 1; ; tries++) {
      const before = ownTrace(write, loaded);
      if (before) {
        // What is remembered tells that it was done, not how the stream stands now.
        if (fresh) return { loaded, own: before, repeated: true };
        loaded = await this.memory.refresh(stream, aggregate);
        fresh = true;
        continue;
      }
      const decided = decideOn(write, loaded, fresh);
      if (decided === "stale") {
        loaded = await this.memory.refresh(stream, aggregate);
        fresh = true;
        continue;
      }
      if (decided.length === 0) return { loaded, own: undefined, repeated: false };
      const entries = decided.map((event, index) => ({ decided: event, index, envelope, keys: write.keys }));
      const { events, head } = buildEvents(stream, loaded, entries, this.#origin);
      const sentAt = performance.now();
      let appended: Appended;
      try {
        failpoint("write.before-append");
        appended = await this.store.append(stream, events, loaded.revision < 0n ? "no_stream" : loaded.revision);
        failpoint("write.after-append");
      } catch (error) {
        if (!(error instanceof WrongRevisionError)) {
          this.memory.forget(stream);
          throw error;
        }
        if (tries >= MOST_TRIES) {
          throw new Problem("conflict", `${stream} changes too fast; try again`, {}, { cause: error });
        }
        await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(LONGEST_PAUSE_MS, 5 * 2 ** tries)));
        loaded = await this.memory.refresh(stream, aggregate);
        fresh = true;
        continue;
      }
      // The store answers success for events that a first try has stored, whatever it decided then: only what is
      // stored is acted on. It also gives the true hash to chain the next event to. What another try has stored may be
      // more than this one has decided: then the stream is read, and not what came by of it.
      const ours = appended.stored?.at(-1)?.metadata.hash === head.hash;
      loaded = await this.memory.appended(
        loaded,
        aggregate,
        ours ? appended : { ...appended, stored: undefined },
        sentAt,
      );
      const own = ownTrace(write, loaded);
      if (!own) throw new Error(`an acknowledged append to ${stream} cannot be read back`);
      return { loaded, own, repeated: false };
    }
  }
}

/** The trace of this very command, if it is in the stream. Throws Problem when its key was used for something else. */
function ownTrace<State>(write: Write<State>, loaded: LoadedStream<State>): OwnTrace | undefined {
  const traces = loaded.commands.get(write.envelope.cmd);
  if (!traces) return undefined;
  const same = traces.find((trace) => trace.fp === write.envelope.fp);
  if (same || write.kind === "fact") return same;
  throw new Problem(
    "idempotency_key_reused",
    "this Idempotency-Key belongs to another request; mint a new one for a new request",
  );
}

function decideOn<State>(
  write: Write<State>,
  loaded: LoadedStream<State>,
  fresh: boolean,
): readonly Decided[] | "stale" {
  if (write.ifRevision !== undefined && write.ifRevision !== loaded.revision) {
    if (!fresh) return "stale";
    throw new Problem("revision_mismatch", `the current revision is ${loaded.revision}`, {
      revision: loaded.revision.toString(),
    });
  }
  try {
    const decided = write.decide(loaded.state);
    return decided.length === 0 && !fresh ? "stale" : decided;
  } catch (error) {
    if (!fresh) return "stale";
    throw error;
  }
}
