import { messages } from "../messages/catalogue.ts";
import { formatDuration, formatTimeSeconds, formatWhen } from "../messages/format.ts";
import { now } from "../state/clock.ts";
import { type Freshness, freshness } from "../state/freshness.ts";
import { cutSince } from "../state/reach.ts";
import { Icon, type IconName } from "./Icon.tsx";

const ICONS: Record<Freshness["kind"], IconName> = {
  live: "wave",
  reconnecting: "turn",
  polled: "clock",
  stale: "cut",
};

/** What the line says where nothing live is shown: nothing, unless the server cannot be reached. */
const ofQuietPage = (since: number | undefined): Freshness | undefined =>
  since === undefined ? undefined : { kind: "stale", asOf: undefined, offlineSince: since };

/**
 * The one small line that says how fresh the page is; its place is kept where it has nothing to say. Screen readers hear
 * changes of state, not every second.
 */
export function FreshnessLine({ live }: { live: boolean }) {
  const state = live ? freshness.value : ofQuietPage(cutSince());
  return (
    <p class="freshness" data-state={state?.kind} role="status">
      {state && (
        <>
          <Icon name={ICONS[state.kind]} />
          <Words state={state} />
        </>
      )}
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
      if (state.asOf === undefined) {
        const since = cutSince();
        // A server that answers and refuses is not away.
        return <span>{since === undefined ? words.notRead : words.offlineSince(momentText(since))}</span>;
      }
      return (
        <span>
          {words.asOf(formatTimeSeconds(state.asOf))}
          <span aria-live="off">{words.offlineFor(formatDuration(now.value - state.offlineSince))}</span>
        </span>
      );
  }
}

/** To the second today, with its date before. */
const momentText = (at: number): string =>
  new Date(at).toDateString() === new Date().toDateString() ? formatTimeSeconds(at) : formatWhen(at);
