import { messages } from "../messages/catalogue.ts";
import { formatMoney, formatTime } from "../messages/format.ts";
import { phoneWords } from "../messages/phone.ts";
import type { Today } from "../state/phone/today.ts";
import { statusWords } from "../tracker/list/status-words.ts";
import { Icon } from "../ui/Icon.tsx";
import { Notice } from "../ui/Notice.tsx";
import { sentenceOf } from "../ui/trouble.ts";
import { whatOf } from "./LastOrders.tsx";

/** The phone orders of today, as they go on. */
export function TodayPart({ today }: { today: Today | undefined }) {
  const words = phoneWords.value.today;
  const orders = today?.orders.value;
  return (
    <section class="phone-part today" aria-labelledby="today-title">
      <div class="part-head">
        <h2 id="today-title">{words.title}</h2>
      </div>
      {today?.trouble.value !== undefined && (
        <Notice kind="bad" title={words.failed}>
          <p>{sentenceOf(today.trouble.value)}</p>
          <button type="button" class="button slim" onClick={() => today.look()}>
            {messages.value.common.retry}
          </button>
        </Notice>
      )}
      {orders?.length === 0 && <p class="quiet">{words.none}</p>}
      {orders && orders.length > 0 && (
        <div class="today-scroll">
          <table>
            <caption class="unseen">{words.title}</caption>
            <thead>
              <tr>
                <th scope="col">{words.number}</th>
                <th scope="col">{words.at}</th>
                <th scope="col">{words.customer}</th>
                <th scope="col">{words.what}</th>
                <th scope="col" class="n">
                  {words.total}
                </th>
                <th scope="col">{words.status}</th>
              </tr>
            </thead>
            <tbody>
              {orders.map((order) => {
                const { kind, icon, word } = statusWords(order.status);
                return (
                  <tr key={order.orderId} data-order={order.orderId} data-status={order.status}>
                    <th scope="row">
                      <a href={`/support/orders/${order.orderId}`} data-row>
                        {order.number}
                      </a>
                    </th>
                    <td>{formatTime(order.placedAt)}</td>
                    <td>{today?.names.value.get(order.customerId) ?? words.unknown}</td>
                    <td class="what">{whatOf(order)}</td>
                    <td class="n">{formatMoney(order.total)}</td>
                    <td>
                      <span class="tag" data-kind={kind}>
                        <Icon name={icon} />
                        {word}
                      </span>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      {today?.more.value && <p class="quiet small">{words.more}</p>}
    </section>
  );
}
