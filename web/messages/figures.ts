import { computed } from "@preact/signals";
import { messages } from "./catalogue.ts";
import { region } from "./format.ts";

const whole = computed(() => new Intl.NumberFormat(region.value, { maximumFractionDigits: 0 }));
const tenth = computed(() => new Intl.NumberFormat(region.value, { maximumFractionDigits: 1 }));
const percent = computed(() => new Intl.NumberFormat(region.value, { style: "percent", maximumFractionDigits: 2 }));
const full = computed(
  () =>
    new Intl.DateTimeFormat(region.value, {
      year: "numeric",
      month: "short",
      day: "numeric",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    }),
);

/** A number of things, such as 12,340. */
export const formatCount = (n: number): string => whole.value.format(n);

/** A part of a whole, such as 2.5%; a part too small to show is not called none. */
export function formatShare(share: number): string {
  const smallest = 0.0001;
  return share > 0 && share < smallest ? `< ${percent.value.format(smallest)}` : percent.value.format(share);
}

/** A size in memory or on disk, such as 1.4 MB. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${tenth.value.format(bytes / 1000 ** step)} ${units[step]}`;
}

/** A measured time, finer the shorter it is: `840 ms`, `12.4 s`, `4.2 min`, `1 h 5 min`. */
export function formatSpan(ms: number): string {
  const { hours, days } = messages.value.duration;
  if (ms < 1_000) return `${whole.value.format(ms)} ms`;
  if (ms < 60_000) return `${tenth.value.format(ms / 1_000)} s`;
  if (ms < 3_600_000) return `${tenth.value.format(ms / 60_000)} min`;
  if (ms < 48 * 3_600_000) return hours(Math.floor(ms / 3_600_000), Math.floor((ms % 3_600_000) / 60_000));
  return days(Math.round(ms / 86_400_000));
}

/** A moment to the second with its date. */
export const formatMoment = (at: string | number): string => full.value.format(new Date(at));
