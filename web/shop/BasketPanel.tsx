import { messages } from "../messages/catalogue.ts";
import { formatMoney, formatQuantity } from "../messages/format.ts";
import type { ShownMenu } from "../state/shop/menu.ts";
import type { PricedBasket } from "../state/shop/pricing.ts";
import { Totals } from "./Totals.tsx";

interface BasketPanelProps {
  readonly siteId: string;
  readonly menu: ShownMenu;
  readonly basket: PricedBasket;
}

/** The basket beside the menu, where there is room for it. */
export function BasketPanel({ siteId, basket }: BasketPanelProps) {
  const words = messages.value.shop;
  return (
    <aside class="card basket-panel" aria-label={words.basket}>
      <h2>{words.basket}</h2>
      {basket.lines.length === 0 ? (
        <p class="quiet small">{words.basketEmpty}</p>
      ) : (
        <>
          <ul>
            {basket.lines.map(({ item, quantity, price, short }) => (
              <li key={item.sku} data-short={short}>
                <span class="quantity">{formatQuantity({ amount: quantity, unit: item.unit })}</span>
                <span>{item.name}</span>
                <span class="sum">{formatMoney(price)}</span>
              </li>
            ))}
          </ul>
          <Totals basket={basket} />
          <a class="button main wide" href={`/?site=${encodeURIComponent(siteId)}&step=basket`}>
            {words.review}
          </a>
        </>
      )}
    </aside>
  );
}
