import type { SiteSummary } from "../../projections/views.ts";
import { messages } from "../messages/catalogue.ts";
import { formatMoney } from "../messages/format.ts";

/** What a site takes for bringing it, in words. */
export function feeOf({ deliveryFee, currency }: Pick<SiteSummary, "deliveryFee" | "currency">): string {
  const words = messages.value.shop;
  return deliveryFee === 0 ? words.deliveryFree : words.deliveryFee(formatMoney({ amount: deliveryFee, currency }));
}
