import type { OrderEventType } from "../../domain/order/events.ts";
import { type Order, statusOf } from "../../domain/order/state.ts";
import { type Clause, clause, factsOf, type Happened } from "./happened.ts";
import type { StoryPhrases } from "./speech/story-phrases.ts";
import type { Words } from "./speech/words.ts";

/** Where an order stands, said of the event that brought it there; undefined where another clause says it already. */
export function standOf(
  order: Order,
  happened: readonly Happened[],
  stand: StoryPhrases["stand"],
  words: Words,
): Clause | undefined {
  const last = <Type extends OrderEventType>(type: Type) => factsOf(happened, type).at(-1);
  const said = (at: { at: string; revision: string } | undefined, text: (at: string, words: Words) => string) =>
    at && clause(text(at.at, words), at);
  switch (statusOf(order)) {
    case "placed":
      return clause(stand.placed(), ...happened.slice(0, 1));
    case "stock_reserved":
      return said(last("stock.reserved"), stand.reserved);
    case "payment_processing":
      return said(last("payment.processing"), stand.paying);
    case "payment_confirmed":
      return undefined;
    case "restaurant_notified": {
      const one = last("restaurant.notified");
      return one && clause(stand.told(words.site(one.data.fulfilmentId), one.at, words), one);
    }
    case "restaurant_accepted": {
      const one = last("restaurant.accepted");
      return one && clause(stand.accepted(words.site(one.data.fulfilmentId), one.at, words), one);
    }
    case "preparing": {
      const one = last("kitchen.stage_started");
      return one && clause(stand.working(words.station(one.data.fulfilmentId, one.data.stage), one.at, words), one);
    }
    case "ready":
      return said(last("kitchen.ready"), stand.ready);
    case "driver_assigned":
      return said(last("driver.accepted"), stand.courierComes);
    case "picked_up":
      return said(last("order.picked_up"), stand.pickedUp);
    case "delivered":
      return said(last("order.delivered"), stand.delivered);
    case "scheduled":
      return said(last("shipment.scheduled"), stand.scheduled);
    case "shipped": {
      const one = last("shipment.shipped");
      return one && clause(stand.shipped(one.data.shippedAt, words), one);
    }
    case "out_of_stock": {
      const one = last("order.out_of_stock");
      return one && clause(stand.outOfStock(one.data, words), one);
    }
    case "payment_failed": {
      const one = last("payment.failed");
      return one && clause(stand.paymentFailed(one.data.failureType, one.at, words), one);
    }
    case "restaurant_rejected": {
      const one = last("restaurant.rejected");
      return one && clause(stand.rejected(one.data, one.at, words), one);
    }
    case "cancelled": {
      const one = last("order.cancelled");
      return one && clause(stand.cancelled(one.data.by, one.at, words), one);
    }
  }
}
