import { type ChainFinding, ChainWalk, type HeadWitness } from "../domain/chain/chain.ts";
import type { Position } from "../domain/chain/envelope.ts";
import type { EventStore } from "../infra/event-store/port.ts";

/** An independent memory of every stream's last event. */
export interface Witness {
  /** Undefined for a stream that it has not seen. */
  head(stream: string): Promise<HeadWitness | undefined>;
  /** Heads by stream, after a stream; an empty list at the end. */
  heads(after: string): Promise<readonly { readonly stream: string; readonly head: HeadWitness }[]>;
}

/** What a stream has come to. */
export interface StreamVerdict {
  readonly stream: string;
  readonly verified: boolean;
  readonly events: number;
  readonly findings: readonly ChainFinding[];
  /** The last event; undefined for a stream without events. */
  readonly head: { readonly revision: string; readonly hash: string } | undefined;
  /** Commit position of the last event. */
  readonly position: string | undefined;
  /** Up to which revision a witness has seen the stream. */
  readonly witnessed: string | undefined;
}

const PAGE = 2_000;

/**
 * Recomputes every hash of a stream from the event store and compares its end with the witness. Rejects with
 * StoreUnavailableError; what is wrong with the stream is in the verdict.
 */
export async function verifyStream(store: EventStore, witness: Witness, stream: string): Promise<StreamVerdict> {
  // The witness first: what it has seen by now must be in the stream when that is read.
  const seen = await witness.head(stream);
  const walk = new ChainWalk(stream, seen);
  let events = 0;
  let last = -1n;
  let position: string | undefined;
  for (;;) {
    const page = await store.readStream(stream, { from: last + 1n, limit: PAGE });
    for (const event of page) {
      walk.next(event);
      last = event.revision;
      position = event.position.commit.toString();
    }
    events += page.length;
    if (page.length < PAGE) break;
  }
  const findings = walk.end();
  return {
    stream,
    verified: findings.length === 0,
    events,
    findings,
    head: events === 0 ? undefined : { revision: last.toString(), hash: walk.head },
    position,
    witnessed: seen?.revision.toString(),
  };
}

/** How far a verification of everything is. */
export interface VerifyProgress {
  readonly events: number;
  readonly streams: number;
  readonly findings: number;
  readonly position: string;
  /** Commit position at which it ends. */
  readonly until: string;
}

export interface EverythingVerdict {
  readonly verified: boolean;
  readonly events: number;
  readonly streams: number;
  /** Streams that a witness could be compared with. */
  readonly witnessed: number;
  /** At most MOST_FINDINGS of them; `more` says how many were left out. */
  readonly findings: readonly ChainFinding[];
  readonly more: number;
}

/** Findings that a verdict holds: who has more has no use for the rest. */
export const MOST_FINDINGS = 10_000;

/**
 * Reads the whole log once, up to where it ends now, and walks every stream's chain beside each other. Memory is
 * bounded by the number of streams: each keeps its last hash and revision and its witness, some 400 bytes.
 */
export async function verifyEverything(
  store: EventStore,
  witness: Witness,
  onProgress: (progress: VerifyProgress) => void = () => {},
): Promise<EverythingVerdict> {
  const walks = new Map<string, ChainWalk>();
  // The witness first, the end of the log after it: everything witnessed lies before that end.
  for (let after = ""; ; ) {
    const page = await witness.heads(after);
    for (const { stream, head } of page) walks.set(stream, new ChainWalk(stream, head));
    const last = page.at(-1);
    if (!last) break;
    after = last.stream;
  }
  const witnessed = walks.size;
  const until = await store.head();
  let events = 0;
  let found = 0;
  let place: Position | undefined;
  const report = () => {
    onProgress({
      events,
      streams: walks.size,
      findings: found,
      position: (place?.commit ?? 0n).toString(),
      until: (until?.commit ?? 0n).toString(),
    });
  };
  for (let next = until && store.readAll(undefined, PAGE); next; ) {
    const page = await next;
    const done = page.atEnd || !page.next || (until !== undefined && page.next.commit >= until.commit);
    next = done ? undefined : store.readAll(page.next, PAGE);
    for (const event of page.events) {
      if (until && event.position.commit > until.commit) break;
      let walk = walks.get(event.stream);
      if (!walk) {
        walk = new ChainWalk(event.stream);
        walks.set(event.stream, walk);
      }
      found -= walk.findings.length;
      walk.next(event);
      found += walk.findings.length;
      events++;
    }
    place = page.next;
    report();
  }
  const findings: ChainFinding[] = [];
  let more = 0;
  for (const walk of walks.values()) {
    for (const finding of walk.end()) {
      if (findings.length < MOST_FINDINGS) findings.push(finding);
      else more++;
    }
  }
  return { verified: findings.length === 0, events, streams: walks.size, witnessed, findings, more };
}
