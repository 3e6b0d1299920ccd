import { computed } from "@preact/signals";
import { messages } from "./catalogue.ts";
import { region } from "./format.ts";

const day = computed(() => new Intl.DateTimeFormat(region.value, { day: "numeric", month: "long", timeZone: "UTC" }));
const moments = computed(() => {
  const locale = region.value;
  const made = new Map<string, Intl.DateTimeFormat>();
  return (timeZone: string) => {
    const known =
      made.get(timeZone) ??
      new Intl.DateTimeFormat(locale, { timeZone, hour: "2-digit", minute: "2-digit", second: "2-digit" });
    made.set(timeZone, known);
    return known;
  };
});

/** A day that the server has named, `2026-11-20 (UTC)` or `2026-11-20 (Europe/Berlin)`. */
export function formatDay(value: string): string {
  const at = Date.parse(`${value.slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(at) ? value : day.value.format(at);
}

/** A time of day to the second where the order is made. */
export const formatThere = (at: string, timeZone: string): string => moments.value(timeZone).format(new Date(at));

const days = computed(() => {
  const locale = region.value;
  const made = new Map<string, Intl.DateTimeFormat>();
  return (timeZone: string) => {
    const known =
      made.get(timeZone) ??
      new Intl.DateTimeFormat(locale, { timeZone, day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
    made.set(timeZone, known);
    return known;
  };
});

/** A day and a time of day where the order is made. */
export const formatDayThere = (at: string, timeZone: string): string => days.value(timeZone).format(new Date(at));

/** The place of a time zone, as people say it: `Berlin`. */
export const placeOf = (timeZone: string): string => timeZone.replace(/^.*\//, "").replaceAll("_", " ");

/** The number that people call an event by: the first one is 1, as "32 events" counts them. */
export const numberOf = (revision: string): string => String(Number(revision) + 1);

/** A span between two steps, finer the shorter it is: `240 ms`, `4.2 s`, `12 min`, `1 h 5 min`. */
export function formatStep(ms: number): string {
  const { hours, days } = messages.value.duration;
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toLocaleString(region.value, { maximumFractionDigits: 1 })} s`;
  if (ms < 60_000) return `${Math.round(ms / 1_000)} s`;
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return hours(Math.floor(minutes / 60), minutes % 60);
  return days(Math.round(minutes / 1440));
}
