import { useEffect } from "preact/hooks";
import { accountWords } from "../messages/account.ts";
import { listed, loadOrders } from "../state/order/listing.ts";
import { OrderRow } from "../tracker/list/OrderRow.tsx";

const FEW = 3;

/** The newest orders, and where the others are; nothing where there are none. */
export function LastOrders() {
  useEffect(() => loadOrders(), []);
  const words = accountWords.value;
  const orders = listed.value;
  if (orders.length === 0) return null;
  return (
    <section>
      <h2>{words.recent}</h2>
      <ul class="order-list">
        {orders.slice(0, FEW).map((order) => (
          <OrderRow key={order.id} order={order} />
        ))}
      </ul>
      {orders.length > FEW && (
        <a class="button plain" href="/orders">
          {words.allOrders}
        </a>
      )}
    </section>
  );
}
