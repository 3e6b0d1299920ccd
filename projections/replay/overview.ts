import type { Pool } from "pg";
import type { Clock } from "../../infra/clock.ts";
import { comparePlaces, type Place, type PositionRow, placeOf } from "../../infra/consumers/position.ts";
import type { EventStore } from "../../infra/event-store/port.ts";
import { listGenerations } from "../runner/generation-states.ts";
import type { Generation } from "../runner/generations.ts";
import type { Projection } from "../runner/projection.ts";
import type { DiffSummary, Job } from "./jobs/job.ts";
import { newestOfEach } from "./jobs/job-table.ts";
import { type TableSize, tableSizes } from "./table-sizes.ts";

/** A generation as it is listed. Positions are commit positions, decimal; sizes are bytes with indexes. */
export interface ListedGeneration {
  readonly generation: number;
  readonly version: number;
  readonly epoch: string;
  readonly schema: string;
  readonly position: string;
  readonly bytes: number;
  readonly createdAt: string;
}

/** The live generation, and how far it is behind the log: 0 events when it shows everything. */
export interface LiveGeneration extends ListedGeneration {
  /** Counted, or estimated where it is more than a page of the log. */
  readonly lagEvents: number;
  /** Since when something has happened that it does not show, by business time. */
  readonly lagSeconds: number;
}

/** A generation beside the live one. */
export interface OtherGeneration extends ListedGeneration {
  readonly state: "building" | "ready" | "previous";
}

/** A projection with its generations. */
export interface ProjectionOverview {
  readonly name: string;
  /** Of the running code; of the live generation, for a projection that the code no longer has. */
  readonly version: number;
  /** The code no longer has it: its generations can be dropped. */
  readonly removed: boolean;
  readonly tables: readonly TableSize[];
  readonly parked: number;
  readonly live: LiveGeneration | undefined;
  readonly others: readonly OtherGeneration[];
  readonly lastRebuild: Job | undefined;
  readonly lastDiff: DiffSummary | undefined;
}

export interface ReplayOverview {
  readonly head: { readonly position: string };
  readonly projections: readonly ProjectionOverview[];
}

const COUNTED_EVENTS = 1_000;

/** Every projection of the code, and every one that has generations in the database. */
export async function replayOverview(options: {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly clock: Clock;
  readonly projections: readonly Projection[];
}): Promise<ReplayOverview> {
  const { pool, store, projections } = options;
  const generations = await listGenerations(pool);
  const [places, parked, rebuilds, compared, sizes, head] = await Promise.all([
    positions(pool),
    parkedStreams(pool),
    newestOfEach(pool, "rebuild"),
    newestOfEach(pool, "rebuild", "diff IS NOT NULL"),
    tableSizes(
      pool,
      generations.map(({ schema }) => schema),
    ),
    store.head(),
  ]);
  const listed = (one: Generation & { readonly created_at: Date }): ListedGeneration => ({
    generation: one.generation,
    version: one.version,
    epoch: one.epoch,
    schema: one.schema,
    position: (places.get(one.schema)?.commit ?? 0n).toString(),
    bytes: (sizes.get(one.schema) ?? []).reduce((sum, { bytes }) => sum + bytes, 0),
    createdAt: one.created_at.toISOString(),
  });
  const names = new Set([...projections.map(({ name }) => name), ...generations.map(({ projection }) => projection)]);
  const overviews = [...names].map(async (name): Promise<ProjectionOverview> => {
    const code = projections.find((projection) => projection.name === name);
    const own = generations.filter(({ projection }) => projection === name);
    const live = own.find(({ state }) => state === "live");
    return {
      name,
      version: code?.version ?? live?.version ?? own.at(-1)?.version ?? 0,
      removed: code === undefined,
      tables: (live && sizes.get(live.schema)) ?? [],
      parked: parked.get(live?.schema ?? "") ?? 0,
      live: live && { ...listed(live), ...(await lagOf(options, places.get(live.schema), head)) },
      others: own.flatMap((one) => {
        const { state } = one;
        return state === "live" || state === "retired" ? [] : [{ ...listed(one), state }];
      }),
      lastRebuild: rebuilds.get(name),
      lastDiff: compared.get(name)?.diff,
    };
  });
  return { head: { position: (head?.commit ?? 0n).toString() }, projections: await Promise.all(overviews) };
}

async function positions(pool: Pool): Promise<Map<string, Place>> {
  const { rows } = await pool.query<PositionRow & { name: string }>(
    "SELECT name, commit, prepare FROM runner.positions",
  );
  return new Map(rows.map((row) => [row.name, placeOf(row)]));
}

async function parkedStreams(pool: Pool): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ consumer: string; streams: number }>(
    `SELECT consumer, count(*)::int AS streams FROM runner.dead_letters
     WHERE kind = 'event' AND state = 'parked' GROUP BY consumer`,
  );
  return new Map(rows.map(({ consumer, streams }) => [consumer, streams]));
}

/** Counts what the log holds beyond a place, up to a page; beyond that it takes the rest to be as dense. */
async function lagOf(
  { store, clock }: { readonly store: EventStore; readonly clock: Clock },
  place: Place,
  head: Place,
): Promise<{ lagEvents: number; lagSeconds: number }> {
  if (head === undefined || comparePlaces(place, head) >= 0) return { lagEvents: 0, lagSeconds: 0 };
  const { events, atEnd } = await store.readAll(place, COUNTED_EVENTS);
  const [first, last] = [events[0], events.at(-1)];
  if (first === undefined || last === undefined) return { lagEvents: 0, lagSeconds: 0 };
  const lagSeconds = Math.max(0, Math.round((clock.now() - Date.parse(first.metadata.at)) / 1000));
  if (atEnd) return { lagEvents: events.length, lagSeconds };
  const passed = Number(last.position.commit - (place?.commit ?? 0n));
  const left = Number(head.commit - (place?.commit ?? 0n));
  return { lagEvents: Math.round((events.length * left) / Math.max(1, passed)), lagSeconds };
}
