import type { OrderView } from "../../../projections/views.ts";
import { formatMoney } from "../../messages/format.ts";
import { supportWords } from "../../messages/support.ts";

/** What it costs, what was paid, and what was given back. */
export function MoneyCard({ order: { subtotal, deliveryFee, total, payment } }: { order: OrderView }) {
  const words = supportWords.value.money;
  return (
    <section class="card money" aria-labelledby="money-title">
      <h2 id="money-title">{words.title}</h2>
      <dl>
        <Sum name={words.goods} value={formatMoney(subtotal)} />
        <Sum name={words.delivery} value={formatMoney(deliveryFee)} />
        <Sum name={words.total} value={formatMoney(total)} strong />
        <Sum name={words.paid} value={words.states[payment.status]} />
        {payment.refunded > 0 && (
          <Sum name={words.refunded} value={formatMoney({ ...total, amount: payment.refunded })} />
        )}
      </dl>
    </section>
  );
}

const Sum = ({ name, value, strong = false }: { name: string; value: string; strong?: boolean }) => (
  <div data-strong={strong}>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);
