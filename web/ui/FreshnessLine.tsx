import { messages } from "../messages/catalogue.ts";
import { formatDuration, formatTimeSeconds } from "../messages/format.ts";
import { now } from "../state/clock.ts";
import { type Freshness, freshness } from "../state/freshness.ts";
import { Icon, type IconName } from "./Icon.tsx";

const ICONS: Record<Freshness["kind"], IconName> = {
  live: "wave",
  reconnecting: "turn",
  polled: "clock",
  stale: "cut",
};

/** The one small line that says how fresh the page is. Screen readers hear changes of state, not every second. */
export function FreshnessLine() {
  const state = freshness.value;
  return (
    <p class="freshness" data-state={state.kind} role="status">
      <Icon name={ICONS[state.kind]} />
      <Words state={state} />
    </p>
  );
}

function Words({ state }: { state: Freshness }) {
  const words = messages.value.freshness;
  switch (state.kind) {
    case "live":
      return <span>{words.live}</span>;
    case "reconnecting":
      return <span>{words.reconnecting}</span>;
    case "polled":
      return (
        <span>
          {words.asOf(formatTimeSeconds(state.asOf))}
          {state.delayed && words.delayed}
        </span>
      );
    case "stale":
      return (
        <span>
          {state.asOf !== undefined && words.asOf(formatTimeSeconds(state.asOf))}
          <span aria-live="off">
            {words.offlineFor(formatDuration(now.value - state.offlineSince)).slice(state.asOf === undefined ? 2 : 0)}
          </span>
        </span>
      );
  }
}
