import type {
  FailureType,
  NoticeChannel,
  OrderEvent,
  OrderEventType,
  OrderPlaced,
  SetAside,
} from "../../domain/order/events.ts";
import { amountText } from "../money-text.ts";
import { capital, plain, type Told, Words } from "./words.ts";

// What a timeline says of each event: one sentence that support can read out. Nothing personal stands in it.

type DataOf<Type extends OrderEventType> = Extract<OrderEvent, { type: Type }>["data"];
type Sentences = { readonly [Type in OrderEventType]: (data: DataOf<Type>, words: Words) => string };

const WHO: Readonly<Record<string, string>> = {
  customer: "The customer",
  system: "The system",
  restaurant: "The site",
  driver: "The courier",
  support: "Support",
  admin: "An admin",
  carrier: "The carrier",
};

const FAILURE: Readonly<Record<FailureType, string>> = {
  payment_timeout: "the payment gateway did not answer in time",
  payment_declined: "the card was declined",
  insufficient_funds: "the funds were not sufficient",
  payment_fraud: "the payment was found to be fraudulent",
  restaurant_closed: "the site is closed",
  restaurant_rejected: "the site rejected the order",
  item_unavailable: "an item is not to be had",
  driver_unavailable: "no courier could be found",
  carrier_unavailable: "the carrier could not be reached",
  service_unavailable: "the service could not be reached",
  invalid_message: "the message could not be understood",
  unknown: "of an error that nothing names",
};

const REJECTION: Readonly<Record<string, string>> = {
  no_answer: "it did not answer in time",
  auto_rejected_closing_time: "it was closed when the order arrived",
  not_reached: "it could not be reached",
  item_unavailable: "an item is missing there",
};

const PERSON_OF_ROLE: Readonly<Record<string, string>> = {
  customer: "the customer",
  support: "support",
  admin: "an admin",
  system: "the system",
};

const CONSUMER: Readonly<Record<string, string>> = {
  payment: "paying",
  restaurant: "telling the site",
  courier: "finding a courier or booking the parcel",
  stock: "reserving goods",
  notification: "telling the customer",
  fraud: "the check for fraud",
};

const CHANNEL: Readonly<Record<NoticeChannel, string>> = { email: "email", sms: "text message", push: "push message" };

/** Why a customer cannot be told anything. */
const UNREACHABLE = {
  erased: "their data was erased",
  no_channel: "they left neither an email address nor a phone number",
} as const;

const RULE: Readonly<Record<string, string>> = {
  velocity: "too many orders in a short time",
  amount: "an unusual amount",
  new_card: "a card that was not seen before",
};

/** What customers are told, by the first word of a notice. */
const NOTICE: Readonly<Record<string, string>> = {
  confirmed: "that the order is confirmed",
  payment_failed: "that the payment failed",
  payment_delayed: "that the payment takes longer",
  out_of_stock: "that the order is sold out",
  rejected: "that no site can make the order",
  rerouted: "that another site makes the order",
  line_changed: "that an item is missing",
  cancelled: "that the order is cancelled",
  refunded: "of the refund",
  shipped: "that the parcel is on its way",
  delivered: "that the order is delivered",
  fraud: "that the order was stopped",
};

/** Items of a placing that are named; of the others it is said how many there are. */
const NAMED_ITEMS = 3;

const failed = (type: FailureType): string => FAILURE[type] ?? plain(type);
const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`;

function placed({ fulfilments, channel, total }: OrderPlaced, { who }: Words): string {
  const sites = fulfilments.map(({ name }) => name).join(" and ");
  const lines = fulfilments.flatMap((one) => one.lines);
  const named = lines.slice(0, NAMED_ITEMS).map(({ name, quantity: { amount, unit } }) => {
    return unit === "g" ? `${amount} g of ${name}` : `${amount} × ${name}`;
  });
  if (lines.length > NAMED_ITEMS) named.push(counted(lines.length - NAMED_ITEMS, "more line"));
  const by = channel === "phone" ? "An admin placed by phone" : `${who} placed`;
  return `${by} an order of ${counted(lines.length, "line")} at ${sites} for ${amountText(total)}: ${named.join(", ")}.`;
}

/** A site that the system gave up has not said no. */
const rejection = (site: string, part: string, reason: string): string =>
  REJECTION[reason] === undefined
    ? `${capital(site)} rejected ${part}: ${plain(reason)}`
    : `${capital(site)} does not make ${part}: ${REJECTION[reason]}`;

const work = ({ consumer, effectId, eventType }: SetAside): string =>
  `${CONSUMER[consumer] ?? plain(consumer)}${effectId === undefined ? (eventType === undefined ? "" : ` (${plain(eventType)})`) : ` (${effectId})`}`;

const told = (notice: string): string => {
  const kind = notice.split("/")[0] ?? notice;
  return NOTICE[kind] ?? `of ${plain(kind)}`;
};

/** Sentences by type of event. */
const SENTENCES: Sentences = {
  "order.placed": placed,
  "order.out_of_stock": ({ missing }, words) => {
    const what = missing.map(({ sku, asked, available }) => `${asked} of ${words.item(sku)} asked, ${available} there`);
    return `The order could not be served${what.length > 0 ? `: ${what.join("; ")}` : ""}.`;
  },
  "order.cancelled": ({ by, cause }) =>
    `The order was cancelled by ${PERSON_OF_ROLE[by] ?? plain(by)}${cause === undefined ? "" : ` because of ${plain(cause)}`}.`,
  "order.line_substituted": ({ sku, substitute, refund }, words) =>
    `${capital(words.item(sku))} was missing: ${substitute.name} takes its place${refund.amount > 0 ? `, and ${amountText(refund)} are given back` : ""}.`,
  "order.line_removed": ({ sku, refund }, words) =>
    `${capital(words.item(sku))} was missing and left out; ${amountText(refund)} are given back.`,
  "order.rerouted": ({ fulfilmentId, reason, fulfilments }, words) =>
    `${capital(fulfilments.map(({ name }) => name).join(" and "))} makes ${words.part(fulfilmentId)} in place of ${words.site(fulfilmentId)}: ${REJECTION[reason] ?? plain(reason)}.`,
  "order.picked_up": () => "The courier picked the order up.",
  "order.delivered": () => "The courier delivered the order.",
  "stock.reserved": ({ fulfilmentId }, words) => `${words.goods(fulfilmentId)} were reserved${words.at(fulfilmentId)}.`,
  "stock.released": ({ fulfilmentId, voided }, words) =>
    voided
      ? `The reservation of ${words.part(fulfilmentId)} was blocked before it came.`
      : `${words.goods(fulfilmentId)} were released${words.at(fulfilmentId)}.`,
  "payment.processing": ({ amount }) => `A payment of ${amountText(amount)} was begun.`,
  "payment.attempt_failed": ({ attempt, failureType, nextAttemptAt }, words) =>
    `Payment attempt ${attempt} failed because ${failed(failureType)}${words.again(nextAttemptAt)}.`,
  "payment.confirmed": ({ amount }) => `The payment of ${amountText(amount)} was confirmed.`,
  "payment.failed": ({ failureType, attempts }) =>
    `The payment failed for good after ${counted(attempts, "attempt")} because ${failed(failureType)}.`,
  "payment.cancelled": () => "The payment was cancelled before it was taken.",
  "payment.refunded": ({ amount }) => `${amountText(amount)} were refunded.`,
  "payment.refund_failed": ({ attempt, failureType, nextAttemptAt, refund, amount }, words) =>
    refund !== undefined
      ? `The bank sent the refund${amount ? ` of ${amountText(amount)}` : ""} back${words.again(nextAttemptAt)}.`
      : `Refund attempt ${attempt} failed because ${failed(failureType)}${words.again(nextAttemptAt)}.`,
  "restaurant.notified": ({ fulfilmentId, answerBy }, words) =>
    `${capital(words.site(fulfilmentId))} was notified of ${words.part(fulfilmentId)} and has until ${words.time(answerBy)} to answer.`,
  "restaurant.notification_failed": ({ fulfilmentId, attempt, failureType, nextAttemptAt }, words) =>
    `Attempt ${attempt} to notify ${words.site(fulfilmentId)} failed because ${failed(failureType)}${words.again(nextAttemptAt)}.`,
  "restaurant.accepted": ({ fulfilmentId }, words) =>
    `${capital(words.site(fulfilmentId))} accepted ${words.part(fulfilmentId)}.`,
  "restaurant.rejected": ({ fulfilmentId, reason, alternative }, words) =>
    alternative === "none"
      ? `No other site can make ${words.part(fulfilmentId)}, and it ends.`
      : `${rejection(words.site(fulfilmentId), words.part(fulfilmentId), reason)}${alternative === "sought" ? "; another site is looked for" : ""}.`,
  "kitchen.stage_started": ({ fulfilmentId, stage }, words) =>
    `Work at the station ${words.station(fulfilmentId, stage)} began.`,
  "kitchen.stage_completed": ({ fulfilmentId, stage }, words) =>
    `The station ${words.station(fulfilmentId, stage)} was completed.`,
  "kitchen.item_unavailable": ({ fulfilmentId, sku }, words) =>
    words.who === WHO.system
      ? `${capital(words.item(sku))} was sold out at ${words.site(fulfilmentId)} before it could be reserved.`
      : `${capital(words.site(fulfilmentId))} reported ${words.item(sku)} as missing.`,
  "kitchen.recalled": ({ fulfilmentId, stage }, words) =>
    `The station ${words.station(fulfilmentId, stage)} was called back: it was not done after all.`,
  "kitchen.ready": ({ fulfilmentId }, words) => `${capital(words.part(fulfilmentId))} is ready to be picked up.`,
  "driver.assigned": ({ attempt, acceptBy }, words) =>
    `${attempt === 1 ? "A courier" : `Another courier, number ${attempt},`} was offered the order and has until ${words.time(acceptBy)} to accept.`,
  "driver.accepted": () => "The courier accepted the order.",
  "driver.declined": ({ reason }) =>
    reason === "no_answer" ? "The courier did not answer in time." : "The courier declined the order.",
  "driver.arrived": () => "The courier arrived at the site.",
  "driver.no_show": () => "The courier did not come to the site in time; another one is looked for.",
  "driver.unavailable": ({ attempt }) =>
    `No courier could be found so far (attempt ${attempt}); support was told, and the search goes on.`,
  "shipment.attempt_failed": ({ attempt, failureType, nextAttemptAt }, words) =>
    `Attempt ${attempt} to book the parcel failed because ${failed(failureType)}${words.again(nextAttemptAt)}.`,
  "shipment.requested": () => "The carrier is being asked to take the parcel.",
  "shipment.scheduled": ({ trackingNumber }) =>
    `The parcel was booked with the carrier${trackingNumber === undefined ? "" : ` under ${trackingNumber}`}.`,
  "shipment.shipped": ({ shippedAt }, words) => `The carrier took the parcel along at ${words.time(shippedAt)}.`,
  "notification.sent": ({ notice, channel }) =>
    `The customer was told ${told(notice)} by ${CHANNEL[channel] ?? channel}.`,
  "notification.failed": ({ notice, channel, attempt, failureType, nextAttemptAt, reason }, words) =>
    reason === "erased" || reason === "no_channel"
      ? `The customer could not be told ${told(notice)}: ${UNREACHABLE[reason]}.`
      : `Attempt ${attempt} to tell the customer ${told(notice)} by ${CHANNEL[channel] ?? channel} failed because ${failed(failureType)}${nextAttemptAt === undefined ? "; it is not tried again" : words.again(nextAttemptAt)}.`,
  "fraud.detected": ({ rules }) =>
    `The order was found to be a fraud: ${rules.map((rule) => RULE[rule] ?? plain(rule)).join(", ")}.`,
  "processing.parked": (data) =>
    `Work on the order was set aside: ${work(data)} failed because ${failed(data.failureType)}. An operator has to look at it.`,
  "processing.redriven": (data, { who }) =>
    `${data.rule === undefined ? who : "The system"} let ${work(data)} be tried again.`,
  "processing.discarded": (data, { who }) => `${who} decided that ${work(data)} is not tried again.`,
};

/** Types of events that have a sentence of their own. */
export const TOLD_TYPES: ReadonlySet<string> = new Set(Object.keys(SENTENCES));

/**
 * An event as a sentence; of a type or shape that is not known here, its name in words.
 *
 * @param told what the order was placed with; left out, sites and items go without their names
 */
export function sentenceFor(type: string, data: unknown, actor: { readonly type: string }, told?: Told): string {
  const who = WHO[actor.type] ?? "Somebody";
  const fallback = `${who}: ${plain(type.replace(".", " "))}.`;
  if (!Object.hasOwn(SENTENCES, type)) return fallback;
  const sentence = SENTENCES[type as OrderEventType] as (data: unknown, words: Words) => string;
  try {
    return sentence(data, new Words(who, told));
  } catch {
    return fallback; // data of a later version of the type: its name is still true
  }
}
