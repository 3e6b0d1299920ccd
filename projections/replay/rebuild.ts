import { readPosition } from "../../infra/consumers/fence.ts";
import type { Place } from "../../infra/consumers/position.ts";
import { addGeneration, ensureProjection, type Generation } from "../runner/generations.ts";
import { type BuildOptions, type BuildProgress, buildUpTo } from "./build-generation.ts";
import { checksum, checksumWithin, inSnapshot, type TableChecksum } from "./checksum.ts";
import { liveReaches } from "./live-stands.ts";

export interface RebuildOptions extends BuildOptions {
  /** Build up to this place, inclusive. Default: the head of the store when the rebuild begins. */
  readonly until?: Place;
}

export interface Rebuilt {
  readonly generation: Generation;
  readonly progress: BuildProgress;
}

/** Builds a new generation of a projection from the first event on, beside the live one, which nobody notices. */
export async function rebuild(options: RebuildOptions): Promise<Rebuilt> {
  const until = options.until ?? (await options.store.head());
  const generation = await addGeneration(options.pool, options.projection, options.clock);
  return { generation, progress: await buildUpTo(options, generation, until) };
}

export interface TableComparison {
  readonly table: string;
  readonly equal: boolean;
  readonly live: TableChecksum | undefined;
  readonly rebuilt: TableChecksum | undefined;
}

export interface Comparison {
  /** The one position at which both were read. */
  readonly position: Place;
  readonly equal: boolean;
  readonly tables: readonly TableComparison[];
}

export interface CompareOptions extends BuildOptions {
  /** A generation that `rebuild` has made. */
  readonly rebuilt: Generation;
  /** How long the live one may take to reach the rebuilt one. Default 60,000 ms. */
  readonly waitMs?: number;
}

/**
 * Compares a rebuilt generation with the live one, table by table, at one position.
 *
 * Nothing is paused. Live rows and live position change in the same transaction, so one snapshot of the database shows
 * the live generation exactly as of the position read in it, however long the checksums take. The rebuilt generation
 * stands still meanwhile; it is then brought up to that position. (Locking the live owner's position row instead would
 * hold up the read model for as long as its checksum takes.)
 */
export async function compareWithLive(options: CompareOptions): Promise<Comparison> {
  const { pool, projection, rebuilt, clock } = options;
  const live = await ensureProjection(pool, projection, clock);
  await liveReaches({ ...options, live });
  const taken = await inSnapshot(pool, async (tx) => {
    const { place } = await readPosition(tx, live.schema);
    return { place, sums: await checksumWithin(tx, projection, live.schema) };
  });
  await buildUpTo(options, rebuilt, taken.place);
  const tables = compareSums(taken.sums, await checksum(pool, projection, rebuilt.schema));
  return { position: taken.place, equal: tables.every(({ equal }) => equal), tables };
}

/** Sets checksums of the same tables side by side. */
export function compareSums(live: readonly TableChecksum[], rebuilt: readonly TableChecksum[]): TableComparison[] {
  const names = [...new Set([...live, ...rebuilt].map(({ table }) => table))];
  return names.map((table) => {
    const [a, b] = [live.find((sum) => sum.table === table), rebuilt.find((sum) => sum.table === table)];
    return { table, live: a, rebuilt: b, equal: a?.rows === b?.rows && a?.checksum === b?.checksum };
  });
}
