import { messages } from "../messages/catalogue.ts";
import { formatTimeSeconds } from "../messages/format.ts";
import type { Feed } from "../state/kitchen/feed.ts";
import { Icon } from "../ui/Icon.tsx";

/** A band across the top while the display is cut off, or what it shows may be old. */
export function OfflineBand({ feed }: { feed: Feed }) {
  const reach = feed.reach.value;
  if (reach.state === "ok") return null;
  const words = messages.value.kitchen;
  const time = reach.asOf === undefined ? "–" : formatTimeSeconds(reach.asOf);
  const offline = reach.state === "offline";
  return (
    <div class="band" data-state={reach.state} role="alert">
      <Icon name={offline ? "cut" : "clock"} />
      <strong>{offline ? words.offline : words.stale}</strong>
      <span>{offline ? words.offlineBand(time) : words.staleBand(time)}</span>
    </div>
  );
}
