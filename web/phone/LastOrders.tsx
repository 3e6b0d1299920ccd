import type { OrderView } from "../../projections/views.ts";
import { messages } from "../messages/catalogue.ts";
import { formatMoney, formatQuantity, formatWhen } from "../messages/format.ts";
import { phoneWords } from "../messages/phone.ts";
import { lastOrders } from "../state/phone/call.ts";
import { change, type DraftLine, draft } from "../state/phone/draft.ts";
import { statusWords } from "../tracker/list/status-words.ts";
import { Notice } from "../ui/Notice.tsx";
import { sentenceOf } from "../ui/trouble.ts";

/** What the customer ordered last, each ready to be ordered again. */
export function LastOrders() {
  const words = phoneWords.value.customer;
  const page = lastOrders.data.value;
  return (
    <div class="last-orders">
      <h3>{words.last}</h3>
      {lastOrders.trouble.value !== undefined && <Notice kind="bad">{sentenceOf(lastOrders.trouble.value)}</Notice>}
      {page?.orders.length === 0 && <p class="quiet small">{words.noOrders}</p>}
      <ul aria-busy={lastOrders.asking.value}>
        {page?.orders.map((order) => (
          <Last key={order.orderId} order={order} />
        ))}
      </ul>
      {!page && lastOrders.asking.value && <p class="unseen">{messages.value.common.loading}</p>}
    </div>
  );
}

function Last({ order }: { order: OrderView }) {
  const words = phoneWords.value.customer;
  const status = statusWords(order.status);
  return (
    <li>
      <div>
        <a href={`/support/orders/${order.orderId}`}>{order.number}</a>{" "}
        <span class="quiet small">
          {formatWhen(order.placedAt)} · {formatMoney(order.total)}
        </span>{" "}
        <span class="tag" data-kind={status.kind}>
          {status.word}
        </span>
        <p class="small">{whatOf(order)}</p>
      </div>
      {!draft.value.sending && (
        <button
          type="button"
          class="button slim"
          aria-label={words.again(order.number)}
          onClick={() => {
            change({ lines: linesOf(order), method: order.method, siteId: order.fulfilments[0]?.siteId });
            document.getElementById("find-item")?.focus();
          }}
        >
          {words.repeat}
        </button>
      )}
    </li>
  );
}

/** What an order holds, in one line. */
export const whatOf = ({ fulfilments }: OrderView): string =>
  fulfilments
    .flatMap(({ lines }) => lines)
    .map(({ quantity, name }) => `${formatQuantity(quantity)} × ${name}`)
    .join(", ");

const linesOf = ({ fulfilments }: OrderView): readonly DraftLine[] =>
  fulfilments
    .flatMap(({ lines }) => lines)
    .map(({ sku, name, quantity, price }) => ({
      sku,
      name,
      unit: quantity.unit,
      price,
      quantity: quantity.amount,
      note: "",
    }));
