import { randomUUID } from "node:crypto";
import { SAMPLE_SITES } from "../../../cli/sample-data.ts";
import { ApiClient, type Heard } from "../../../cli/simulate/api-client.ts";
import type { TicketView } from "../../../projections/views.ts";

/**
 * A site that takes orders, lets them be paid, and then makes none of them: it rejects most, and accepts what it then
 * finds missing.
 */
export const REJECTING_SITE = "drill-diner";
/** Sold there alone, so that nobody else can make what it rejects. */
export const HOUSE_SPECIAL = "drill-special";
/** Sold there alone, accepted, and then always missing. */
export const SPOILT_ITEM = "drill-souffle";
/** Sold there, and hardly ever enough of it. */
export const SCARCE_ITEM = "drill-last-slice";
export const SCARCE_STOCK = 9;
const PLENTY = 100_000;
const LOOK_MS = 400;

/** Opens the site, as an admin would. Repeating it changes nothing. */
export async function openRejectingSite(base: string, signal: AbortSignal): Promise<void> {
  const admin = new ApiClient(base, { role: "admin", id: "drill" }, signal);
  const like = SAMPLE_SITES.find(({ siteId }) => siteId === "trattoria-lina");
  if (!like) throw new Error("the sample data has no restaurant to open a second one like it");
  for (const [sku, name] of [
    [SCARCE_ITEM, "Last slice"],
    [HOUSE_SPECIAL, "House special"],
    [SPOILT_ITEM, "Soufflé"],
  ] as const) {
    const item = { sku, name, price: { amount: 450, currency: "EUR" }, unit: "each" };
    await done(admin.post("/api/items", item, `drill-item-${sku}`));
  }
  const { siteId: _, ...details } = like;
  const menu = [SCARCE_ITEM, HOUSE_SPECIAL, SPOILT_ITEM, "lasagne"];
  const site = { ...details, siteId: REJECTING_SITE, name: "The Drill Diner", menu };
  await done(admin.post("/api/sites", site, "drill-site"));
  const lines = [
    { sku: SCARCE_ITEM, quantity: SCARCE_STOCK },
    { sku: HOUSE_SPECIAL, quantity: PLENTY },
    { sku: SPOILT_ITEM, quantity: PLENTY },
    { sku: "lasagne", quantity: PLENTY },
  ];
  await done(admin.post(`/api/sites/${REJECTING_SITE}/stock/receive`, { lines }, "drill-stock"));
}

/** Rejects whatever comes, until the signal. */
export async function rejectEverything(base: string, signal: AbortSignal, heard?: Heard): Promise<void> {
  const kitchen = new ApiClient(base, { role: "kitchen", id: "drill-kitchen", sites: [REJECTING_SITE] }, signal, heard);
  while (!signal.aborted) {
    try {
      // What was missing is off sale: the next soufflé goes wrong as well.
      const onSale = { sku: SPOILT_ITEM, available: true };
      await kitchen.post(`/api/sites/${REJECTING_SITE}/stock/availability`, onSale, `on-sale-${randomUUID()}`);
      const { body } = await kitchen.get(`/api/sites/${REJECTING_SITE}/kitchen`);
      for (const { orderId, fulfilmentId, status, lines } of (body?.tickets ?? []) as TicketView[]) {
        const path = `/api/orders/${orderId}/fulfilments/${fulfilmentId}`;
        if (lines.some(({ sku }) => sku === SPOILT_ITEM)) {
          if (status === "new") await kitchen.post(`${path}/accept`, {}, `accept-${orderId}`);
          if (status === "new" || status === "accepted") {
            await kitchen.post(`${path}/items/${SPOILT_ITEM}/unavailable`, {}, `missing-${orderId}`);
          }
        } else if (status === "new") await kitchen.post(`${path}/reject`, { reason: "too_busy" }, `reject-${orderId}`);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function done(answer: Promise<{ readonly status: number; readonly body: unknown }>): Promise<void> {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(`the drill's site cannot be opened: ${status} ${JSON.stringify(body)}`);
}
