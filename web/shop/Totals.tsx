import { messages } from "../messages/catalogue.ts";
import { formatMoney } from "../messages/format.ts";
import type { PricedBasket } from "../state/shop/basket.ts";

/** Price, fee and total, before anything is ordered. */
export function Totals({ basket }: { basket: PricedBasket }) {
  const words = messages.value.shop;
  return (
    <dl class="totals">
      <dt>{words.subtotal}</dt>
      <dd>{formatMoney(basket.subtotal)}</dd>
      <dt>{words.delivery}</dt>
      <dd>{formatMoney(basket.fee)}</dd>
      <dt class="total">
        {words.total} <span class="quiet small">{words.taxIncluded}</span>
      </dt>
      <dd class="total">{formatMoney(basket.total)}</dd>
    </dl>
  );
}
