import { messages } from "../messages/catalogue.ts";
import { formatMoney, formatRate } from "../messages/format.ts";
import type { PricedBasket } from "../state/shop/pricing.ts";

/** Price, fee, total and the tax in it, before anything is ordered. */
export function Totals({ basket }: { basket: PricedBasket }) {
  const words = messages.value.shop;
  return (
    <dl class="totals">
      <dt>{words.subtotal}</dt>
      <dd>{formatMoney(basket.subtotal)}</dd>
      <dt>{words.delivery}</dt>
      <dd>{formatMoney(basket.fee)}</dd>
      <dt class="total">{words.total}</dt>
      <dd class="total">{formatMoney(basket.total)}</dd>
      {basket.taxes.map(({ basisPoints, amount }) => (
        <TaxRow key={basisPoints} rate={formatRate(basisPoints)} amount={formatMoney(amount)} />
      ))}
    </dl>
  );
}

const TaxRow = ({ rate, amount }: { rate: string; amount: string }) => (
  <>
    <dt class="quiet small">{messages.value.shop.taxIn(rate)}</dt>
    <dd class="quiet small">{amount}</dd>
  </>
);
