import { computed } from "@preact/signals";
import { formatWhen, region } from "../../messages/format.ts";

const clock = computed(
  () => new Intl.DateTimeFormat(region.value, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
);

/** A time of day as short as it can be, such as 18:04, since it stands in a narrow column; with its date another day. */
export function shortTime(at: string): string {
  const date = new Date(at);
  return date.toDateString() === new Date().toDateString() ? clock.value.format(date) : formatWhen(at);
}
