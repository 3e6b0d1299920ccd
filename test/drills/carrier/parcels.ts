import { SAMPLE_SITES } from "../../../cli/sample-data.ts";
import { ApiClient } from "../../../cli/simulate/api-client.ts";
import { STATIONS } from "../../../domain/site/site.ts";
import type { SiteView } from "../../../projections/views.ts";
import { until } from "../drill.ts";
import type { Stage } from "../stage.ts";

/** A warehouse that sends parcels. */
export const WAREHOUSE = "drill-warehouse";
const SKU = "drill-gift-box";
const PLENTY = 1_000_000;
const AT_ONCE = 8;
const LISTED_WITHIN_MS = 30_000;

/** Opens the warehouse, as an admin would. */
export async function openWarehouse({ system: { url } }: Stage, signal: AbortSignal): Promise<void> {
  const admin = new ApiClient(url, { role: "admin", id: "drill" }, signal);
  const like = SAMPLE_SITES[0];
  if (!like) throw new Error("the sample data has no site to open a further one like it");
  const post = async (path: string, body: unknown, key: string) => {
    const answer = await admin.post(path, body, key);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  };
  const price = { amount: 2_490, currency: "EUR" };
  await post("/api/items", { sku: SKU, name: "Gift box", price, unit: "each" }, "drill-box");
  const site = { ...like, siteId: WAREHOUSE, kind: "warehouse", name: "Drill warehouse", menu: [SKU] };
  await post("/api/sites", { ...site, stations: STATIONS.warehouse }, "drill-warehouse");
  const lines = [{ sku: SKU, quantity: PLENTY }];
  await post(`/api/sites/${WAREHOUSE}/stock/receive`, { lines }, "drill-warehouse-stock");
  await until("the warehouse is listed", LISTED_WITHIN_MS, async () => {
    const { body } = await admin.get("/api/sites");
    return ((body?.sites ?? []) as SiteView[]).some(({ siteId }) => siteId === WAREHOUSE);
  });
}

/** A parcel that somebody was promised. */
export interface Promised {
  readonly orderId: string;
  readonly email: string;
}

/**
 * An admin on the phone places orders for customers who never log in, each for a customer of its own. What is acknowledged
 * is noted in the clients' record.
 */
export async function placePhoneOrders(
  { system: { url }, record }: Stage,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<Promised[]> {
  const admin = new ApiClient(url, { role: "admin", id: "drill-phone" }, signal);
  const promised: Promised[] = [];
  let next = from;
  const place = async () => {
    while (next < to) {
      const n = next++;
      const email = `parcel${n}@example.org`;
      const contact = { name: `Parcel ${n}`, email, address: "Torstr. 1, Berlin" };
      const registered = await admin.post("/api/customers", { contact }, `customer-${n}`);
      const order = {
        customerId: registered.body?.id,
        siteId: WAREHOUSE,
        lines: [{ sku: SKU, quantity: 1 }],
        delivery: { method: "parcel" },
      };
      const { status, body } = await admin.post("/api/phone-orders", order, `parcel-${n}`);
      if (status >= 300) throw new Error(`a phone order was refused: ${status} ${JSON.stringify(body)}`);
      const told = {
        orderId: String(body?.id),
        command: "place",
        revision: String(body?.revision),
        position: String(body?.position),
        status: String(body?.status),
      };
      record.placed.set(told.orderId, { ...told, buyer: "pays" });
      promised.push({ orderId: told.orderId, email });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, place));
  return promised;
}
