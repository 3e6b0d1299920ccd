import type { FactValue, TimelineEntry } from "../../../projections/views.ts";

/** Something that could be said of an order at some moment. */
export interface Fact {
  readonly what: string;
  readonly value: FactValue;
  /** The event at that moment has changed it. */
  readonly changed: boolean;
}

/** All that had happened, as of an event: what could be said of the order then, in the order it was first said. */
export function factsAsOf(entries: readonly TimelineEntry[], revision: string): Fact[] {
  const facts = new Map<string, FactValue>();
  const last = Number(revision);
  let changed = new Set<string>();
  for (const entry of entries) {
    if (Number(entry.revision) > last) break;
    changed = new Set(entry.changes.map(({ what }) => what));
    for (const { what, after } of entry.changes) facts.set(what, after);
  }
  return [...facts].flatMap(([what, value]) =>
    value === undefined ? [] : [{ what, value, changed: changed.has(what) }],
  );
}

/** The events that told the customer something, up to and with a revision. */
export const toldAsOf = (entries: readonly TimelineEntry[], revision: string): readonly TimelineEntry[] =>
  entries.filter((one) => one.type === "notification.sent" && Number(one.revision) <= Number(revision));
