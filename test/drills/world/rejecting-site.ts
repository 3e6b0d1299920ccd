import { SAMPLE_SITES } from "../../../cli/sample-data.ts";
import { ApiClient, type Heard } from "../../../cli/simulate/api-client.ts";
import type { TicketView } from "../../../projections/views.ts";

/** A site that takes orders, lets them be paid, and then rejects each of them. */
export const REJECTING_SITE = "drill-diner";
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
  await done(
    admin.post(
      "/api/items",
      { sku: SCARCE_ITEM, name: "Last slice", price: { amount: 450, currency: "EUR" }, unit: "each" },
      "drill-item",
    ),
  );
  const { siteId: _, ...details } = like;
  const site = { ...details, siteId: REJECTING_SITE, name: "The Drill Diner", menu: [SCARCE_ITEM, "lasagne"] };
  await done(admin.post("/api/sites", site, "drill-site"));
  const lines = [
    { sku: SCARCE_ITEM, quantity: SCARCE_STOCK },
    { sku: "lasagne", quantity: PLENTY },
  ];
  await done(admin.post(`/api/sites/${REJECTING_SITE}/stock/receive`, { lines }, "drill-stock"));
}

/** Rejects whatever comes, until the signal. */
export async function rejectEverything(base: string, signal: AbortSignal, heard?: Heard): Promise<void> {
  const kitchen = new ApiClient(base, { role: "kitchen", id: "drill-kitchen", sites: [REJECTING_SITE] }, signal, heard);
  while (!signal.aborted) {
    try {
      const { body } = await kitchen.get(`/api/sites/${REJECTING_SITE}/kitchen`);
      for (const { orderId, fulfilmentId, status } of (body?.tickets ?? []) as TicketView[]) {
        if (status !== "new") continue;
        const path = `/api/orders/${orderId}/fulfilments/${fulfilmentId}/reject`;
        await kitchen.post(path, { reason: "too_busy" }, `reject-${orderId}`);
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
