import { useEffect } from "preact/hooks";
import { messages } from "../../messages/catalogue.ts";
import { hasOlder, listed, listTrouble, loadingOlder, loadOlder, loadOrders } from "../../state/order/listing.ts";
import { placing } from "../../state/order/placing.ts";
import { Blank } from "../../ui/Blank.tsx";
import { Header } from "../../ui/Header.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { OrderRow } from "./OrderRow.tsx";

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
          {all.map((order) => (
            <OrderRow key={order.id} order={order} />
          ))}
        </ul>
        {hasOlder.value && (
          <button
            type="button"
            class="button wide older"
            disabled={loadingOlder.value}
            onClick={() => void loadOlder()}
          >
            {loadingOlder.value ? words.common.loading : words.orders.older}
          </button>
        )}
      </main>
    </>
  );
}
