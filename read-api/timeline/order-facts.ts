import type { FulfilmentState, NoticeState, Order } from "../../domain/order/state.ts";
import { statusOf } from "../../domain/order/state.ts";
import type { FactChange, FactValue } from "../../projections/views.ts";
import { amountText } from "../money-text.ts";

// An order's state in words that support uses, so that "before and after" can be read without knowing the domain.

type Facts = ReadonlyMap<string, FactValue>;

/** What an event changed: everything that is said of the order otherwise after it than before, in a fixed sequence. */
export function changesBetween(before: Order | undefined, after: Order): FactChange[] {
  const [was, is] = [before ? factsOf(before) : new Map<string, FactValue>(), factsOf(after)];
  const names = [...is.keys(), ...[...was.keys()].filter((name) => !is.has(name))];
  return names.flatMap((what) => {
    const [from, to] = [was.get(what), is.get(what)];
    return from === to ? [] : [{ what, before: from, after: to }];
  });
}

/** Everything that can be said of an order; what there is nothing to say of is left out. */
function factsOf(order: Order): Facts {
  const { payment, courier, total } = order;
  const money = (amount: number): FactValue => (amount === 0 ? undefined : amountText({ ...total, amount }));
  const facts: [string, FactValue][] = [
    ["status", statusOf(order)],
    ["total", amountText(total)],
    ["delivery", order.delivery.method],
    ["promised at", order.delivery.promisedAt],
    ["goods held until", order.holdUntil],
    ["payment", payment.confirmed ? "confirmed" : payment.intent === undefined ? undefined : "begun"],
    ["payment cancelled", payment.cancelled || undefined],
    ["payment reference", payment.intent],
    ["failed payment attempts", some(payment.attempts)],
    ["next payment attempt", payment.nextAttemptAt],
    ["captured", money(payment.captured)],
    ["refunded", money(payment.refunded)],
    ["refunds", some(payment.refunds.length)],
    ["refunds that came to nothing", some(payment.failedRefunds.length)],
    ["owed for missing items", money(payment.owedForLines)],
    ["lines made otherwise or left out", some(order.lineChanges)],
    ["failed refund attempts", some(payment.refundAttempts)],
    ["next refund attempt", payment.refundNextAttemptAt],
    ...order.fulfilments.flatMap((one) => partFacts(one).map(([what, v]) => named(one, what, v))),
    ["accepted at", order.acceptedAt],
    ["courier", courier.courierId],
    ["courier has accepted", courier.accepted || undefined],
    ["courier has arrived", courier.arrived || undefined],
    ["courier must answer by", courier.acceptBy],
    ["courier must be at the site by", courier.arriveBy],
    ["couriers asked", courier.assignments.map(({ attempt, courierId }) => `${attempt}: ${courierId}`).join(", ")],
    ["couriers who did not take it", courier.tried.join(", ")],
    ["courier attempt", some(courier.attempt)],
    ["no courier found", courier.unavailableReported || undefined],
    ["last courier lost at", courier.lostAt],
    ["another courier looked for since", courier.searchingSince],
    ["searches for a courier that are over", some(courier.searches)],
    ["support was told in search", courier.toldInSearch],
    ["picked up", order.pickedUp || undefined],
    ["delivered", order.delivered || undefined],
    ["ended as", order.ended],
    ["failure", order.failure],
    [
      "missing",
      order.missing.map(({ sku, asked, available }) => `${sku}: ${asked} asked, ${available} there`).join("; "),
    ],
    ["found to be a fraud by", order.fraud.join(", ")],
    ...order.notices.flatMap(noticeFacts),
    ["set aside", order.parked.join(", ")],
    ["stock was asked", order.ledgerAsked ? undefined : false],
  ];
  return new Map(facts.filter(([, value]) => value !== undefined && value !== ""));
}

const some = (count: number): FactValue => (count === 0 ? undefined : count);
const named = ({ fulfilmentId }: FulfilmentState, what: string, value: FactValue): [string, FactValue] => [
  `part ${fulfilmentId}: ${what}`,
  value,
];

const partFacts = (part: FulfilmentState): [string, FactValue][] => [
  ["site", part.siteId],
  ["goods", part.reserved ? "reserved" : undefined],
  ["goods released", part.released || undefined],
  ["site was told", part.notified || undefined],
  ["not made there because", part.rejection],
  ["answer", part.rejected ? "rejected" : part.accepted ? "accepted" : undefined],
  ["accepted before it was rejected", (part.rejected && part.accepted) || undefined],
  ["answer due by", part.notification?.answerBy],
  ["failed notifications", part.notification && some(part.notification.attempts)],
  ["next notification", part.notification?.nextAttemptAt],
  ["in work", part.started.join(", ")],
  ["stations done", part.completed.join(", ")],
  ["ready", part.ready || undefined],
  ["another site is looked for because", part.seeking],
  ["made elsewhere", part.replaced || undefined],
  ["reported missing", part.unavailable.join(", ")],
  ["lines", part.lines.map(({ sku }) => sku).join(", ")],
  ["substitutes reserved as", part.extras.map(({ reservation }) => reservation).join(", ")],
  [
    "substitutes released",
    part.extras.flatMap(({ reservation, released }) => (released ? [reservation] : [])).join(", "),
  ],
  ["failed bookings", part.shipment && some(part.shipment.attempts)],
  ["next booking", part.shipment?.nextAttemptAt],
  ["carrier asked to book", part.shipment && some(part.shipment.requests)],
  ["carrier last asked at", part.shipment?.requestedAt],
  ["booked as", part.shipment?.booking],
  ["booking known since", part.shipment?.bookedAt],
  ["tracking number", part.shipment?.trackingNumber],
  ["shipped at", part.shipment?.shippedAt],
];

const noticeFacts = ({ notice, channel, attempts, nextAttemptAt, outcome }: NoticeState): [string, FactValue][] => [
  [`notice ${notice} by ${channel}`, outcome ?? "tried"],
  [`notice ${notice} by ${channel}: failed attempts`, some(attempts)],
  [`notice ${notice} by ${channel}: next attempt`, nextAttemptAt],
];
