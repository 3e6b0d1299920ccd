import type { Pool } from "pg";
import { type Place, type PositionRow, placeOf } from "../../../infra/consumers/position.ts";

/** A consumer as the database shows it to somebody outside of its process. */
export interface ConsumerSeen {
  /** Name of its lease and position; of a projection, the schema of a generation. */
  readonly name: string;
  /** Process that owns it now; undefined when nobody does. */
  readonly owner: string | undefined;
  /** Undefined also where there is none: the relay has a lease and no position. */
  readonly place: Place;
  readonly hasPosition: boolean;
  /** Seconds since the position moved last. */
  readonly restingSeconds: number | undefined;
  readonly parked: number;
  /** Only for projections. */
  readonly generation:
    | { readonly projection: string; readonly number: number; readonly version: number; readonly state: string }
    | undefined;
}

interface Row extends PositionRow {
  readonly name: string;
  readonly owner: string | null;
  readonly has_position: boolean;
  readonly resting: number | null;
  readonly parked: number;
  readonly projection: string | null;
  readonly generation: number | null;
  readonly version: number | null;
  readonly state: string | null;
}

const LOOK = `
  SELECT name, CASE WHEN lease.expires_at > clock_timestamp() THEN nullif(lease.owner, '') END AS owner,
    position.commit, position.prepare, position.name IS NOT NULL AS has_position,
    greatest(0, extract(epoch FROM clock_timestamp() - position.updated_at))::float8 AS resting,
    coalesce(parked.streams, 0)::int AS parked,
    generation.projection, generation.generation, generation.version, generation.state
  FROM runner.leases AS lease
  FULL JOIN runner.positions AS position USING (name)
  LEFT JOIN runner.generations AS generation ON generation.schema = name
  LEFT JOIN (SELECT consumer, count(DISTINCT stream) AS streams FROM runner.dead_letters WHERE state = 'parked'
      GROUP BY consumer) AS parked
    ON parked.consumer = name
  WHERE NOT starts_with(name, 'scratch_')
  ORDER BY generation.projection IS NULL, name`;

/**
 * Every consumer that was ever started, projections first; not what questions have filled, which nobody follows the log
 * for. Rejects while the database is away or not migrated.
 */
export async function consumersSeen(pool: Pool): Promise<ConsumerSeen[]> {
  const { rows } = await pool.query<Row>(LOOK);
  return rows.map((row) => ({
    name: row.name,
    owner: row.owner ?? undefined,
    place: placeOf(row),
    hasPosition: row.has_position,
    restingSeconds: row.resting ?? undefined,
    parked: row.parked,
    generation:
      row.projection === null
        ? undefined
        : {
            projection: row.projection,
            number: row.generation ?? 0,
            version: row.version ?? 0,
            state: row.state ?? "",
          },
  }));
}
