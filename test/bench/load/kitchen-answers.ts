import { ApiClient } from "../../../cli/simulate/api-client.ts";
import type { TicketView } from "../../../projections/views.ts";

const WITHIN_MS = 60_000;

/** A kitchen takes one order through all its stations, a step every so many milliseconds. */
export async function kitchenAnswers(url: string, siteId: string, orderId: string, stepMs: number): Promise<void> {
  const signal = AbortSignal.timeout(WITHIN_MS);
  const kitchen = new ApiClient(url, { role: "kitchen", id: "bench", sites: [siteId] }, signal);
  const ticket = await ticketOf(kitchen, siteId, orderId);
  const path = `/api/orders/${orderId}/fulfilments/${ticket.fulfilmentId}`;
  const act = async (what: string) => {
    await kitchen.post(`${path}/${what}`, undefined, `${orderId}-${what}`);
    await new Promise((resolve) => setTimeout(resolve, stepMs));
  };
  await act("accept");
  for (const stage of ticket.stations) {
    await act(`stations/${stage}/start`);
    await act(`stations/${stage}/complete`);
  }
  await act("ready");
}

async function ticketOf(kitchen: ApiClient, siteId: string, orderId: string): Promise<TicketView> {
  for (;;) {
    const { body } = await kitchen.get(`/api/sites/${siteId}/kitchen`);
    const found = ((body?.tickets ?? []) as TicketView[]).find((ticket) => ticket.orderId === orderId); // as the API documents it
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
