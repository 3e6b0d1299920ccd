import type { Pool } from "pg";
import type { CourierView } from "../views.ts";

/** A courier as the read model knows them. */
export async function findCourier(
  db: Pool,
  schema: string,
  courierId: string,
): Promise<{ readonly courier: CourierView; readonly revision: bigint } | undefined> {
  const { rows } = await db.query<{
    on_shift: boolean;
    city: string | null;
    order_id: string | null;
    revision: string;
  }>(`SELECT on_shift, city, order_id, revision FROM ${schema}.couriers WHERE courier_id = $1`, [courierId]);
  const row = rows[0];
  if (!row) return undefined;
  const courier: CourierView = {
    courierId,
    onShift: row.on_shift,
    city: row.city ?? undefined,
    orderId: row.order_id ?? undefined,
  };
  return { courier, revision: BigInt(row.revision) };
}
