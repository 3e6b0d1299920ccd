import type { Receipt } from "../../../projections/buyer-views.ts";
import { accountWords } from "../../messages/account.ts";
import { messages } from "../../messages/catalogue.ts";
import { formatMoney, formatQuantity, formatRate, region } from "../../messages/format.ts";

/** The receipt as a sheet. Times are those of the site's zone, as on the file. */
export function ReceiptSheet({ receipt }: { receipt: Receipt }) {
  const words = accountWords.value.receipt;
  const moment = (at: string, withTime = true) =>
    new Intl.DateTimeFormat(region.value, {
      dateStyle: "long",
      ...(withTime ? { timeStyle: "short" } : {}),
      timeZone: receipt.timeZone,
    }).format(new Date(at));
  const { contact, proof } = receipt;
  return (
    <article class="card receipt">
      <header>
        <h1>{words.title}</h1>
        <p class="quiet">{messages.value.tracker.number(receipt.number)}</p>
      </header>
      <dl class="receipt-facts">
        <dt>{words.from}</dt>
        <dd>{receipt.sites.map(({ name, city }) => `${name}, ${city}`).join("\n")}</dd>
        <dt>{words.placed}</dt>
        <dd>{moment(receipt.placedAt)}</dd>
        {receipt.payment !== "none" && (
          <>
            <dt>{words.paid}</dt>
            <dd>{receipt.paidAt === undefined ? words.notPaid : moment(receipt.paidAt)}</dd>
          </>
        )}
        {contact && (
          <>
            <dt>{words.for}</dt>
            <dd>{[contact.name, contact.address].filter(Boolean).join("\n")}</dd>
          </>
        )}
      </dl>
      <Lines receipt={receipt} />
      <dl class="totals">
        <dt class="total">{words.total}</dt>
        <dd class="total">{formatMoney(receipt.total)}</dd>
        {receipt.refunds.map(({ at, amount }) => (
          <>
            <dt key={at}>{words.refunded(moment(at, false))}</dt>
            <dd>{formatMoney({ ...amount, amount: -amount.amount })}</dd>
          </>
        ))}
        {receipt.refunds.length > 0 && (
          <>
            <dt class="balance">{words.balance}</dt>
            <dd class="balance">{formatMoney(receipt.balance)}</dd>
          </>
        )}
      </dl>
      {receipt.payment === "none" && <p>{words.none}</p>}
      <Taxes receipt={receipt} />
      <footer class="quiet">
        <p class="proof">
          {words.verify}: {words.proof(receipt.number, proof.revision)}, <code>{proof.hash}</code>
        </p>
        <p class="small screen-only">{words.verifyHint}</p>
      </footer>
    </article>
  );
}

function Lines({ receipt }: { receipt: Receipt }) {
  const words = accountWords.value.receipt;
  return (
    <table>
      <thead>
        <tr>
          <th colSpan={2}>{words.item}</th>
          <th class="number">{words.tax}</th>
          <th class="number">{words.price}</th>
        </tr>
      </thead>
      <tbody>
        {receipt.lines.map(({ sku, name, quantity, price, taxBasisPoints, insteadOf, leftOut }) => (
          <tr key={sku}>
            <td>{formatQuantity(quantity)}</td>
            <td>
              {name}
              {leftOut && <span class="quiet small"> ({words.leftOut})</span>}
              {insteadOf !== undefined && <span class="quiet small"> ({words.insteadOf(insteadOf)})</span>}
            </td>
            <td class="number">{formatRate(taxBasisPoints)}</td>
            <td class="number">{formatMoney(price)}</td>
          </tr>
        ))}
        <tr>
          <td />
          <td>{words.delivery}</td>
          <td />
          <td class="number">{formatMoney(receipt.deliveryFee)}</td>
        </tr>
      </tbody>
    </table>
  );
}

function Taxes({ receipt }: { receipt: Receipt }) {
  const words = accountWords.value.receipt;
  if (receipt.taxes.length === 0) return null;
  return (
    <table>
      <thead>
        <tr>
          <th>{words.contained}</th>
          <th class="number">{words.net}</th>
          <th class="number">{words.tax}</th>
          <th class="number">{words.gross}</th>
        </tr>
      </thead>
      <tbody>
        {receipt.taxes.map(({ basisPoints, net, tax, gross }) => (
          <tr key={basisPoints}>
            <td>{formatRate(basisPoints)}</td>
            <td class="number">{formatMoney(net)}</td>
            <td class="number">{formatMoney(tax)}</td>
            <td class="number">{formatMoney(gross)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
