import { dueAt } from "../../domain/order/due.ts";
import type { FulfilmentTimes, OrderFacts } from "./facts.ts";

/** What is counted of orders, by hour of their placing. Money in minor units. */
export const COUNTERS = [
  "orders",
  "paid",
  "accepted",
  "rejected",
  "cancelled",
  "out_of_stock",
  "payment_failed",
  "delivered",
  "shipped",
  "late",
  "revenue",
  "refunds",
  "refunded",
  "disputes",
] as const;
export type Counter = (typeof COUNTERS)[number];
export type Counts = Readonly<Record<Counter, number>>;

/** How long a step took. */
export interface StepTime {
  readonly step: string;
  readonly ms: number;
}

/**
 * A part of an order as it counts somewhere. Once, with all of its fulfilments, in the city of the first one; and once
 * at each of its sites, with the fulfilments that are made there and their share of the money. For an order of one site
 * that is the same.
 */
export interface View {
  readonly places: readonly string[];
  /** The site, where what counts in its city is another. */
  readonly siteId: string | undefined;
  /** Places of its fulfilments in the order. */
  readonly fulfilments: readonly number[];
  /** What other sites make of its fulfilments counts as well. */
  readonly anywhere: boolean;
  /** Share of the order's money: what of `of` parts lies between `from` and `to`. */
  readonly share: { readonly from: number; readonly to: number; readonly of: number };
}

const CITY = "city:";

/** The place under which a city's orders are counted. */
export const cityPlace = (city: string): string => `${CITY}${city}`;

/** The places of all cities lie between these two, the second not among them. */
export const CITY_PLACES = [CITY, "city;"] as const;

const WHOLE = { from: 0, to: 1, of: 1 };
const NOTHING = { from: 0, to: 0, of: 1 };

/**
 * Where an order counts: at the sites that it was placed at, and in their city. What another site makes of it after it
 * was rerouted counts in the city alone.
 */
export function viewsOf({ order, noted }: OrderFacts): View[] {
  const placed = order.fulfilments.slice(0, noted.fulfilments.length);
  const city = cityPlace(placed[0]?.city ?? "");
  const all = [...placed.keys()];
  const sites = [...new Set(placed.map(({ siteId }) => siteId))];
  const inCity = { places: [city], siteId: undefined, fulfilments: all, anywhere: true, share: WHOLE };
  if (sites.length === 1) {
    if (order.fulfilments.length === placed.length) return [{ ...inCity, places: [city, ...sites] }];
    return [inCity, { ...inCity, places: sites, siteId: sites[0], anywhere: false }];
  }
  const worth = (indices: readonly number[]) => indices.reduce((sum, i) => sum + (noted.fulfilments[i]?.worth ?? 0), 0);
  const of = worth(all);
  let from = 0;
  const views = sites.map((siteId, n): View => {
    const fulfilments = all.filter((index) => order.fulfilments[index]?.siteId === siteId);
    const to = from + worth(fulfilments);
    // Without a worth (free samples) everything falls to the first site.
    const share = of > 0 ? { from, to, of } : n === 0 ? WHOLE : NOTHING;
    from = to;
    return { places: [siteId], siteId, fulfilments, anywhere: false, share };
  });
  return [inCity, ...views];
}

/** So much of an amount; the shares of an order's sites add up to it exactly. */
function shareOf(amount: number, { from, to, of }: View["share"]): number {
  const upTo = (part: number) => Number((BigInt(amount) * BigInt(part)) / BigInt(of));
  return from === 0 && to === of ? amount : upTo(to) - upTo(from);
}

/** When all fulfilments of a view had come so far; undefined before. */
function allSince(
  { noted }: OrderFacts,
  view: Pick<View, "fulfilments" | "anywhere">,
  what: keyof FulfilmentTimes,
): number | undefined {
  let since = 0;
  for (const index of view.fulfilments) {
    const one = noted.fulfilments[index];
    const at = ((view.anywhere && one?.anywhere) || one?.at)?.[what];
    if (at === undefined) return undefined;
    if (at > since) since = at;
  }
  return view.fulfilments.length > 0 ? since : undefined;
}

/** When the fulfilments of a view, or the order itself, had come so far. */
export function momentsOf(facts: OrderFacts, view: Pick<View, "fulfilments" | "anywhere">) {
  const { placed, paid, assigned, pickedUp, delivered, scheduled, shipped } = facts.noted.at;
  return {
    placed,
    reserved: allSince(facts, view, "reserved"),
    paid,
    notified: allSince(facts, view, "notified"),
    accepted: allSince(facts, view, "accepted"),
    ready: allSince(facts, view, "ready"),
    assigned,
    pickedUp,
    delivered,
    scheduled,
    shipped,
  };
}

type Moment = keyof ReturnType<typeof momentsOf>;

/** Steps from one moment of an order to another, by name. Stations are further steps, `station:<name>`. */
export const STEPS: readonly { readonly step: string; readonly from: Moment; readonly to: Moment }[] = [
  { step: "placed-reserved", from: "placed", to: "reserved" },
  { step: "reserved-paid", from: "reserved", to: "paid" },
  { step: "placed-paid", from: "placed", to: "paid" },
  { step: "paid-notified", from: "paid", to: "notified" },
  { step: "notified-accepted", from: "notified", to: "accepted" },
  { step: "paid-accepted", from: "paid", to: "accepted" },
  { step: "accepted-ready", from: "accepted", to: "ready" },
  { step: "accepted-assigned", from: "accepted", to: "assigned" },
  { step: "ready-picked_up", from: "ready", to: "pickedUp" },
  { step: "assigned-picked_up", from: "assigned", to: "pickedUp" },
  { step: "picked_up-delivered", from: "pickedUp", to: "delivered" },
  { step: "placed-delivered", from: "placed", to: "delivered" },
  { step: "ready-scheduled", from: "ready", to: "scheduled" },
  { step: "scheduled-shipped", from: "scheduled", to: "shipped" },
  { step: "placed-shipped", from: "placed", to: "shipped" },
];

export const STATION = "station:";

/**
 * How long the steps took that are finished in `is` and were not in `was`. Both ends of a step are first times, which
 * never change, so a step that was finished once is never measured again. What seems to end before it began (clocks of
 * two machines, a courier before the kitchen) took no time.
 */
export function newStepTimes(was: OrderFacts | undefined, is: OrderFacts, view: View): StepTime[] {
  const times: StepTime[] = [];
  const [before, after] = [was && momentsOf(was, view), momentsOf(is, view)];
  for (const { step, from, to } of STEPS) {
    const [begun, ended] = [after[from], after[to]];
    if (begun === undefined || ended === undefined) continue;
    if (before?.[from] !== undefined && before[to] !== undefined) continue;
    times.push({ step, ms: Math.max(0, ended - begun) });
  }
  for (const index of view.fulfilments) {
    const [known, stations] = [was?.noted.fulfilments[index]?.stations, is.noted.fulfilments[index]?.stations];
    if (stations === undefined || stations === known) continue;
    for (const [stage, { started, completed }] of Object.entries(stations)) {
      const measured = known?.[stage]?.started !== undefined && known[stage]?.completed !== undefined;
      if (started === undefined || completed === undefined || measured) continue;
      times.push({ step: `${STATION}${stage}`, ms: Math.max(0, completed - started) });
    }
  }
  return times;
}

/**
 * Delivered more than 45 minutes after the placing, or after the promised time. A parcel is late when it was shipped
 * after the promised time.
 */
export function isLate({ order, noted }: OrderFacts): boolean {
  const { delivered, shipped } = noted.at;
  const arrived = order.delivery.method === "parcel" ? shipped : delivered;
  return arrived !== undefined && arrived > dueAt(order);
}

/** What an order adds to the counters of a place. */
export function countsOf(facts: OrderFacts, view: View): Counts {
  const { order, noted } = facts;
  const { payment, ended } = order;
  const { paid, delivered, shipped } = noted.at;
  const rejected = view.fulfilments.some((index) => noted.fulfilments[index]?.at.rejected !== undefined);
  const count = (yes: boolean) => (yes ? 1 : 0);
  return {
    orders: 1,
    paid: count(paid !== undefined),
    accepted: count(allSince(facts, view, "accepted") !== undefined),
    rejected: count(rejected),
    cancelled: count(ended === "cancelled"),
    out_of_stock: count(ended === "out_of_stock"),
    payment_failed: count(ended === "payment_failed"),
    delivered: count(delivered !== undefined),
    shipped: count(shipped !== undefined),
    late: count(isLate(facts)),
    revenue: shareOf(payment.captured, view.share),
    refunds: payment.refunds.length - payment.failedRefunds.length,
    refunded: shareOf(payment.refunded, view.share),
    disputes: noted.disputes,
  };
}
