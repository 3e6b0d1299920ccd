import { randomUUID } from "node:crypto";
import { ApiClient } from "../../cli/simulate/api-client.ts";
import type { TimelineEntry } from "../../projections/views.ts";

/** Who stands behind what a kitchen sees: guests who order, and support, who reads and cancels. */
export interface KitchenOrders {
  /** Places an order of these items, one of each. Resolves to its id. */
  place(...lines: readonly { readonly sku: string; readonly substitutes?: readonly string[] }[]): Promise<string>;
  cancel(orderId: string): Promise<void>;
  /** Types of the facts that the store holds of an order, with the station of each that has one. */
  facts(orderId: string): Promise<readonly string[]>;
}

/** Orders at one site, by the API of a running system. */
export function kitchenOrders(base: string, siteId: string): KitchenOrders {
  const signal = AbortSignal.timeout(120_000);
  const guest = new ApiClient(base, { role: "guest" }, signal);
  const support = new ApiClient(base, { role: "support" }, signal);
  return {
    async place(...lines) {
      const contact = { name: "Mia Weber", email: "mia@example.org", address: "Oranienstr. 12, Berlin" };
      const order = { siteId, lines: lines.map((line) => ({ ...line, quantity: 1 })), contact };
      const { status, body } = await guest.post("/api/orders", order, randomUUID());
      if (status >= 300 || body?.status === "out_of_stock")
        throw new Error(`the order was refused: ${JSON.stringify(body)}`);
      return String(body?.id);
    },
    async cancel(orderId) {
      const { status, body } = await support.post(`/api/orders/${orderId}/cancel`, { reason: "a test" }, randomUUID());
      if (status >= 300) throw new Error(`the order was not cancelled: ${JSON.stringify(body)}`);
    },
    async facts(orderId) {
      const { body } = await support.get(`/api/orders/${orderId}/timeline`);
      const events = (body?.events ?? []) as readonly TimelineEntry[]; // as the API describes them
      return events.map(({ type, data }) => {
        const { stage } = data as { readonly stage?: string }; // of the kitchen's events
        return stage === undefined ? type : `${type} ${stage}`;
      });
    },
  };
}
