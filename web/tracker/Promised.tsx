import type { OrderView } from "../../projections/views.ts";
import { messages } from "../messages/catalogue.ts";
import { formatDay, formatDuration, formatTime, formatWhen } from "../messages/format.ts";
import { now } from "../state/clock.ts";
import { freshWay, type SeenWay } from "../state/order/courier-way.ts";
import { minutesUntil, promisedRange } from "../state/promise.ts";

/** What is promised for later than this is said in days. */
const BY_DAYS = 20 * 3_600_000;

/** When the order arrives, as a range that is meant honestly; or what was promised, once it came. */
export function Promised({ view, courier }: { view: OrderView; courier?: SeenWay | undefined }) {
  const words = messages.value.tracker;
  const promised = Date.parse(view.promisedAt);
  if (view.status === "delivered") return <p class="promised quiet">{words.promisedBy(formatWhen(promised))}</p>;
  const minute = Math.floor(now.value / 60_000) * 60_000;
  if (minute > promised) {
    return (
      <p class="promised late">
        <strong>{words.late(formatWhen(promised), formatDuration(now.value - promised))}</strong>
      </p>
    );
  }
  const onTheWay = courier && freshWay(courier, now.value);
  if (onTheWay?.leg === "to_door" && onTheWay.left) {
    // Somebody is nearly there: what was promised hours ago says less than that.
    const { minutes } = onTheWay.left;
    return (
      <p class="promised">
        <span class="quiet">{words.promise}</span>
        <strong>{words.aboutAt(formatTime(minute + minutes * 60_000))}</strong>
        <span class="quiet">{words.promisedBy(formatTime(promised))}</span>
      </p>
    );
  }
  if (promised - minute > BY_DAYS) return <ByDays from={minute} promised={promised} />;
  const range = promisedRange(promised, minute);
  const [from, to] = [minutesUntil(range.from, minute), minutesUntil(range.to, minute)];
  return (
    <p class="promised">
      <span class="quiet">{words.promise}</span>
      <strong>{words.between(formatTime(range.from), formatTime(range.to))}</strong>
      <span class="quiet">{to <= 180 && (from < 1 ? words.promiseWithin(to) : words.promiseIn(from, to))}</span>
    </p>
  );
}

/** A promise for another day is one of days: a parcel comes when its round comes. */
function ByDays({ from, promised }: { from: number; promised: number }) {
  const words = messages.value.tracker;
  const range = promisedRange(promised, from);
  const [first, last] = [formatDay(range.from), formatDay(range.to)];
  return (
    <p class="promised days">
      <span class="quiet">{words.promise}</span>
      <strong>{first === last ? first : words.between(first, last)}</strong>
    </p>
  );
}

/** When an order came, and whether that was in time; undefined for one that has not come. */
export function arrivalOf(view: OrderView): { readonly at: string; readonly how: string } | undefined {
  const words = messages.value.tracker;
  const at = view.milestones.findLast(({ type }) => type === "order.delivered")?.at;
  if (view.status !== "delivered" || at === undefined) return undefined;
  const late = Date.parse(at) - Date.parse(view.promisedAt);
  return {
    at: words.deliveredAt(formatWhen(at)),
    how: late > 60_000 ? words.wasLate(formatDuration(late)) : words.onTime,
  };
}
