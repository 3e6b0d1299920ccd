import type { OrderView } from "../../../projections/views.ts";
import { messages } from "../../messages/catalogue.ts";
import { formatMoney, formatQuantity } from "../../messages/format.ts";
import { supportWords } from "../../messages/support.ts";
import { formatDayThere } from "../../messages/support-format.ts";
import { statusWords } from "../../tracker/list/status-words.ts";
import { Icon } from "../../ui/Icon.tsx";

/** Which order this is. */
export function CaseHead({ order }: { order: OrderView }) {
  const words = supportWords.value;
  const status = statusWords(order.status);
  const timeZone = order.fulfilments[0]?.timeZone ?? "UTC";
  const lines = order.fulfilments.flatMap((f) => f.lines);
  const sites = [...new Set(order.fulfilments.map((f) => f.siteName))].join(" + ");
  return (
    <div class="case-head">
      <a class="small" href="/support">
        {words.back}
      </a>
      <div class="case-title">
        <h1 tabIndex={-1}>{words.orderTitle(order.number)}</h1>
        <span class="tag" data-kind={status.kind}>
          <Icon name={status.icon} />
          {messages.value.statuses[order.status]}
        </span>
      </div>
      <p class="quiet small">
        {sites} · {formatDayThere(order.placedAt, timeZone)} · {formatMoney(order.total)} ·{" "}
        {words.find.values[order.method]} ·{" "}
        {lines.map(({ name, quantity }) => `${formatQuantity(quantity)} × ${name}`.replace(" g ×", " g")).join(", ")}
      </p>
    </div>
  );
}
