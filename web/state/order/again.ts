import type { OrderView } from "../../../projections/views.ts";
import { fillBasket } from "../shop/basket.ts";
import type { OwnOrder } from "./own-orders.ts";

/**
 * Fills the basket with what was ordered before, as far as this device or the order itself knows it. Returns where to go
 * on: the basket of the site, or its menu where nothing can be filled in.
 */
export function orderAgain(siteId: string, own: OwnOrder | undefined, view: OrderView | undefined): string {
  const before =
    own?.lines ??
    view?.fulfilments
      .flatMap(({ lines }) => lines)
      .map(({ sku, quantity }) => ({ sku, quantity: quantity.amount, note: undefined, substitutes: undefined }));
  if (before && before.length > 0) {
    fillBasket(
      siteId,
      Object.fromEntries(before.map(({ sku, quantity, note, substitutes }) => [sku, { quantity, note, substitutes }])),
    );
  }
  return `/?site=${encodeURIComponent(siteId)}${before && before.length > 0 ? "&step=basket" : ""}`;
}
