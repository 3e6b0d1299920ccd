import { useFeed } from "../../analyst/parts/use-feed.ts";
import { getStuckOrders } from "../../api/support.ts";
import { messages } from "../../messages/catalogue.ts";
import { formatDuration } from "../../messages/format.ts";
import { supportWords } from "../../messages/support.ts";
import { poll } from "../../state/polled.ts";
import { sentenceOf } from "../../ui/trouble.ts";
import { toCase } from "../links.ts";

const EVERY_MS = 15_000;

/** Open orders that have stood in their step for too long, the worst first. */
export function StuckList() {
  const feed = useFeed(() => poll(getStuckOrders, () => EVERY_MS), false);
  const words = supportWords.value.find;
  const found = feed.data.value;
  return (
    <section class="stuck" aria-labelledby="stuck-title">
      <h2 id="stuck-title">
        {words.stuck}
        {found && found.orders.length > 0 && ` · ${found.orders.length}${found.more ? "+" : ""}`}
      </h2>
      {!found && feed.trouble.value !== undefined && <p class="quiet">{sentenceOf(feed.trouble.value)}</p>}
      {found && found.orders.length === 0 && <p class="quiet">{words.noStuck}</p>}
      {found && found.orders.length > 0 && (
        <>
          <p class="quiet small">{words.stuckHint}</p>
          <ul>
            {found.orders.map((order) => (
              <li key={order.orderId}>
                <a class="card" href={toCase(order.orderId)} data-row>
                  <strong>{order.orderId.slice(0, 6).toUpperCase()}</strong>
                  <span>{messages.value.statuses[order.status]}</span>
                  <span class="for">{words.forLong(formatDuration(order.forMs))}</span>
                  <span class="quiet small">{words.waits[order.waitingFor?.whom ?? ""] ?? ""}</span>
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
