import type { Pool } from "pg";
import type { CourierView } from "../views.ts";

/** A courier as the read model knows them. */
export async function findCourier(
  db: Pool,
  schema: string,
  courierId: string,
): Promise<{ readonly courier: CourierView; readonly revision: bigint; readonly version: bigint } | undefined> {
  const { rows } = await db.query<{
    on_shift: boolean;
    city: string | null;
    order_id: string | null;
    revision: string;
    version: string;
  }>(`SELECT on_shift, city, order_id, revision, version FROM ${schema}.couriers WHERE courier_id = $1`, [courierId]);
  const row = rows[0];
  if (!row) return undefined;
  const courier: CourierView = {
    courierId,
    onShift: row.on_shift,
    city: row.city ?? undefined,
    orderId: row.order_id ?? undefined,
  };
  return { courier, revision: BigInt(row.revision), version: BigInt(row.version) };
}

/** Newest versions of these couriers' topics. */
export async function courierVersions(
  db: Pool,
  schema: string,
  courierIds: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await db.query<{ courier_id: string; version: string }>(
    `SELECT courier_id, version FROM ${schema}.couriers WHERE courier_id = ANY($1::uuid[])`,
    [courierIds],
  );
  return new Map(rows.map((row) => [row.courier_id, row.version]));
}
