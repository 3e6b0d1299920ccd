import type { OrderView } from "../../projections/views.ts";
import { messages } from "../messages/catalogue.ts";
import { formatMoney, formatQuantity } from "../messages/format.ts";
import type { OwnOrder } from "../state/order/own-orders.ts";

interface OrderedLinesProps {
  readonly view: OrderView | undefined;
  readonly own: OwnOrder | undefined;
}

/** What was ordered and what it costs; from this device's own note while nothing else is known. */
export function OrderedLines({ view, own }: OrderedLinesProps) {
  const words = messages.value;
  const noteOf = (sku: string) => own?.lines.find((line) => line.sku === sku)?.note;
  const lines =
    view?.fulfilments.flatMap((f) => f.lines) ??
    own?.lines.map(({ sku, name, quantity, unit }) => ({
      sku,
      name,
      quantity: { amount: quantity, unit },
      price: undefined,
      insteadOf: undefined,
      leftOut: undefined,
    }));
  const total = view?.total ?? own?.total;
  return (
    <section class="card ordered">
      <h2>{words.tracker.whatYouOrdered}</h2>
      <ul>
        {lines?.map((line) => (
          <li key={line.sku}>
            <span class="quantity">{formatQuantity(line.quantity)}</span>
            <span>
              {line.leftOut ? <s>{line.name}</s> : line.name}
              {line.leftOut && <span class="quiet small note">{words.tracker.leftOut}</span>}
              {line.insteadOf !== undefined && (
                <span class="quiet small note">{words.tracker.insteadOf(line.insteadOf)}</span>
              )}
              {noteOf(line.sku) !== undefined && <span class="quiet small note">{noteOf(line.sku)}</span>}
            </span>
            <span class="sum">
              {line.price && (line.leftOut ? <s>{formatMoney(line.price)}</s> : formatMoney(line.price))}
            </span>
          </li>
        ))}
      </ul>
      <dl class="totals">
        {view && (
          <>
            <dt>{words.shop.delivery}</dt>
            <dd>{formatMoney(view.deliveryFee)}</dd>
          </>
        )}
        {total && (
          <>
            <dt class="total">{words.shop.total}</dt>
            <dd class="total">{formatMoney(total)}</dd>
          </>
        )}
        {view && view.payment.refunded > 0 && (
          <>
            <dt>{words.tracker.givenBack}</dt>
            <dd>{formatMoney({ ...view.total, amount: -view.payment.refunded })}</dd>
          </>
        )}
      </dl>
    </section>
  );
}
