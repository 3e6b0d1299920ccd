import { messages } from "../../messages/catalogue.ts";
import { formatMoney, formatWhen } from "../../messages/format.ts";
import type { ListedOrder } from "../../state/order/listing.ts";
import { Icon } from "../../ui/Icon.tsx";
import { statusWords } from "./status-words.ts";

/** One order of a list, as the way to its page. */
export function OrderRow({ order }: { order: ListedOrder }) {
  const { kind, icon, word } = statusWords(order.status);
  return (
    <li>
      <a class="card order-row" href={`/orders/${encodeURIComponent(order.id)}`}>
        <strong>{order.siteName}</strong>
        <span class="sum">{formatMoney(order.total)}</span>
        <span class="quiet small">
          {messages.value.tracker.number(order.number)} · {formatWhen(order.placedAt)}
        </span>
        <span class="tag" data-kind={kind}>
          <Icon name={icon} />
          {word}
        </span>
      </a>
    </li>
  );
}
