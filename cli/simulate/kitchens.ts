import { setTimeout as sleep } from "node:timers/promises";
import type { TicketView } from "../../projections/views.ts";
import { ApiClient } from "./api-client.ts";
import { rejectionReason, strikes } from "./mishaps.ts";
import type { WorldOptions, WorldStats } from "./options.ts";

const LOOK_MS = 400;
/** So many steps an item stays off sale. */
const OFF_SALE_STEPS = 40;

/** One kitchen that accepts what comes and takes it through its stations, but for mishaps. */
export async function kitchen(options: WorldOptions, stats: WorldStats, siteId: string): Promise<void> {
  const { base, signal, stepMs, mishapShare = 0 } = options;
  const client = new ApiClient(
    base,
    { role: "kitchen", id: `simulated-${siteId}`, sites: [siteId] },
    signal,
    options.heard,
  );
  const busy = new Set<string>();
  while (!signal.aborted) {
    const { body } = await client.get(`/api/sites/${siteId}/kitchen`);
    for (const ticket of (body?.tickets ?? []) as TicketView[]) {
      const key = `${ticket.orderId}/${ticket.fulfilmentId}`;
      if (busy.has(key) || !["new", "accepted", "working"].includes(ticket.status)) continue;
      busy.add(key);
      void work(ticket)
        .catch(() => undefined)
        .finally(() => busy.delete(key));
    }
    await sleep(LOOK_MS, undefined, { signal });
  }

  /** One step at a time; what the kitchen believes is checked by the API, so a stale ticket does no harm. */
  async function work(ticket: TicketView): Promise<void> {
    const path = `/api/orders/${ticket.orderId}/fulfilments/${ticket.fulfilmentId}`;
    const act = async (what: string, body?: unknown) => {
      const { status } = await client.post(`${path}/${what}`, body, `${ticket.orderId}-${what}`);
      if (status >= 300) throw new Error(`${what}: ${status}`);
    };
    if (ticket.status === "new") {
      if (strikes(mishapShare, `${ticket.orderId}/reject`)) {
        await act("reject", { reason: rejectionReason(ticket.orderId) });
        return;
      }
      await act("accept");
      if (strikes(mishapShare, `${ticket.orderId}/spoilt`)) void takeOffSale(ticket).catch(() => undefined);
      const [line] = ticket.lines;
      if (line && strikes(mishapShare, `${ticket.orderId}/missing`)) {
        await act(`items/${line.sku}/unavailable`);
        void putBackOnSale(ticket.orderId, line.sku).catch(() => undefined);
      }
    }
    for (const stage of ticket.stations) {
      if (ticket.completed.includes(stage)) continue;
      if (!ticket.started.includes(stage)) await act(`stations/${stage}/start`);
      await sleep(stepMs, undefined, { signal });
      await act(`stations/${stage}/complete`);
    }
    await act("ready");
    stats.made++;
  }

  /** What the ticket asks for first cannot be had for a while. */
  async function takeOffSale({ orderId, lines: [line] }: TicketView): Promise<void> {
    if (!line) return;
    await say(orderId, line.sku, false);
    await putBackOnSale(orderId, line.sku);
  }

  async function putBackOnSale(orderId: string, sku: string): Promise<void> {
    await sleep(OFF_SALE_STEPS * stepMs, undefined, { signal });
    await say(orderId, sku, true);
  }

  async function say(orderId: string, sku: string, available: boolean): Promise<void> {
    const key = `${orderId}-${sku}-${available}`;
    await client.post(`/api/sites/${siteId}/stock/availability`, { sku, available }, key);
  }
}
