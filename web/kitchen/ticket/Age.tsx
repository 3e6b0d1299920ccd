import { useComputed } from "@preact/signals";
import { formatStopwatch } from "../../messages/format.ts";
import { kitchenWords } from "../../messages/kitchen.ts";
import { now } from "../../state/clock.ts";
import { type Urgency, urgencyOf } from "../../state/kitchen/acts.ts";
import { coarseNow } from "../../state/kitchen/coarse-clock.ts";
import { Icon, type IconName } from "../../ui/Icon.tsx";

const ICONS: Record<Urgency, IconName> = { fresh: "check", watch: "clock", hurry: "warning", urgent: "flame" };
const TEN_MINUTES = 600_000;

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
  // A ticket that is older than ten minutes does not look at every second.
  const digits = useComputed(() => formatAge((coarseNow.value - from >= TEN_MINUTES ? coarseNow : now).value - from));
  const urgency = useComputed(() => urgencyOf(coarseNow.value - from)).value;
  const words = kitchenWords.value;
  return (
    <span class="age" data-urgency={still ? "fresh" : urgency}>
      <span class="digits">{digits}</span>
      <span class="words">
        {fresh && (
          <span class="word fresh-sign">
            <Icon name="bell" />
            <span class={urgency === "fresh" ? undefined : "unseen"}>{words.newTicket}</span>
          </span>
        )}
        {!still && urgency !== "fresh" && (
          <span class="word">
            <Icon name={ICONS[urgency]} />
            {words.ages[urgency]}
          </span>
        )}
      </span>
    </span>
  );
}

/** `4:05`, `17m` and `1h12`: seconds matter for the first minutes only, and a short text can be large. */
function formatAge(ms: number): string {
  if (ms < TEN_MINUTES) return formatStopwatch(ms);
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes}m`;
  return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, "0")}`;
}
