import type { NoticeChannel } from "../../../domain/order/events.ts";
import type { EarlyEnd, Order } from "../../../domain/order/state.ts";
import type { Outside } from "../../../infra/outside/outside.ts";
import type { Owed } from "../runner/process-manager.ts";

/** What a customer is told when an order ends early. */
const OF_END: Readonly<Record<EarlyEnd, string>> = {
  out_of_stock: "out_of_stock",
  payment_failed: "payment_failed",
  restaurant_rejected: "rejected",
  cancelled: "cancelled",
};

const SEND = "notification.send/";

/** The outside system that carries a channel; it has no places. */
export const outsideOf = (channel: NoticeChannel): Outside => ({ system: channel, place: "" });

/** What an order's customer is to be told, each once in the order's life. A parcel that waits is no news. */
export function noticesOf(order: Order): readonly string[] {
  const { ended, payment, fulfilments, lineChanges } = order;
  const notices: string[] = [];
  if (ended) notices.push(order.fraud.length > 0 && ended === "cancelled" ? "fraud" : OF_END[ended]);
  else {
    if (payment.confirmed) notices.push("confirmed");
    fulfilments
      .filter((f) => f.replaced)
      .forEach((_, index) => {
        notices.push(`rerouted/${index + 1}`);
      });
    // Changes that came together are told together: the newest number stands for all that were not told before.
    if (lineChanges > changesTold(order)) notices.push(`line_changed/${lineChanges}`);
  }
  payment.refunds.forEach((refund, index) => {
    // One that came to nothing is followed by another, and that one is told.
    if (!payment.failedRefunds.includes(refund)) notices.push(`refunded/${index + 1}`);
  });
  for (const { fulfilmentId, shipment } of fulfilments) {
    if (shipment?.shippedAt !== undefined) notices.push(`shipped/${fulfilmentId}`);
  }
  if (order.delivered) notices.push("delivered");
  return notices;
}

/** Up to which change of lines the customer has been told, or nobody tries any more. */
export const changesTold = (order: Order): number =>
  Math.max(
    0,
    ...order.notices
      .filter(({ notice, outcome }) => outcome !== undefined && notice.startsWith("line_changed/"))
      .map(({ notice }) => numberOf(notice)),
  );

/** The number that ends a notice: 2 for `refunded/2`. */
export const numberOf = (notice: string): number => Number(notice.slice(notice.indexOf("/") + 1));

/** What an order's customer is owed: a message for each notice that nobody has sent or given up. */
export function owedNotices(order: Order): readonly Owed[] {
  const placedAt = Date.parse(order.placedAt);
  // Which way the customer is reached is sealed; an earlier notice of the order tells it, and most have an email.
  const channel = order.notices.at(-1)?.channel ?? "email";
  return noticesOf(order).flatMap((notice): Owed[] => {
    const tried = order.notices.filter((one) => one.notice === notice);
    if (tried.some(({ outcome }) => outcome !== undefined)) return [];
    const last = tried.at(-1);
    const attempts = Math.max(0, ...tried.map((one) => one.attempts));
    return [
      {
        id: `${SEND}${notice}/${attempts + 1}`,
        dueAt: last?.nextAttemptAt === undefined ? placedAt : Date.parse(last.nextAttemptAt),
        outside: outsideOf(last?.channel ?? channel),
        early: attempts > 0,
      },
    ];
  });
}

/** The notice that an effect is about: `shipped/1.1` for `notification.send/shipped/1.1/2`. */
export const noticeOf = (effectId: string): string => effectId.slice(SEND.length, effectId.lastIndexOf("/"));
