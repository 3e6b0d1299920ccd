import { principalAt } from "../../state/auth.ts";

/** Whether the one at the desk may open an order: those who run the system need not know whom it is for. */
export const mayOpenOrders = (): boolean => principalAt("desk")?.role === "admin";

/** An order by its number; who may not open it has its whole id to hand on. */
export const OrderLink = ({ orderId }: { orderId: string }) =>
  mayOpenOrders() ? (
    <a href={`/support/orders/${encodeURIComponent(orderId)}`}>{orderId.slice(0, 6).toUpperCase()}</a>
  ) : (
    <code>{orderId}</code>
  );
