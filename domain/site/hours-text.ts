import type { OpenPeriod } from "./opening-hours.ts";

const TIME = /^([01]?\d|2[0-4])(?::([0-5]\d))?$/;

/**
 * Reads a day's opening hours as people write them: `8-12, 13:30–18:00`; nothing, or a dash, is closed. Undefined when it
 * is no list of periods, or one ends before it begins, or two overlap.
 */
export function parseDay(text: string): readonly OpenPeriod[] | undefined {
  const typed = text.trim();
  if (typed === "" || /^[-–—]$/.test(typed)) return [];
  const periods: OpenPeriod[] = [];
  for (const part of typed.split(/[,;]/)) {
    const [from, to, more] = part.split(/[-–—]/).map((one) => clockTime(one.trim()));
    if (from === undefined || to === undefined || more !== undefined || from >= to || from === "24:00")
      return undefined;
    periods.push({ from, to });
  }
  const inOrder = periods.toSorted((a, b) => (a.from < b.from ? -1 : 1));
  return inOrder.some(({ from }, n) => from < (inOrder[n - 1]?.to ?? "")) ? undefined : inOrder;
}

/** `8` and `8:00` are `08:00`; undefined when it is no time of a day. */
function clockTime(text: string): string | undefined {
  const found = TIME.exec(text);
  if (!found?.[1]) return undefined;
  const time = `${found[1].padStart(2, "0")}:${found[2] ?? "00"}`;
  return time > "24:00" ? undefined : time;
}

/** A day's opening hours as `parseDay` reads them; nothing when it is closed. */
export const dayText = (periods: readonly OpenPeriod[] | undefined): string =>
  (periods ?? []).map(({ from, to }) => `${from}-${to}`).join(", ");
