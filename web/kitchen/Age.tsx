import { useComputed } from "@preact/signals";
import { messages } from "../messages/catalogue.ts";
import { formatStopwatch } from "../messages/format.ts";
import { now } from "../state/clock.ts";
import { type Urgency, urgencyOf } from "../state/kitchen/acts.ts";
import { Icon, type IconName } from "../ui/Icon.tsx";

const ICONS: Record<Urgency, IconName> = { fresh: "check", watch: "clock", hurry: "warning", urgent: "flame" };

interface AgeProps {
  readonly since: string;
  /** Nobody has to hurry any more. */
  readonly still: boolean;
  /** Nobody has touched it yet. */
  readonly fresh: boolean;
}

/**
 * How old a ticket is, large, and how urgent that makes it. What is new says so in the same place: when a finger takes
 * that away, nothing below it moves.
 */
export function Age({ since, still, fresh }: AgeProps) {
  const from = Date.parse(since);
  // The digits go straight into the page; the rest is drawn anew only when the urgency changes.
  const digits = useComputed(() => formatStopwatch(now.value - from));
  const urgency = useComputed(() => urgencyOf(now.value - from)).value;
  return (
    <span class="age" data-urgency={still ? "fresh" : urgency}>
      <span class="digits">{digits}</span>
      {fresh && urgency === "fresh" && (
        <span class="word fresh-sign">
          <Icon name="bell" />
          {messages.value.kitchen.newTicket}
        </span>
      )}
      {!still && urgency !== "fresh" && (
        <span class="word">
          <Icon name={ICONS[urgency]} />
          {messages.value.kitchen.ages[urgency]}
        </span>
      )}
    </span>
  );
}
