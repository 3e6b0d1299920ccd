import type { PoolClient } from "pg";
import { readPosition } from "../../infra/consumers/fence.ts";
import { comparePlaces, type Place } from "../../infra/consumers/position.ts";
import { messageOf } from "../../infra/consumers/waiting.ts";
import { inTransaction } from "../../infra/postgres/pool.ts";
import { swapGenerations } from "../runner/generation-states.ts";
import { type BuildProgress, buildUpTo } from "./build-generation.ts";
import { checksumWithin, inSnapshot } from "./checksum.ts";
import { diffGenerations, type GenerationDiff } from "./diff.ts";
import { lockPosition, type MeetOptions, whileLiveStands } from "./live-stands.ts";
import { compareSums, type TableComparison } from "./rebuild.ts";

export interface Swapped {
  /** Where both stood when the pointer moved. */
  readonly place: Place;
  /** Checksums of both as of that moment, taken afterwards; undefined where they hold different things by intent. */
  readonly tables: readonly TableComparison[] | undefined;
  /** How long the live owner could not commit, in milliseconds. */
  readonly heldMs: number;
}

/**
 * Compares the generations row by row at one position. The live owner is held up only until a snapshot of the database
 * is open that shows both there; the comparison itself, however long it takes, holds up nobody.
 */
export async function diffWithLive(options: MeetOptions, samples?: number): Promise<GenerationDiff> {
  const { projection, live, rebuilt } = options;
  const { reading } = await whileLiveStands(options, async (_tx, place) => {
    const position = (place?.commit ?? 0n).toString();
    return await snapshotNow(options, (tx) =>
      diffGenerations(tx, projection.tables, { live: live.schema, rebuilt: rebuilt.schema }, position, samples),
    );
  });
  return await reading;
}

/**
 * Makes the rebuilt generation the live one, at one position: under the lock of the live position the last events are
 * handled, the pointer moves, and the owner before loses its epoch, so that it can write nothing any more.
 *
 * Readers see the old generation up to that position and the new one from it on. Whoever runs the projection is told
 * (`GENERATIONS_CHANNEL`) and starts on the new one. Rejects with NeverMetError, BuildEndedError after the signal, and
 * GenerationStateError when somebody else has swapped or dropped meanwhile.
 */
export async function swapIn(options: MeetOptions): Promise<Swapped> {
  const { projection, live, rebuilt, signal, log } = options;
  const { place, reading, lockedAt } = await whileLiveStands(options, async (tx, place, lockedAt) => {
    const sums = await snapshotNow(options, async (snapshot) => {
      const [a, b] = [live.schema, rebuilt.schema];
      return compareSums(await checksumWithin(snapshot, projection, a), await checksumWithin(snapshot, projection, b));
    });
    signal?.throwIfAborted();
    await swapGenerations(tx, live, rebuilt);
    return { place, lockedAt, ...sums };
  });
  const heldMs = performance.now() - lockedAt;
  // The swap has taken place: what fails now is only the proof.
  const tables = await reading.catch((error: unknown) => {
    log.warn({ cause: messageOf(error) }, "the generations could not be compared as of the swap");
    return undefined;
  });
  return { place, tables, heldMs };
}

/**
 * Makes a generation the live one in place of one that another version of the projection has made. Nobody may read the
 * old one any more, and its owner, if there still is one, runs other code: the new one only has to be as far.
 */
export async function replaceOtherVersion(
  options: MeetOptions,
  onProgress?: (progress: BuildProgress) => void,
): Promise<Swapped> {
  const { pool, store, live, rebuilt } = options;
  for (;;) {
    await buildUpTo({ ...options, ...(onProgress && { onProgress }) }, rebuilt, await store.head());
    const { place: stands } = await readPosition(pool, rebuilt.schema);
    const begun = performance.now();
    const done = await inTransaction(pool, async (tx) => {
      const place = await lockPosition(tx, live);
      if (comparePlaces(place, stands) > 0) return false;
      await swapGenerations(tx, live, rebuilt);
      return true;
    });
    if (done) return { place: stands, tables: undefined, heldMs: performance.now() - begun };
    options.signal?.throwIfAborted();
  }
}

/** Opens a snapshot of now and answers as soon as it is open; `reading` goes on in it. */
async function snapshotNow<T>(
  { pool }: MeetOptions,
  read: (tx: PoolClient) => Promise<T>,
): Promise<{ readonly reading: Promise<T> }> {
  const opened = Promise.withResolvers<void>();
  const reading = inSnapshot(pool, async (tx) => {
    await tx.query("SELECT 1");
    opened.resolve();
    return await read(tx);
  });
  reading.catch(opened.reject);
  await opened.promise;
  return { reading };
}
