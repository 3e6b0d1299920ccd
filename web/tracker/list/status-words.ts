import type { OrderStatus } from "../../../domain/order/state.ts";
import { messages } from "../../messages/catalogue.ts";
import type { IconName } from "../../ui/Icon.tsx";

const KINDS: Partial<Record<OrderStatus, { kind: "good" | "bad"; icon: IconName }>> = {
  delivered: { kind: "good", icon: "check" },
  shipped: { kind: "good", icon: "check" },
  out_of_stock: { kind: "bad", icon: "cross" },
  payment_failed: { kind: "bad", icon: "cross" },
  restaurant_rejected: { kind: "bad", icon: "cross" },
  cancelled: { kind: "bad", icon: "cross" },
};

/** A status as a small sign: colour, icon and word. */
export const statusWords = (status: OrderStatus): { kind: "good" | "bad" | "warn"; icon: IconName; word: string } => ({
  ...(KINDS[status] ?? { kind: "warn", icon: "clock" }),
  word: messages.value.statuses[status],
});
