import { computed } from "@preact/signals";
import type { Bucket } from "../../api/analytics.ts";
import { region } from "../../messages/format.ts";

const format = computed(() => {
  const locale = region.value;
  const day = { month: "short", day: "numeric" } as const;
  // Days of the data are UTC's, so they are named as UTC names them.
  return {
    hour: new Intl.DateTimeFormat(locale, { ...day, hour: "2-digit", minute: "2-digit" }),
    day: new Intl.DateTimeFormat(locale, { ...day, weekday: "short", timeZone: "UTC" }),
    shortHour: new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" }),
    shortDay: new Intl.DateTimeFormat(locale, { ...day, timeZone: "UTC" }),
  };
});

/** The hour or day that begins at a time, epoch milliseconds. */
export const momentText = (at: number, bucket: Bucket): string => format.value[bucket].format(at);

/** The same as short as an axis wants it; a midnight is a day, and whole days have no hours. */
export function axisText(at: number, bucket: Bucket): string {
  if (bucket === "day") return format.value.shortDay.format(at);
  const local = new Date(at);
  if (local.getHours() !== 0 || local.getMinutes() !== 0) return format.value.shortHour.format(at);
  return format.value.hour.format(at).replace(/,? *(00:00|24:00|12:00 AM)/, "");
}
