import { undecidedItems } from "../../../domain/order/sites.ts";
import { type FulfilmentState, isFinal, type Order, turnedDown } from "../../../domain/order/state.ts";
import type { Outside } from "../../../infra/outside/outside.ts";
import type { Owed } from "../runner/process-manager.ts";

/** The restaurants of one city answer or fail together. */
export const outsideOf = ({ city }: FulfilmentState): Outside => ({ system: "restaurant", place: city });

/**
 * What an order is owed by its sites: to be told, to have their silence noticed, to have another one found where one
 * does not make it, to have it decided what becomes of a missing item.
 */
export function owedToSites(order: Order): readonly Owed[] {
  return order.fulfilments.flatMap((fulfilment): readonly Owed[] => {
    const { fulfilmentId, seeking, rejected, replaced } = fulfilment;
    if (order.ended || rejected || replaced) {
      const notWanted = cancellation(order, fulfilment);
      if (isFinal(order) || seeking === undefined || replaced) return notWanted;
      return [...notWanted, { id: `restaurant.reroute/${fulfilmentId}`, dueAt: Date.parse(order.placedAt) }];
    }
    return isFinal(order) || !order.payment.confirmed ? [] : owedByStandingSite(order, fulfilment);
  });
}

function owedByStandingSite(order: Order, fulfilment: FulfilmentState): readonly Owed[] {
  const { fulfilmentId, notification, notified, accepted, reserved, siteId } = fulfilment;
  const placedAt = Date.parse(order.placedAt);
  if (!notified) {
    // A site that was found later is told when its ledger has promised the goods.
    if (!reserved) return [];
    const failed = notification?.attempts ?? 0;
    const planned = notification?.nextAttemptAt;
    return [
      {
        id: `restaurant.notify/${fulfilmentId}/${failed + 1}`,
        dueAt: planned === undefined ? placedAt : Date.parse(planned),
        // First attempts of a site go one at a time and in order; a failed one leaves the queue for its retries.
        lane: failed === 0 ? siteId : undefined,
        outside: outsideOf(fulfilment),
        early: failed > 0,
      },
    ];
  }
  const missing = undecidedItems(fulfilment).map((sku) => ({
    id: `restaurant.replace/${fulfilmentId}/${sku}`,
    dueAt: placedAt,
  }));
  if (accepted || notification?.answerBy === undefined) return missing;
  return [...missing, { id: `restaurant.answer-deadline/${fulfilmentId}`, dueAt: Date.parse(notification.answerBy) }];
}

/**
 * A site that was told of an order learns that it will not be wanted; one that turned it down knows. An attempt that
 * failed may have reached the site all the same: it is told then, and once more should a late attempt turn out to have
 * come through after that.
 */
function cancellation(order: Order, fulfilment: FulfilmentState): readonly Owed[] {
  const { fulfilmentId, notified, notification } = fulfilment;
  const attempts = notification?.attempts ?? 0;
  if (turnedDown(fulfilment) || (!notified && attempts === 0)) return [];
  const id = `restaurant.tell-cancelled/${fulfilmentId}${notified ? "" : `/${attempts}`}`;
  return [{ id, dueAt: Date.parse(order.placedAt), outside: outsideOf(fulfilment) }];
}
