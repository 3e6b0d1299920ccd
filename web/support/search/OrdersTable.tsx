import type { OrderView } from "../../../projections/views.ts";
import { Head } from "../../analyst/parts/Head.tsx";
import { TableFrame } from "../../analyst/parts/TableFrame.tsx";
import { messages } from "../../messages/catalogue.ts";
import { formatMoney, formatWhen } from "../../messages/format.ts";
import { supportWords } from "../../messages/support.ts";
import { now } from "../../state/clock.ts";
import { statusWords } from "../../tracker/list/status-words.ts";
import { Icon } from "../../ui/Icon.tsx";
import { toCase } from "../links.ts";

/** Orders one below the other; a row is opened with Enter. */
export function OrdersTable({ orders, caption }: { orders: readonly OrderView[]; caption: string }) {
  const words = supportWords.value.find;
  return (
    <TableFrame caption={caption} quiet class="orders-found">
      <thead>
        <tr>
          <Head>{words.order}</Head>
          <Head>{words.placed}</Head>
          <Head>{words.status}</Head>
          <Head>{words.where}</Head>
          <Head n>{words.total}</Head>
          <Head>{words.way}</Head>
          <Head>{words.wrong}</Head>
        </tr>
      </thead>
      <tbody>
        {orders.map((order) => (
          <Row key={order.orderId} order={order} />
        ))}
      </tbody>
    </TableFrame>
  );
}

function Row({ order }: { order: OrderView }) {
  const words = supportWords.value.find;
  const status = statusWords(order.status);
  const places = [...new Set(order.fulfilments.map((f) => `${f.siteName}, ${capital(f.city)}`))];
  return (
    <tr>
      <th scope="row">
        <a href={toCase(order.orderId)} data-row>
          {order.number}
        </a>
      </th>
      <td>{formatWhen(order.placedAt)}</td>
      <td>
        <span class="tag" data-kind={status.kind}>
          <Icon name={status.icon} />
          {messages.value.statuses[order.status]}
        </span>
      </td>
      <td class="wrap">{places.join(" + ")}</td>
      <td class="n">{formatMoney(order.total)}</td>
      <td>
        {words.values[order.channel]} · {words.values[order.method]}
      </td>
      <td class="wrap">{wrongWith(order).join(", ")}</td>
    </tr>
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A site may give a reason of its own, as a code. */
const refusalOf = (code: string): string => supportWords.value.find.refusals[code] ?? code.replaceAll("_", " ");

const ENDED = new Set(["delivered", "shipped", "out_of_stock", "payment_failed", "restaurant_rejected", "cancelled"]);

function wrongWith(order: OrderView): string[] {
  const words = supportWords.value.find;
  const delivered = order.milestones.findLast(({ type }) => type === "order.delivered")?.at;
  const until = delivered === undefined ? now.value : Date.parse(delivered);
  const runs = delivered !== undefined || !ENDED.has(order.status);
  const late = order.method === "courier" && runs && until > Date.parse(order.promisedAt);
  const refused = order.failure === "restaurant_rejected" && order.rejection !== undefined;
  return [
    ...(order.failure === undefined || refused ? [] : [words.failures[order.failure] ?? order.failure]),
    ...(order.rejection === undefined ? [] : [refusalOf(order.rejection)]),
    ...(late ? [words.late] : []),
    ...(order.payment.refunded > 0
      ? [words.refunded(formatMoney({ ...order.total, amount: order.payment.refunded }))]
      : []),
  ];
}
