import { computed } from "@preact/signals";
import type { Money, Quantity } from "../../domain/money/money.ts";
import { language, messages } from "./catalogue.ts";

/** The browser's own regional form of the chosen language, so that times read as the person is used to. */
export const region = computed(() => {
  const own = navigator.languages.find((tag) => tag.toLowerCase().startsWith(language.value));
  return own ?? (language.value === "de" ? "de-DE" : "en-GB");
});

const clock = computed(() => new Intl.DateTimeFormat(region.value, { hour: "2-digit", minute: "2-digit" }));
const clockSeconds = computed(
  () => new Intl.DateTimeFormat(region.value, { hour: "2-digit", minute: "2-digit", second: "2-digit" }),
);
const day = computed(() => new Intl.DateTimeFormat(region.value, { day: "numeric", month: "short" }));
const weekday = computed(
  () => new Intl.DateTimeFormat(region.value, { weekday: "short", day: "numeric", month: "short" }),
);
const currencies = computed(() => {
  const locale = region.value;
  const made = new Map<string, Intl.NumberFormat>();
  return (currency: string) => {
    const known = made.get(currency) ?? new Intl.NumberFormat(locale, { style: "currency", currency });
    made.set(currency, known);
    return known;
  };
});

/** A sum of money, such as €34.50. */
export function formatMoney({ amount, currency }: Money): string {
  const format = currencies.value(currency);
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/** What stands between whole and fraction: a point, or a comma. */
export const decimalMark = computed(
  () => new Intl.NumberFormat(region.value).formatToParts(1.5).find(({ type }) => type === "decimal")?.value ?? ".",
);

/** A rate of tax in basis points, such as 7%. */
export const formatRate = (basisPoints: number): string =>
  new Intl.NumberFormat(region.value, { style: "percent", maximumFractionDigits: 2 }).format(basisPoints / 10_000);

type Moment = string | number;

/** A time of day, such as 18:04. */
export const formatTime = (at: Moment): string => clock.value.format(new Date(at));

/** A time of day with seconds, such as 18:04:31. */
export const formatTimeSeconds = (at: Moment): string => clockSeconds.value.format(new Date(at));

/** A day with its weekday, such as Mon 23 Nov. */
export const formatDay = (at: Moment): string => weekday.value.format(new Date(at));

/** A time of day, with its date where that is not today's. */
export function formatWhen(at: Moment): string {
  const date = new Date(at);
  const today = date.toDateString() === new Date().toDateString();
  return today ? formatTime(at) : `${day.value.format(date)}, ${formatTime(at)}`;
}

/** A span in words, coarser the longer it is: `12 s`, `4 min`, `1 h 5 min`, `2 days`. */
export function formatDuration(ms: number): string {
  const { seconds, minutes, hours, days } = messages.value.duration;
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return seconds(s);
  const min = Math.floor(s / 60);
  if (min < 60) return minutes(min);
  if (min < 48 * 60) return hours(Math.floor(min / 60), min % 60);
  return days(Math.floor(min / 1440));
}

/** A span as a display shows it that is read from afar: `4:05`, `1:12:40`. */
export function formatStopwatch(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const h = Math.floor(s / 3600);
  const min = Math.floor((s % 3600) / 60);
  return h > 0 ? `${h}:${two(min)}:${two(s % 60)}` : `${min}:${two(s % 60)}`;
}

/** A distance as people say it: `350 m`, `1.2 km`. */
export function formatDistance(metres: number): string {
  if (metres < 1_000) return `${Math.round(metres / 50) * 50} m`;
  return `${new Intl.NumberFormat(region.value, { maximumFractionDigits: 1 }).format(metres / 1_000)} km`;
}

/** How much: `3` pieces, or `250 g`. */
export const formatQuantity = ({ amount, unit }: Quantity): string => (unit === "g" ? `${amount} g` : String(amount));

/** A station's name as people call it; one that the catalogue does not know is made readable. */
export function stationName(stage: string): string {
  const known = messages.value.stations[stage];
  if (known !== undefined) return known;
  const words = stage.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
