import type { OrderStatus } from "../../domain/order/state.ts";
import type { OrderView } from "../../projections/views.ts";
import { messages } from "../messages/catalogue.ts";
import { formatMoney } from "../messages/format.ts";
import type { OwnOrder } from "../state/order/own-orders.ts";

/** How an order ended early, in words that a person would say. */
export interface Ending {
  readonly title: string;
  readonly why: string | undefined;
  /** What happens with the money; undefined while that is not known. */
  readonly money: string | undefined;
  readonly next: string;
  /** Where the next step leads: back to the basket at this site, or to choose another one. */
  readonly elsewhere: boolean;
}

const EARLY = ["out_of_stock", "payment_failed", "restaurant_rejected", "cancelled"] as const;
type Early = (typeof EARLY)[number];

const isEarly = (status: OrderStatus): status is Early => EARLY.some((end) => end === status);

/** The words for an order that ended early; undefined for every other. */
export function endingOf(
  status: OrderStatus,
  view: OrderView | undefined,
  own: OwnOrder | undefined,
): Ending | undefined {
  if (!isEarly(status)) return undefined;
  const words = messages.value.tracker;
  const base = { why: undefined, money: moneyOf(status, view), next: words.next.again, elsewhere: false };
  switch (status) {
    case "out_of_stock":
      return { ...base, title: words.ended.out_of_stock, why: missingOf(view), next: words.next.rest };
    case "payment_failed":
      return { ...base, title: words.ended.payment_failed, why: paymentOf(view), next: words.next.pay };
    case "restaurant_rejected": {
      const site = view?.fulfilments[0]?.siteName ?? own?.site.name ?? "";
      return { ...base, title: rejectedBy(site, view?.rejection), next: words.next.elsewhere, elsewhere: true };
    }
    case "cancelled":
      return { ...base, title: words.ended.cancelled };
  }
}

function missingOf(view: OrderView | undefined): string {
  const words = messages.value.tracker.ended;
  const lines = view?.fulfilments.flatMap((f) => f.lines) ?? [];
  const names = (view?.missing ?? []).map(({ sku }) => lines.find((line) => line.sku === sku)?.name ?? sku);
  return names.length === 0 ? words.missingUnknown : words.missing(names.join(", "));
}

function paymentOf(view: OrderView | undefined): string | undefined {
  const words = messages.value.tracker.ended;
  switch (view?.failure) {
    case undefined:
      return undefined;
    case "insufficient_funds":
      return words.insufficient;
    case "payment_declined":
      return words.declined;
    case "payment_fraud":
      return words.fraud;
    default:
      return words.bankSilent;
  }
}

function rejectedBy(site: string, reason: string | undefined): string {
  const words = messages.value.tracker.ended;
  if (reason === "auto_rejected_closing_time" || reason === "closing") return words.closing(site);
  return reason === "no_answer" ? words.noAnswer(site) : words.rejected(site);
}

function moneyOf(status: Early, view: OrderView | undefined): string | undefined {
  const words = messages.value.tracker.money;
  if (status === "out_of_stock" || status === "payment_failed") return words.nothing;
  if (!view) return undefined;
  const { payment, total } = view;
  if (payment.refunded > 0 && payment.refunded >= total.amount) {
    return words.refunded(formatMoney({ amount: payment.refunded, currency: total.currency }));
  }
  if (payment.status === "confirmed")
    return words.refunding(formatMoney({ ...total, amount: total.amount - payment.refunded }));
  return payment.status === "processing" || payment.status === "cancelled" ? words.released : words.nothing;
}
