import type { Money } from "../domain/money/money.ts";
import type { FailureType, OrderEvent, OrderEventType } from "../domain/order/events.ts";

// What a timeline says of each event: one sentence that support can read out. Nothing personal stands in it.

type DataOf<Type extends OrderEventType> = Extract<OrderEvent, { type: Type }>["data"];
type Sentences = { readonly [Type in OrderEventType]: (data: DataOf<Type>, who: string) => string };

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
};

const PERSON_OF_ROLE: Readonly<Record<string, string>> = {
  customer: "the customer",
  support: "support",
  admin: "an admin",
};

const words = (code: string): string => code.replaceAll("_", " ");
const amount = ({ amount: minor, currency }: Money): string => `${(minor / 100).toFixed(2)} ${currency}`;
const failed = (type: FailureType): string => FAILURE[type] ?? words(type);
const again = (at: string | undefined): string => (at === undefined ? "" : `; it is tried again at ${at}`);
const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`;

/** Sentences by type of event. */
const SENTENCES: Sentences = {
  "order.placed": (data, who) => {
    const sites = data.fulfilments.map(({ name }) => name).join(" and ");
    const lines = data.fulfilments.reduce((sum, { lines: { length } }) => sum + length, 0);
    const by = data.channel === "phone" ? "An admin placed by phone" : `${who} placed`;
    return `${by} an order of ${counted(lines, "line")} at ${sites} for ${amount(data.total)}.`;
  },
  "order.out_of_stock": ({ missing }) =>
    `The order could not be served: ${missing
      .map(({ sku, asked, available }) => `${asked} of ${sku} asked, ${available} there`)
      .join("; ")}.`,
  "order.cancelled": ({ by }) => `The order was cancelled by ${PERSON_OF_ROLE[by] ?? words(by)}.`,
  "order.picked_up": () => "The courier picked the order up.",
  "order.delivered": () => "The courier delivered the order.",
  "stock.reserved": ({ fulfilmentId }) => `The goods of part ${fulfilmentId} were reserved.`,
  "stock.released": ({ fulfilmentId, voided }) =>
    voided
      ? `The reservation of part ${fulfilmentId} was blocked before it came.`
      : `The goods of part ${fulfilmentId} were released.`,
  "payment.processing": (data) => `A payment of ${amount(data.amount)} was begun.`,
  "payment.attempt_failed": ({ attempt, failureType, nextAttemptAt }) =>
    `Payment attempt ${attempt} failed because ${failed(failureType)}${again(nextAttemptAt)}.`,
  "payment.confirmed": (data) => `The payment of ${amount(data.amount)} was confirmed.`,
  "payment.failed": ({ failureType, attempts }) =>
    `The payment failed for good after ${counted(attempts, "attempt")} because ${failed(failureType)}.`,
  "payment.cancelled": () => "The payment was cancelled before it was taken.",
  "payment.refunded": (data) => `${amount(data.amount)} were refunded.`,
  "payment.refund_failed": ({ attempt, failureType, nextAttemptAt }) =>
    `Refund attempt ${attempt} failed because ${failed(failureType)}${again(nextAttemptAt)}.`,
  "restaurant.notified": ({ fulfilmentId, answerBy }) =>
    `The site was notified of part ${fulfilmentId} and has until ${answerBy} to answer.`,
  "restaurant.notification_failed": ({ attempt, failureType, nextAttemptAt }) =>
    `Attempt ${attempt} to notify the site failed because ${failed(failureType)}${again(nextAttemptAt)}.`,
  "restaurant.accepted": ({ fulfilmentId }) => `The site accepted part ${fulfilmentId}.`,
  "restaurant.rejected": ({ fulfilmentId, reason }) =>
    `The site rejected part ${fulfilmentId}: ${REJECTION[reason] ?? words(reason)}.`,
  "kitchen.stage_started": ({ stage }) => `Work at the station ${words(stage)} began.`,
  "kitchen.stage_completed": ({ stage }) => `The station ${words(stage)} was completed.`,
  "kitchen.recalled": ({ stage }) => `The station ${words(stage)} was called back: it was not done after all.`,
  "kitchen.ready": ({ fulfilmentId }) => `Part ${fulfilmentId} is ready to be picked up.`,
  "driver.assigned": ({ attempt }) =>
    attempt === 1
      ? "A courier was offered the order."
      : `Another courier was offered the order; it is number ${attempt}.`,
  "driver.accepted": () => "The courier accepted the order.",
  "driver.declined": ({ reason }) =>
    reason === "no_answer" ? "The courier did not answer in time." : "The courier declined the order.",
  "driver.arrived": () => "The courier arrived at the site.",
  "driver.unavailable": () => "No courier could be found so far; support was told, and the search goes on.",
};

/** An event as a sentence; of a type or shape that is not known here, its name in words. */
export function sentenceFor(type: string, data: unknown, actor: { readonly type: string }): string {
  const who = WHO[actor.type] ?? "Somebody";
  const plain = `${who}: ${words(type.replace(".", " "))}.`;
  if (!Object.hasOwn(SENTENCES, type)) return plain;
  const sentence = SENTENCES[type as OrderEventType] as (data: unknown, who: string) => string;
  try {
    return sentence(data, who);
  } catch {
    return plain; // data of a later version of the type: its name is still true
  }
}
