import { comparePlaces, type Place } from "../../../infra/consumers/position.ts";
import type { DatedEventStore } from "../../../infra/event-store/port.ts";
import { type BuildOptions, type BuildProgress, buildUpTo } from "../build-generation.ts";
import { asGeneration, createScratch, inScratch, type Scratch, type ScratchKeeping } from "./scratch.ts";

/**
 * A moment of the past: a position of the log, or a time. The time is that of the event store's clock (`created`), so
 * that it names a place in the log: "as of" it shows what had been written by then, not what had happened by then.
 */
export type Moment =
  | { readonly kind: "position"; readonly position: bigint }
  | { readonly kind: "time"; readonly time: Date };

/** The moment is none, or none that the log has reached. */
export class MomentError extends Error {
  readonly code = "moment_invalid";
}

export interface AsOfOptions extends BuildOptions, ScratchKeeping {
  readonly store: DatedEventStore;
  readonly moment: Moment;
}

/** A read model as it stood at a moment. */
export interface AsOf {
  readonly scratch: Scratch;
  /** The place that the moment means. */
  readonly until: Place;
  readonly progress: BuildProgress;
}

const POSITION = /^\d{1,19}$/;
const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;
const LAST_POSITION = 2n ** 63n - 1n;

/** Reads a moment as people write it: a position, or a time in RFC 3339, or a day (its beginning in UTC). */
export function parseMoment(text: string): Moment {
  if (POSITION.test(text) && BigInt(text) <= LAST_POSITION) return { kind: "position", position: BigInt(text) };
  const time = TIME.test(text) ? new Date(text) : undefined;
  if (time === undefined || Number.isNaN(time.getTime())) {
    throw new MomentError(`"${text}" is neither a position nor a time such as 2026-11-21T18:00:00Z`);
  }
  return { kind: "time", time };
}

/** The place in the log that a moment means; undefined is before its first event. Rejects with MomentError. */
export async function placeOfMoment(store: DatedEventStore, moment: Moment): Promise<Place> {
  if (moment.kind === "time") return await store.placeAt(moment.time);
  const { position } = moment;
  const place = position === 0n ? undefined : { commit: position, prepare: position };
  const head = await store.head();
  if (comparePlaces(place, head) > 0) {
    throw new MomentError(`the log ends at position ${head?.commit ?? 0n}: it has not reached ${position} yet`);
  }
  return place;
}

/** Builds a read model as it stood at a moment, in a scratch schema; what a failed building has made is dropped. */
export async function buildAsOf(options: AsOfOptions): Promise<AsOf> {
  const { pool, projection, clock, store, moment } = options;
  const until = await placeOfMoment(store, moment);
  const create = () => createScratch(pool, projection, "as-of", clock);
  return await inScratch(pool, options, create, async (scratch) => ({
    scratch,
    until,
    progress: await buildUpTo(options, asGeneration(scratch), until),
  }));
}
