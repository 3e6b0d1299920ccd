import type { TimelineEntry } from "../../../projections/views.ts";

/** An event of a timeline, with the failures and retries that belong to it. */
export interface TimelineRow {
  readonly entry: TimelineEntry;
  /** Earlier events, in their order; none for most. */
  readonly folded: readonly TimelineEntry[];
}

/** What an event is to an undertaking that may need several tries. */
interface Part {
  /** Which undertaking. */
  readonly of: string;
  readonly as: "step" | "failure" | "outcome";
}

/**
 * Folds failures and retries under what came of them, in the order of the timeline: failed payments under the payment
 * that went through, couriers who declined under the one who accepted. What has no outcome yet is folded under its newest
 * try. An undertaking that went well at once stays as it is.
 */
export function foldTimeline(entries: readonly TimelineEntry[]): TimelineRow[] {
  const open = new Map<string, TimelineEntry[]>();
  const folded = new Map<TimelineEntry, readonly TimelineEntry[]>();
  const gone = new Set<TimelineEntry>();
  const put = (under: TimelineEntry, all: readonly TimelineEntry[]) => {
    if (!all.some((one) => partOf(one)?.as === "failure")) return;
    folded.set(under, all);
    for (const one of all) gone.add(one);
  };
  for (const entry of entries) {
    const part = partOf(entry);
    if (!part) continue;
    const members = open.get(part.of) ?? [];
    if (part.as === "outcome") {
      put(entry, members);
      open.delete(part.of);
    } else open.set(part.of, [...members, entry]);
  }
  for (const members of open.values()) {
    const last = members.at(-1);
    if (last && members.length > 1) put(last, members.slice(0, -1));
  }
  return entries.filter((one) => !gone.has(one)).map((entry) => ({ entry, folded: folded.get(entry) ?? [] }));
}

function partOf({ type, data }: TimelineEntry): Part | undefined {
  // Whatever was stored: a field that is not there is said as it is not there.
  const { fulfilmentId, notice, consumer, eventId, effectId } = (data ?? {}) as Readonly<Record<string, unknown>>;
  const part = (of: string, as: Part["as"]): Part => ({ of, as });
  switch (type) {
    case "payment.attempt_failed":
      return part("payment", "failure");
    case "payment.confirmed":
    case "payment.failed":
    case "payment.cancelled":
      return part("payment", "outcome");
    case "payment.refund_failed":
      return part("refund", "failure");
    case "payment.refunded":
      return part("refund", "outcome");
    case "restaurant.notification_failed":
      return part(`site ${fulfilmentId}`, "failure");
    case "restaurant.notified":
      return part(`site ${fulfilmentId}`, "outcome");
    case "shipment.requested":
      return part(`parcel ${fulfilmentId}`, "step");
    case "shipment.attempt_failed":
      return part(`parcel ${fulfilmentId}`, "failure");
    case "shipment.scheduled":
      return part(`parcel ${fulfilmentId}`, "outcome");
    case "driver.assigned":
      return part("courier", "step");
    case "driver.declined":
    case "driver.no_show":
    case "driver.unavailable":
      return part("courier", "failure");
    case "driver.accepted":
      return part("courier", "outcome");
    case "notification.failed":
      return part(`notice ${notice}`, "failure");
    case "notification.sent":
      return part(`notice ${notice}`, "outcome");
    case "processing.parked":
      return part(`aside ${consumer} ${effectId ?? eventId}`, "failure");
    case "processing.redriven":
    case "processing.discarded":
      return part(`aside ${consumer} ${effectId ?? eventId}`, "outcome");
    default:
      return undefined;
  }
}

/** What events are about, for a filter. */
export const KINDS = ["order", "money", "stock", "kitchen", "delivery", "told", "work"] as const;
export type Kind = (typeof KINDS)[number];

export function kindOf(type: string): Kind {
  const [area = ""] = type.split(".");
  if (type === "order.picked_up" || type === "order.delivered") return "delivery";
  const kinds: Readonly<Record<string, Kind>> = {
    payment: "money",
    stock: "stock",
    restaurant: "kitchen",
    kitchen: "kitchen",
    driver: "delivery",
    shipment: "delivery",
    notification: "told",
    processing: "work",
    fraud: "work",
  };
  return kinds[area] ?? "order";
}

/** Which events are shown; what is left out does not matter. */
export interface TimelineFilter {
  readonly actor?: string | undefined;
  readonly kind?: Kind | undefined;
}

/** Rows of which the event itself, or one that is folded under it, passes. */
export function filterRows(rows: readonly TimelineRow[], { actor, kind }: TimelineFilter): readonly TimelineRow[] {
  if (actor === undefined && kind === undefined) return rows;
  const passes = (entry: TimelineEntry) =>
    (actor === undefined || entry.actor.type === actor) && (kind === undefined || kindOf(entry.type) === kind);
  return rows.filter(({ entry, folded }) => passes(entry) || folded.some(passes));
}
