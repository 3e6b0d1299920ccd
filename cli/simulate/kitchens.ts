import { setTimeout as sleep } from "node:timers/promises";
import type { TicketView } from "../../projections/views.ts";
import { ApiClient } from "./api-client.ts";
import type { WorldOptions, WorldStats } from "./options.ts";

const LOOK_MS = 400;

/** One kitchen that accepts what comes and takes it through its stations. */
export async function kitchen(options: WorldOptions, stats: WorldStats, siteId: string): Promise<void> {
  const { base, signal, stepMs } = options;
  const client = new ApiClient(base, { role: "kitchen", id: `simulated-${siteId}`, sites: [siteId] }, signal);
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
    const act = async (what: string) => {
      const { status } = await client.post(`${path}/${what}`, undefined, `${ticket.orderId}-${what}`);
      if (status >= 300) throw new Error(`${what}: ${status}`);
    };
    if (ticket.status === "new") await act("accept");
    for (const stage of ticket.stations) {
      if (ticket.completed.includes(stage)) continue;
      if (!ticket.started.includes(stage)) await act(`stations/${stage}/start`);
      await sleep(stepMs, undefined, { signal });
      await act(`stations/${stage}/complete`);
    }
    await act("ready");
    stats.made++;
  }
}
