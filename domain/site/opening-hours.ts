/** Days of the week, Monday first, as opening hours name them. */
export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Day = (typeof DAYS)[number];

/** Local opening times, `HH:MM` to `HH:MM`; `24:00` is midnight at the day's end. A night is split at midnight. */
export interface OpenPeriod {
  readonly from: string;
  readonly to: string;
}

export type OpeningHours = { readonly [day in Day]?: readonly OpenPeriod[] | undefined };

/** Open around the clock, every day. */
export const ALWAYS_OPEN: OpeningHours = Object.fromEntries(DAYS.map((day) => [day, [{ from: "00:00", to: "24:00" }]]));

const MINUTE = 60_000;
const WARN_MINUTES = 15;

export type OpenState = "open" | "closing_soon" | "closed";

const minutesOf = (text: string): number => {
  const [hours = "0", minutes = "0"] = text.split(":");
  return Number(hours) * 60 + Number(minutes);
};

const formats = new Map<string, Intl.DateTimeFormat>();

function localTime(epochMs: number, timeZone: string): { day: Day; minute: number } {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone,
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    formats.set(timeZone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(epochMs).map(({ type, value }) => [type, value]));
  const day = DAYS.find((d) => d === parts.weekday?.toLowerCase()) ?? "mon";
  return { day, minute: Number(parts.hour) * 60 + Number(parts.minute) };
}

const isOpenAt = (hours: OpeningHours, timeZone: string, epochMs: number): boolean => {
  const { day, minute } = localTime(epochMs, timeZone);
  return (hours[day] ?? []).some(({ from, to }) => minute >= minutesOf(from) && minute < minutesOf(to));
};

/** Whether a site is open at a moment, in its own time zone; `closing_soon` within 15 minutes of closing. */
export function openState(hours: OpeningHours, timeZone: string, epochMs: number): OpenState {
  if (!isOpenAt(hours, timeZone, epochMs)) return "closed";
  return isOpenAt(hours, timeZone, epochMs + WARN_MINUTES * MINUTE) ? "open" : "closing_soon";
}
