import type { PoolClient } from "pg";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { type Courier, type CourierEvent, evolve, newCourier } from "../../domain/courier/courier.ts";
import { relation } from "../relation.ts";
import type { Projection } from "../runner/projection.ts";
import type { TopicMessage } from "../runner/topic-message.ts";
import type { CourierView } from "../views.ts";
import { createTables, TABLES } from "./tables.ts";

/** Couriers: who is on shift where, with which order in hand; topics `courier.<courierId>`. */
export const couriersProjection: Projection = {
  name: "couriers",
  version: 1,
  tables: TABLES,
  create: createTables,
  handles: (type) => type.startsWith("courier."),
  sources: async ({ key }) => (key.courier_id === undefined ? [] : [`${PREFIX}${key.courier_id.toLowerCase()}`]),
  async handle(batch, { tx, schema, epoch, outbox }) {
    const ids = [...new Set(batch.flatMap((event) => courierIdOf(event) ?? []))];
    const before = await load(tx, schema, ids);
    const changed = foldBatch(before, batch);
    await save(tx, schema, changed);
    await outbox?.publish(changed.map((row) => message(row, before.get(row.courierId), epoch, batch)));
  },
};

export const courierTopic = (courierId: string): string => `courier.${courierId}`;

const message = (
  { courierId, courier: { onShift, city, claim }, version }: CourierRow,
  before: CourierRow | undefined,
  epoch: string,
  batch: readonly RecordedEvent[],
): TopicMessage<CourierView> => ({
  topic: courierTopic(courierId),
  epoch,
  version: version.toString(),
  prev: before?.version.toString() ?? null,
  at: batch.findLast(({ position }) => position.commit === version)?.metadata.at ?? "",
  data: { courierId, onShift, city, orderId: claim?.orderId },
});

/** A courier with the place of its last event. */
export interface CourierRow {
  readonly courierId: string;
  readonly courier: Courier;
  /** Position of the event that last made the courier free. */
  readonly freeSince: bigint;
  readonly revision: bigint;
  readonly version: bigint;
}

const PREFIX = "courier-";
const courierIdOf = ({ stream }: RecordedEvent): string | undefined =>
  stream.startsWith(PREFIX) ? stream.slice(PREFIX.length) : undefined;

const isFree = ({ onShift, claim }: Courier): boolean => onShift && claim === undefined;

/** Folds a batch upon the rows of its couriers. Events that a row has seen change nothing. */
export function foldBatch(known: ReadonlyMap<string, CourierRow>, batch: readonly RecordedEvent[]): CourierRow[] {
  const changed = new Map<string, CourierRow>();
  for (const event of batch) {
    const courierId = courierIdOf(event);
    if (courierId === undefined) continue;
    const before = changed.get(courierId) ?? known.get(courierId);
    if (before && event.revision <= before.revision) continue;
    const was = before?.courier ?? newCourier;
    // Only the project writes these streams; the shapes are those of the contract.
    const courier = evolve(was, { type: event.type, data: event.data } as CourierEvent);
    const version = event.position.commit;
    const freeSince = isFree(courier) && !isFree(was) ? version : (before?.freeSince ?? version);
    changed.set(courierId, { courierId, courier, freeSince, revision: event.revision, version });
  }
  return [...changed.values()];
}

interface StoredCourier {
  readonly courier_id: string;
  readonly on_shift: boolean;
  readonly city: string | null;
  readonly order_id: string | null;
  readonly attempt: number | null;
  readonly free_since: string;
  readonly revision: string;
  readonly version: string;
}

async function load(tx: PoolClient, schema: string, ids: readonly string[]): Promise<Map<string, CourierRow>> {
  const { rows } = await tx.query<StoredCourier>(
    `SELECT courier_id, on_shift, city, order_id, attempt, free_since, revision, version
     FROM ${schema}.couriers WHERE courier_id = ANY($1::uuid[])`,
    [ids],
  );
  return new Map(
    rows.map((row) => [
      row.courier_id,
      {
        courierId: row.courier_id,
        courier: {
          onShift: row.on_shift,
          city: row.city ?? undefined,
          claim: row.order_id === null ? undefined : { orderId: row.order_id, attempt: row.attempt ?? 0 },
        },
        freeSince: BigInt(row.free_since),
        revision: BigInt(row.revision),
        version: BigInt(row.version),
      },
    ]),
  );
}

async function save(tx: PoolClient, schema: string, couriers: readonly CourierRow[]): Promise<void> {
  if (couriers.length === 0) return;
  const { from, parameters } = relation([
    { name: "courier_id", type: "uuid", values: couriers.map(({ courierId }) => courierId) },
    { name: "on_shift", type: "boolean", values: couriers.map(({ courier }) => (courier.onShift ? "t" : "f")) },
    { name: "city", type: "text", values: couriers.map(({ courier }) => courier.city ?? null) },
    { name: "order_id", type: "uuid", values: couriers.map(({ courier }) => courier.claim?.orderId ?? null) },
    {
      name: "attempt",
      type: "integer",
      values: couriers.map(({ courier }) => courier.claim?.attempt.toString() ?? null),
    },
    { name: "free_since", type: "bigint", values: couriers.map(({ freeSince }) => freeSince.toString()) },
    { name: "revision", type: "bigint", values: couriers.map(({ revision }) => revision.toString()) },
    { name: "version", type: "bigint", values: couriers.map(({ version }) => version.toString()) },
  ]);
  await tx.query(
    `INSERT INTO ${schema}.couriers (courier_id, on_shift, city, order_id, attempt, free_since, revision, version)
     SELECT * FROM ${from}
     ON CONFLICT (courier_id) DO UPDATE SET on_shift = excluded.on_shift, city = excluded.city,
       order_id = excluded.order_id, attempt = excluded.attempt, free_since = excluded.free_since,
       revision = excluded.revision, version = excluded.version`,
    parameters,
  );
}
