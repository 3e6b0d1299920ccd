import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import type { OrderPlaced, SiteKind } from "../../domain/order/events.ts";
import type { FulfilmentState, Order } from "../../domain/order/state.ts";
import { factOf, foldEvent } from "../order-state/fold-orders.ts";

/** Times (epoch milliseconds) at which something was first true of a fulfilment. None is ever taken back. */
export interface FulfilmentTimes {
  readonly reserved?: number | undefined;
  readonly notified?: number | undefined;
  readonly accepted?: number | undefined;
  readonly rejected?: number | undefined;
  readonly ready?: number | undefined;
}

/** Times at which something was first true of an order. */
export interface OrderTimes {
  readonly placed: number;
  readonly paid?: number | undefined;
  readonly assigned?: number | undefined;
  readonly pickedUp?: number | undefined;
  readonly delivered?: number | undefined;
  readonly scheduled?: number | undefined;
  readonly shipped?: number | undefined;
  /** When it ended early. */
  readonly ended?: number | undefined;
}

/** When a station first began and first finished a fulfilment. */
export interface StationTimes {
  readonly started?: number | undefined;
  readonly completed?: number | undefined;
}

export interface FulfilmentFacts {
  readonly kind: SiteKind;
  /** Minor units of its lines: its share of the order's money. */
  readonly worth: number;
  readonly at: FulfilmentTimes;
  /** Of a fulfilment that other sites were asked to make: when it was first true there or here. */
  readonly anywhere?: FulfilmentTimes | undefined;
  /** Which fulfilments of the order stand for it, by their ids. */
  readonly madeAs?: readonly string[] | undefined;
  readonly stations: Readonly<Record<string, StationTimes>>;
}

/** Something that was refused to an order or by it, as codes. */
export interface Refused {
  readonly step: "stock" | "payment" | "restaurant" | "courier" | "cancellation";
  readonly reason: string;
  /** The site that refused; undefined where all sites of the order are concerned. */
  readonly siteId?: string | undefined;
  readonly count: number;
}

/** What analytics knows of one order, besides the domain's state. */
export interface Noted {
  readonly at: OrderTimes;
  /** Of the fulfilments that the order was placed with, in their places. */
  readonly fulfilments: readonly FulfilmentFacts[];
  readonly disputes: number;
  readonly refused: readonly Refused[];
}

/** An order's row. */
export interface OrderFacts {
  readonly order: Order;
  readonly noted: Noted;
  readonly revision: bigint;
  readonly version: bigint;
}

/** Reasons are codes; nothing longer is worth a row of its own. */
const LONGEST_REASON = 60;

/** Folds one event of an order's stream. Undefined while the stream does not begin with its placing. */
export function foldFacts(facts: OrderFacts | undefined, event: RecordedEvent): OrderFacts | undefined {
  const folded = foldEvent(facts?.order, event);
  if (folded === undefined) return undefined;
  const { fact, order } = folded;
  const at = Date.parse(event.metadata.at);
  const { revision, position } = event;
  // An order without facts has just been placed: every other event leaves a missing order missing.
  const noted = facts ? note(facts, order, event, at) : begin(fact.data as OrderPlaced, at);
  return { order, noted, revision, version: position.commit };
}

const begin = ({ fulfilments }: OrderPlaced, placed: number): Noted => ({
  at: { placed },
  fulfilments: fulfilments.map(({ kind, lines }) => ({
    kind,
    worth: lines.reduce((sum, { price }) => sum + price.amount, 0),
    at: {},
    stations: {},
  })),
  disputes: 0,
  refused: [],
});

function note({ order: was, noted }: OrderFacts, is: Order, event: RecordedEvent, at: number): Noted {
  return {
    at: orderTimes(noted.at, was, is, event.type, at),
    fulfilments:
      was.fulfilments === is.fulfilments
        ? noted.fulfilments
        : noted.fulfilments.map((one, i) =>
            elsewhere(fulfilmentFacts(one, was.fulfilments[i], is.fulfilments[i], at), i, is, event, at),
          ),
    disputes: noted.disputes + (event.type === "dispute.opened" ? 1 : 0),
    refused: adding(noted.refused, refusalOf(was, is, event)),
  };
}

function orderTimes(times: OrderTimes, was: Order, is: Order, type: string, at: number): OrderTimes {
  if (!was.payment.confirmed && is.payment.confirmed) return { ...times, paid: at };
  if (times.assigned === undefined && is.courier.courierId !== undefined) return { ...times, assigned: at };
  if (!was.pickedUp && is.pickedUp) return { ...times, pickedUp: at };
  if (!was.delivered && is.delivered) return { ...times, delivered: at };
  if (was.ended === undefined && is.ended !== undefined) return { ...times, ended: at };
  if (type === "shipment.scheduled" && times.scheduled === undefined) return { ...times, scheduled: at };
  if (type === "shipment.shipped" && times.shipped === undefined) return { ...times, shipped: at };
  return times;
}

function fulfilmentFacts(
  facts: FulfilmentFacts,
  was: FulfilmentState | undefined,
  is: FulfilmentState | undefined,
  at: number,
): FulfilmentFacts {
  if (!was || !is || was === is) return facts;
  const { at: times } = facts;
  return {
    ...facts,
    at: {
      reserved: times.reserved ?? (is.reserved ? at : undefined),
      notified: times.notified ?? (is.notified ? at : undefined),
      accepted: times.accepted ?? (is.accepted ? at : undefined),
      rejected: times.rejected ?? (is.rejected ? at : undefined),
      ready: times.ready ?? (is.ready ? at : undefined),
    },
    stations: stationTimes(facts.stations, is, at),
  };
}

/** What other sites make of a fulfilment: it is so far as all that stand for it. */
function elsewhere(
  facts: FulfilmentFacts,
  index: number,
  is: Order,
  event: RecordedEvent,
  at: number,
): FulfilmentFacts {
  const fact = factOf(event);
  const own = is.fulfilments[index];
  let { madeAs } = facts;
  if (fact.type === "order.rerouted") {
    const { fulfilmentId, fulfilments } = fact.data;
    const standsIn = fulfilmentId === own?.fulfilmentId || (madeAs?.includes(fulfilmentId) ?? false);
    if (standsIn) {
      const kept = (madeAs ?? []).filter((id) => id !== fulfilmentId);
      madeAs = [...new Set([...kept, ...fulfilments.map((one) => one.fulfilmentId)])];
    }
  }
  if (madeAs === undefined) return facts;
  const others = is.fulfilments.filter((one) => madeAs.includes(one.fulfilmentId));
  const times = facts.anywhere ?? facts.at;
  const first = (what: "reserved" | "notified" | "accepted" | "rejected" | "ready") =>
    times[what] ?? facts.at[what] ?? (others.length > 0 && others.every((one) => one[what]) ? at : undefined);
  const anywhere = {
    reserved: first("reserved"),
    notified: first("notified"),
    accepted: first("accepted"),
    rejected: times.rejected ?? facts.at.rejected,
    ready: first("ready"),
  };
  return { ...facts, madeAs, anywhere };
}

function stationTimes(
  known: FulfilmentFacts["stations"],
  { started, completed }: FulfilmentState,
  at: number,
): FulfilmentFacts["stations"] {
  let stations = known;
  for (const stage of started) {
    if (stations[stage]?.started === undefined)
      stations = { ...stations, [stage]: { ...stations[stage], started: at } };
  }
  for (const stage of completed) {
    if (stations[stage]?.completed === undefined) {
      stations = { ...stations, [stage]: { ...stations[stage], completed: at } };
    }
  }
  return stations;
}

/** What an event refuses. How an order ends counts once; a site's no and a courier's no count each time. */
function refusalOf(was: Order, is: Order, event: RecordedEvent): Omit<Refused, "count"> | undefined {
  const { type, data } = factOf(event);
  const ends = was.ended === undefined && is.ended !== undefined;
  switch (type) {
    case "order.out_of_stock":
      return ends ? { step: "stock", reason: "out_of_stock", siteId: siteOf(is, data.fulfilmentId) } : undefined;
    case "order.cancelled":
      return ends ? { step: "cancellation", reason: code(data.by) } : undefined;
    case "payment.failed":
      return ends ? { step: "payment", reason: code(data.failureType) } : undefined;
    case "restaurant.rejected":
      return { step: "restaurant", reason: code(data.reason), siteId: siteOf(is, data.fulfilmentId) };
    case "driver.declined":
      return { step: "courier", reason: code(data.reason) };
    case "driver.no_show":
      return { step: "courier", reason: "no_show" };
    default:
      return undefined;
  }
}

const code = (reason: string): string => reason.slice(0, LONGEST_REASON);

const siteOf = (order: Order, fulfilmentId: string): string | undefined =>
  order.fulfilments.find((one) => one.fulfilmentId === fulfilmentId)?.siteId;

function adding(refused: readonly Refused[], one: Omit<Refused, "count"> | undefined): readonly Refused[] {
  if (!one) return refused;
  const same = ({ step, reason, siteId }: Refused) =>
    step === one.step && reason === one.reason && siteId === one.siteId;
  return refused.some(same)
    ? refused.map((known) => (same(known) ? { ...known, count: known.count + 1 } : known))
    : [...refused, { ...one, count: 1 }];
}
