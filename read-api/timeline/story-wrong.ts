import type { OrderEventType } from "../../domain/order/events.ts";
import { isFinal, isWithoutCourier, type Order, owedRefund, standing, statusOf } from "../../domain/order/state.ts";
import { waitingFor } from "../radar/waiting-for.ts";
import { type Clause, clause, factsOf, type StoryOf } from "./happened.ts";
import type { Stands } from "./pace.ts";
import type { Awaited, StoryPhrases } from "./speech/story-phrases.ts";
import type { Words } from "./speech/words.ts";

/** Something that is wrong with an order. `grave`: it needs somebody, or the customer has a reason to be angry. */
export interface Problem extends Clause {
  readonly grave: boolean;
}

const MINUTE_MS = 60_000;
/** What takes longer than this from the placing is late, whatever was promised. */
const LONG_MIN = 45;

/** Everything that is wrong with an order, the gravest first. */
export function problemsOf(of: StoryOf, phrases: StoryPhrases, words: Words, stands: Stands | undefined): Problem[] {
  const { wrong } = phrases;
  const grave = (one: Clause): Problem => ({ ...one, grave: true });
  const light = (one: Clause): Problem => ({ ...one, grave: false });
  return [
    ...setAside(of, wrong).map(grave),
    ...money(of, wrong, words).map(grave),
    ...factsOf(of.happened, "fraud.detected")
      .slice(-1)
      .map((one) => grave(clause(wrong.fraud(one.data.rules, words), one))),
    ...lateness(of, wrong).map(grave),
    ...trouble(of, wrong, words).map(light),
    ...silence(of, phrases, words, stands).map(grave),
    ...untold(of, wrong, words).map(light),
  ];
}

function setAside({ setAside: all, happened }: StoryOf, wrong: StoryPhrases["wrong"]): Clause[] {
  const [first] = all;
  if (!first) return [];
  const parked = factsOf(happened, "processing.parked").slice(-all.length);
  return [clause(wrong.setAside([...new Set(all.map(({ work }) => work))].join(", ")), ...parked)];
}

function money({ order, happened }: StoryOf, wrong: StoryPhrases["wrong"], words: Words): Clause[] {
  const owed = owedRefund(order);
  if (owed === 0) return [];
  const { currency } = order.total;
  const failed = factsOf(happened, "payment.refund_failed").at(-1);
  const given = factsOf(happened, "payment.refunded").at(-1);
  if (failed && Number(failed.revision) > Number(given?.revision ?? -1)) {
    const { failureType, nextAttemptAt } = failed.data;
    return [clause(wrong.owedAfterFailure(owed, currency, failureType, nextAttemptAt, words), failed)];
  }
  const since = happened.findLast(({ fact }) => OWES.has(fact.type));
  return [clause(wrong.owed(owed, currency, words), ...(since ? [since] : []))];
}

/** What leaves money to be given back. */
const OWES: ReadonlySet<OrderEventType> = new Set<OrderEventType>([
  "order.cancelled",
  "order.out_of_stock",
  "restaurant.rejected",
  "payment.failed",
  "order.line_removed",
  "order.line_substituted",
]);

function lateness({ order, happened, now }: StoryOf, wrong: StoryPhrases["wrong"]): Clause[] {
  if (order.delivery.method === "parcel") return [];
  const minutes = (from: string, to: number) => Math.floor((to - Date.parse(from)) / MINUTE_MS);
  const delivered = factsOf(happened, "order.delivered").at(-1);
  if (delivered) {
    const at = Date.parse(delivered.at);
    const [late, took] = [minutes(order.delivery.promisedAt, at), minutes(order.placedAt, at)];
    if (late > 0) return [clause(wrong.cameLate(late), delivered)];
    return took > LONG_MIN ? [clause(wrong.tookLong(took), delivered)] : [];
  }
  const late = minutes(order.delivery.promisedAt, now);
  return isFinal(order) || late <= 0 ? [] : [clause(wrong.isLate(late), ...happened.slice(0, 1))];
}

/** What does not get on, of an open order. */
function trouble({ order, happened }: StoryOf, wrong: StoryPhrases["wrong"], words: Words): Clause[] {
  if (isFinal(order)) return [];
  const last = (type: OrderEventType) => factsOf(happened, type).slice(-1);
  const parts = standing(order);
  const found: Clause[] = [];
  const { payment } = order;
  if (!payment.confirmed && payment.attempts > 0) {
    const text = wrong.failing("payment", payment.attempts, payment.nextAttemptAt, words);
    found.push(clause(text, ...last("payment.attempt_failed")));
  }
  const unasked = parts.find((f) => !f.notified && (f.notification?.attempts ?? 0) > 0)?.notification;
  if (unasked) {
    const text = wrong.failing("site", unasked.attempts, unasked.nextAttemptAt, words);
    found.push(clause(text, ...last("restaurant.notification_failed")));
  }
  const missing = parts.flatMap(({ unavailable }) => unavailable);
  if (missing.length > 0) {
    const names = missing.map((sku) => words.item(sku));
    found.push(clause(wrong.missing(names, words), ...last("kitchen.item_unavailable")));
  }
  if (isWithoutCourier(order)) found.push(clause(wrong.noCourier(), ...last("driver.unavailable")));
  const unbooked = parts.find(
    (f) => f.shipment && f.shipment.booking === undefined && f.shipment.attempts > 0,
  )?.shipment;
  if (unbooked) {
    const text = wrong.failing("parcel", unbooked.attempts, unbooked.nextAttemptAt, words);
    found.push(clause(text, ...last("shipment.attempt_failed")));
  }
  return found;
}

function silence(
  { order, happened, setAside: aside }: StoryOf,
  phrases: StoryPhrases,
  words: Words,
  stands?: Stands,
): Clause[] {
  if (!stands || aside.length > 0) return [];
  const text = phrases.wrong.stands(Math.floor(stands.forMs / MINUTE_MS), awaitedBy(order, phrases, words));
  return [clause(text, ...happened.slice(-1))];
}

function untold({ order, happened }: StoryOf, wrong: StoryPhrases["wrong"], words: Words): Clause[] {
  const given = order.notices.filter(
    ({ notice, outcome }) =>
      outcome === "given_up" && !order.notices.some((other) => other.notice === notice && other.outcome === "sent"),
  );
  return given.slice(0, 1).map(({ notice }) => {
    const from = factsOf(happened, "notification.failed").findLast(({ data }) => data.notice === notice);
    return clause(wrong.notTold(notice, words), ...(from ? [from] : []));
  });
}

/** What an open order waits for, as a clause. */
export function awaitedBy(order: Order, phrases: StoryPhrases, words: Words): string {
  const parts = standing(order);
  const [awaited, part] = awaitedOf(order);
  const site = words.site((part ?? parts[0])?.fulfilmentId ?? "");
  return phrases.waits(awaited, site, waitingFor(order)?.next, words);
}

function awaitedOf(order: Order): [Awaited, Order["fulfilments"][number]?] {
  const parts = standing(order);
  switch (statusOf(order)) {
    case "placed":
      return ["stock"];
    case "stock_reserved":
    case "payment_processing":
      return ["payment"];
    case "payment_confirmed":
      if (parts.some(({ seeking }) => seeking !== undefined)) return ["other_site"];
      return ["told", parts.find(({ notified }) => !notified)];
    case "restaurant_notified":
      return ["answer", parts.find(({ accepted }) => !accepted)];
    case "restaurant_accepted":
    case "preparing":
      if (parts.some(({ unavailable }) => unavailable.length > 0)) return ["missing"];
      return ["made", parts.find(({ ready }) => !ready)];
    case "ready":
    case "driver_assigned":
      if (order.delivery.method === "parcel") return ["booking"];
      if (order.courier.courierId === undefined) return ["courier_found"];
      if (!order.courier.accepted) return ["courier_answer"];
      return [order.courier.arrived ? "pickup" : "courier_arrives"];
    case "scheduled":
      return ["shipping"];
    default:
      return ["delivery"];
  }
}
