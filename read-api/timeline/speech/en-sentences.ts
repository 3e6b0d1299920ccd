import type { OrderPlaced } from "../../../domain/order/events.ts";
import { NAMED_ITEMS, type Sentences } from "./sentences.ts";
import { capital, plain } from "./vocabulary.ts";
import type { Words } from "./words.ts";

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`;

const who = ({ say }: Words, actor: string): string => say.who[actor] ?? say.somebody;

function placed({ fulfilments, channel, total }: OrderPlaced, words: Words, actor: string): string {
  const sites = fulfilments.map(({ name }) => name).join(" and ");
  const lines = fulfilments.flatMap((one) => one.lines);
  const named = lines.slice(0, NAMED_ITEMS).map(({ name, quantity: { amount, unit } }) => {
    return unit === "g" ? `${amount} g of ${name}` : `${amount} × ${name}`;
  });
  if (lines.length > NAMED_ITEMS) named.push(counted(lines.length - NAMED_ITEMS, "more line"));
  const by = channel === "phone" ? "An admin placed by phone" : `${who(words, actor)} placed`;
  return `${by} an order of ${counted(lines.length, "line")} at ${sites} for ${words.money(total)}: ${named.join(", ")}.`;
}

/** A site that the system gave up has not said no. */
const rejection = (words: Words, fulfilmentId: string, reason: string): string =>
  `${capital(words.site(fulfilmentId))} ${words.say.givenUp[reason] === undefined ? "rejected" : "does not make"} ${words.part(fulfilmentId)}: ${words.reason(reason)}`;

/** Every sentence in English. */
export const EN_SENTENCES: Sentences = {
  "order.placed": placed,
  "order.out_of_stock": ({ missing }, words) => {
    const what = missing.map(({ sku, asked, available }) => `${asked} of ${words.item(sku)} asked, ${available} there`);
    return `The order could not be served${what.length > 0 ? `: ${what.join("; ")}` : ""}.`;
  },
  "order.cancelled": ({ by, cause }, { say }) =>
    `The order was cancelled by ${say.byWhom[by] ?? plain(by)}${cause === undefined ? "" : ` because of ${plain(cause)}`}.`,
  "order.line_substituted": ({ sku, substitute, refund }, words) =>
    `${capital(words.item(sku))} was missing: ${substitute.name} takes its place${refund.amount > 0 ? `, and ${words.money(refund)} are given back` : ""}.`,
  "order.line_removed": ({ sku, refund }, words) =>
    `${capital(words.item(sku))} was missing and left out; ${words.money(refund)} are given back.`,
  "order.rerouted": ({ fulfilmentId, reason, fulfilments }, words) =>
    `${capital(fulfilments.map(({ name }) => name).join(" and "))} makes ${words.part(fulfilmentId)} in place of ${words.site(fulfilmentId)}: ${words.reason(reason)}.`,
  "order.picked_up": () => "The courier picked the order up.",
  "order.delivered": () => "The courier delivered the order.",
  "stock.reserved": ({ fulfilmentId }, words) => `${words.goods(fulfilmentId)} were reserved${words.at(fulfilmentId)}.`,
  "stock.released": ({ fulfilmentId, voided }, words) =>
    voided
      ? `The reservation of ${words.part(fulfilmentId)} was blocked before it came.`
      : `${words.goods(fulfilmentId)} were released${words.at(fulfilmentId)}.`,
  "payment.processing": ({ amount }, words) => `A payment of ${words.money(amount)} was begun.`,
  "payment.attempt_failed": ({ attempt, failureType, nextAttemptAt }, words) =>
    `Payment attempt ${attempt} failed because ${words.failed(failureType)}${words.again(nextAttemptAt)}.`,
  "payment.confirmed": ({ amount }, words) => `The payment of ${words.money(amount)} was confirmed.`,
  "payment.failed": ({ failureType, attempts }, words) =>
    `The payment failed for good after ${counted(attempts, "attempt")} because ${words.failed(failureType)}.`,
  "payment.cancelled": () => "The payment was cancelled before it was taken.",
  "payment.refunded": ({ amount }, words) => `${words.money(amount)} were refunded.`,
  "payment.refund_failed": ({ attempt, failureType, nextAttemptAt, refund, amount }, words) =>
    refund !== undefined
      ? `The bank sent the refund${amount ? ` of ${words.money(amount)}` : ""} back${words.again(nextAttemptAt)}.`
      : `Refund attempt ${attempt} failed because ${words.failed(failureType)}${words.again(nextAttemptAt)}.`,
  "restaurant.notified": ({ fulfilmentId, answerBy }, words) =>
    `${capital(words.site(fulfilmentId))} was notified of ${words.part(fulfilmentId)} and has until ${words.time(answerBy)} to answer.`,
  "restaurant.notification_failed": ({ fulfilmentId, attempt, failureType, nextAttemptAt }, words) =>
    `Attempt ${attempt} to notify ${words.site(fulfilmentId)} failed because ${words.failed(failureType)}${words.again(nextAttemptAt)}.`,
  "restaurant.accepted": ({ fulfilmentId }, words) =>
    `${capital(words.site(fulfilmentId))} accepted ${words.part(fulfilmentId)}.`,
  "restaurant.rejected": ({ fulfilmentId, reason, alternative }, words) =>
    alternative === "none"
      ? `No other site can make ${words.part(fulfilmentId)}, and it ends.`
      : `${rejection(words, fulfilmentId, reason)}${alternative === "sought" ? "; another site is looked for" : ""}.`,
  "kitchen.stage_started": ({ fulfilmentId, stage }, words) =>
    `Work at the station ${words.station(fulfilmentId, stage)} began.`,
  "kitchen.stage_completed": ({ fulfilmentId, stage }, words) =>
    `The station ${words.station(fulfilmentId, stage)} was completed.`,
  "kitchen.item_unavailable": ({ fulfilmentId, sku }, words, actor) =>
    actor === "system"
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
    `Attempt ${attempt} to book the parcel failed because ${words.failed(failureType)}${words.again(nextAttemptAt)}.`,
  "shipment.requested": () => "The carrier is being asked to take the parcel.",
  "shipment.scheduled": ({ trackingNumber }) =>
    `The parcel was booked with the carrier${trackingNumber === undefined ? "" : ` under ${trackingNumber}`}.`,
  "shipment.shipped": ({ shippedAt }, words) => `The carrier took the parcel along at ${words.time(shippedAt)}.`,
  "notification.sent": ({ notice, channel }, words) =>
    `The customer was told by ${words.say.channel[channel] ?? channel} ${words.told(notice)}.`,
  "notification.failed": ({ notice, channel, attempt, failureType, nextAttemptAt, reason }, words) =>
    reason === "erased" || reason === "no_channel"
      ? `The customer could not be told ${words.told(notice)}: ${words.say.unreachable[reason]}.`
      : `Attempt ${attempt} to tell the customer by ${words.say.channel[channel] ?? channel} ${words.told(notice)} failed because ${words.failed(failureType)}${nextAttemptAt === undefined ? "; it is not tried again" : words.again(nextAttemptAt)}.`,
  "fraud.detected": ({ rules }, { say }) =>
    `The order was found to be a fraud: ${rules.map((rule) => say.rule[rule] ?? plain(rule)).join(", ")}.`,
  "processing.parked": (data, words) =>
    `Work on the order was set aside: ${words.work(data)} failed because ${words.failed(data.failureType)}. An operator has to look at it.`,
  "processing.redriven": (data, words, actor) =>
    `${data.rule === undefined ? who(words, actor) : words.say.who.system} let ${words.work(data)} be tried again.`,
  "processing.discarded": (data, words, actor) =>
    `${who(words, actor)} decided that ${words.work(data)} is not tried again.`,
};
