import { hash } from "node:crypto";
import { canonicalJson, NotStorableError } from "./canonical-json.ts";
import type { Metadata, RecordedEvent } from "./envelope.ts";

const EVENT_PREFIX = "ordertrail/event/1\n";
const GENESIS_PREFIX = "ordertrail/genesis/1\n";

const sha256 = (text: string): string => hash("sha256", text, "hex");

/** `prevHash` of a stream's first event: binds the chain to the stream's name. */
export const genesisHash = (stream: string): string => sha256(GENESIS_PREFIX + stream);

/** What an event's hash is computed over. `revision` is given as a decimal string. */
export interface Hashable {
  readonly stream: string;
  readonly revision: string;
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
  readonly metadata: Omit<Metadata, "hash"> & { readonly hash?: string };
}

/** Lower-case hex SHA-256 of an event; a `hash` already in the metadata is left out. */
export function eventHash(event: Hashable): string {
  const { hash: _, ...metadata } = event.metadata;
  return sha256(
    EVENT_PREFIX +
      canonicalJson({
        stream: event.stream,
        revision: event.revision,
        id: event.id,
        type: event.type,
        data: event.data,
        metadata,
      }),
  );
}

/** Hash of an event as it was read; undefined when somebody has put a value there that has no canonical form. */
function hashOrNothing(event: Hashable): string | undefined {
  try {
    return eventHash(event);
  } catch (error) {
    if (error instanceof NotStorableError) return undefined;
    throw error;
  }
}

/** Why a stream does not verify. */
export type ChainBreak =
  | "hash_mismatch"
  | "prev_hash_mismatch"
  | "revision_gap"
  | "not_chained"
  | "tail_missing"
  | "head_mismatch";

/** One finding of a verification, in terms a reader can act on. */
export interface ChainFinding {
  readonly stream: string;
  readonly revision: string;
  readonly reason: ChainBreak;
  readonly detail: string;
}

/** The last event of a stream as an independent witness remembers it. */
export interface HeadWitness {
  readonly revision: bigint;
  readonly hash: string;
}

/**
 * Walks a stream from its first event and recomputes every hash; shared by folding and verifying so that both see the
 * same reading. Call `next` for each event in order, then `end`.
 */
export class ChainWalk {
  readonly #stream: string;
  #prevHash: string;
  #nextRevision = 0n;
  readonly findings: ChainFinding[] = [];
  readonly #witnessed: HeadWitness | undefined;
  #hashAtWitness: string | undefined;

  constructor(stream: string, witness?: HeadWitness) {
    this.#stream = stream;
    this.#prevHash = genesisHash(stream);
    this.#witnessed = witness;
  }

  next(event: RecordedEvent): void {
    const revision = event.revision.toString();
    if (event.revision !== this.#nextRevision) {
      this.#report(revision, "revision_gap", `expected revision ${this.#nextRevision}, found ${revision}`);
    }
    this.#nextRevision = event.revision + 1n;
    const { metadata } = event;
    if (typeof metadata?.hash !== "string" || metadata.alg !== 1) {
      this.#report(revision, "not_chained", "the event carries no hash of a known algorithm");
      return;
    }
    if (metadata.prevHash !== this.#prevHash) {
      this.#report(revision, "prev_hash_mismatch", "the event before it is not the one that it was chained to");
    }
    if (hashOrNothing({ ...event, stream: this.#stream, revision }) !== metadata.hash) {
      this.#report(revision, "hash_mismatch", "the event's content is not what was hashed when it was written");
    }
    this.#prevHash = metadata.hash;
    if (this.#witnessed && event.revision === this.#witnessed.revision) this.#hashAtWitness = metadata.hash;
  }

  /** Compares with the witness and returns all findings. An empty list means unchanged. */
  end(): readonly ChainFinding[] {
    const witness = this.#witnessed;
    if (witness && this.#nextRevision <= witness.revision) {
      this.#report(
        witness.revision.toString(),
        "tail_missing",
        `a witness has seen revision ${witness.revision}, the stream has ${this.#nextRevision} events`,
      );
    } else if (witness && this.#hashAtWitness !== witness.hash) {
      this.#report(witness.revision.toString(), "head_mismatch", "the event is not the one a witness has seen here");
    }
    return this.findings;
  }

  /** Hash of the last event walked: the next event's `prevHash`. */
  get head(): string {
    return this.#prevHash;
  }

  /** How many revisions have been walked. */
  get length(): bigint {
    return this.#nextRevision;
  }

  #report(revision: string, reason: ChainBreak, detail: string): void {
    this.findings.push({ stream: this.#stream, revision, reason, detail });
  }
}
