import { useEffect } from "preact/hooks";
import { messages } from "../messages/catalogue.ts";
import { formatMoney, formatWhen } from "../messages/format.ts";
import { listed, listTrouble, loadOrders } from "../state/order/listing.ts";
import { placing } from "../state/order/placing.ts";
import { Blank } from "../ui/Blank.tsx";
import { Header } from "../ui/Header.tsx";
import { Icon } from "../ui/Icon.tsx";
import { Notice } from "../ui/Notice.tsx";
import { statusWords } from "./status-words.ts";

/** The buyer's orders: what this device keeps, and what the server knows beside. */
export function OrdersPage() {
  useEffect(() => loadOrders(), []);
  const words = messages.value;
  const all = listed.value;
  return (
    <>
      <Header live>
        <a href="/">
          <Icon name="shop" />
          {words.common.shop}
        </a>
      </Header>
      <main class="page narrow">
        <h1>{words.orders.title}</h1>
        {listTrouble.value !== undefined && all.length > 0 && <Notice kind="warn">{words.orders.onlyHere}</Notice>}
        {placing.value && (
          <a class="card order-row" href="/orders/placing">
            <strong>{placing.value.site.name}</strong>
            <span class="tag" data-kind="warn">
              <Icon name="clock" />
              {words.placing.waiting}
            </span>
          </a>
        )}
        {all.length === 0 && !placing.value && (
          <Blank icon="receipt" title={words.orders.none}>
            <p class="quiet">{words.orders.none2}</p>
            <a class="button main" href="/">
              {words.common.toShop}
            </a>
          </Blank>
        )}
        <ul class="order-list">
          {all.map((order) => {
            const { kind, icon, word } = statusWords(order.status);
            return (
              <li key={order.id}>
                <a class="card order-row" href={`/orders/${encodeURIComponent(order.id)}`}>
                  <strong>{order.siteName}</strong>
                  <span class="sum">{formatMoney(order.total)}</span>
                  <span class="quiet small">
                    {words.tracker.number(order.number)} · {formatWhen(order.placedAt)}
                  </span>
                  <span class="tag" data-kind={kind}>
                    <Icon name={icon} />
                    {word}
                  </span>
                </a>
              </li>
            );
          })}
        </ul>
      </main>
    </>
  );
}
