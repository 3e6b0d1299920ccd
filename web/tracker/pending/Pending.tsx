import { NoAnswer } from "../../api/problem.ts";
import { messages } from "../../messages/catalogue.ts";
import { formatDuration, formatWhen } from "../../messages/format.ts";
import { now } from "../../state/clock.ts";
import type { OwnOrder } from "../../state/order/own-orders.ts";
import { Icon } from "../../ui/Icon.tsx";
import { sentenceOf } from "../../ui/trouble.ts";

const PATIENCE = 10_000;

interface PendingProps {
  readonly own: OwnOrder;
  readonly trouble: unknown;
}

/** That an order of which the server has not told yet is safe, once somebody would ask. */
export function Kept({ own, trouble }: PendingProps) {
  if (now.value - Date.parse(own.placedAt) < PATIENCE) return null;
  return (
    <p class="quiet small" role="status">
      {messages.value.tracker.localKept} {trouble instanceof NoAnswer && sentenceOf(trouble)}
    </p>
  );
}

/** The own order while nothing but the answer to its placing is known: a fact, and what is being waited for. */
export function Pending({ own, trouble }: PendingProps) {
  const words = messages.value.tracker;
  const waited = now.value - Date.parse(own.placedAt);
  return (
    <ol class="way">
      <li data-state="done">
        <span class="mark">
          <Icon name="check" />
        </span>
        <div class="what">
          <strong>{words.steps.placed}</strong>
        </div>
        <time dateTime={own.placedAt}>{formatWhen(own.placedAt)}</time>
      </li>
      <li data-state="current">
        <span class="mark">
          <Icon name="clock" />
        </span>
        <div class="what">
          <strong>{words.confirming}</strong>
          <span class="since">{words.since(formatDuration(waited))}</span>
          {waited >= PATIENCE && (
            <span class="reason small">
              {words.localKept} {trouble instanceof NoAnswer && sentenceOf(trouble)}
            </span>
          )}
        </div>
      </li>
    </ol>
  );
}
