import { formatDuration, formatTimeSeconds } from "../messages/format.ts";
import { kitchenWords } from "../messages/kitchen.ts";
import { now } from "../state/clock.ts";
import type { Feed } from "../state/kitchen/feed.ts";
import { Icon } from "../ui/Icon.tsx";

/**
 * A band across the top while the display is cut off, or what it shows may be old. It lies over the bar that is there
 * anyway: nothing below it moves when it comes and goes.
 */
export function OfflineBand({ feed }: { feed: Feed }) {
  const reach = feed.reach.value;
  if (reach.state === "ok") return null;
  const words = kitchenWords.value;
  const time = reach.asOf === undefined ? "–" : formatTimeSeconds(reach.asOf);
  return (
    <div class="band" data-state={reach.state} role="alert">
      <Icon name={reach.state === "offline" ? "cut" : "clock"} />
      {reach.state === "offline" ? (
        <p>
          <strong>
            {words.offlineSince(formatTimeSeconds(reach.since))} <For since={reach.since} />
          </strong>
          <br />
          {words.offlineBand(time)}
        </p>
      ) : (
        <p>
          <strong>{words.stale}</strong>
          <br />
          {words.staleBand(time)}
        </p>
      )}
    </div>
  );
}

/** Not read out every second. */
const For = ({ since }: { since: number }) => <span aria-live="off">({formatDuration(now.value - since)})</span>;
