const DAY_MS = 86_400_000;
/** More zones than there are. */
const MOST_FORMATS = 1_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether this program knows a time zone by this name. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** A day somewhere, as a range of instants. `name` is its date. */
export interface Day {
  readonly name: string;
  /** RFC 3339; `to` is the beginning of the next day. */
  readonly from: string;
  readonly to: string;
}

/** The day that many days before the one of an instant, as a clock in the zone has it; days may have 23 or 25 hours. */
export function dayOf(now: number, timeZone: string, daysBefore: number): Day {
  const today = Math.floor((now + offsetAt(now, timeZone)) / DAY_MS) * DAY_MS;
  const local = today - daysBefore * DAY_MS;
  return {
    name: new Date(local).toISOString().slice(0, 10),
    from: new Date(midnight(local, timeZone)).toISOString(),
    to: new Date(midnight(local + DAY_MS, timeZone)).toISOString(),
  };
}

/** The instant at which a zone's clock shows a midnight, given as if it were UTC. */
function midnight(local: number, timeZone: string): number {
  const near = local - offsetAt(local, timeZone);
  return local - offsetAt(near, timeZone);
}

/** By how many milliseconds a zone's clock is ahead of UTC. */
function offsetAt(at: number, timeZone: string): number {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    if (formats.size < MOST_FORMATS) formats.set(timeZone, format);
  }
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const shown = Date.UTC(
    part.year ?? 0,
    (part.month ?? 1) - 1,
    part.day ?? 1,
    part.hour ?? 0,
    part.minute ?? 0,
    part.second ?? 0,
  );
  return shown - Math.floor(at / 1000) * 1000;
}
