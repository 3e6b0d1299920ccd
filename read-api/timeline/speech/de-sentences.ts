import type { OrderPlaced } from "../../../domain/order/events.ts";
import { NAMED_ITEMS, type Sentences } from "./sentences.ts";
import { capital, plain } from "./vocabulary.ts";
import type { Words } from "./words.ts";

const who = ({ say }: Words, actor: string): string => say.who[actor] ?? say.somebody;
const lines = (count: number): string => (count === 1 ? "1 Posten" : `${count} Posten`);

function placed({ fulfilments, channel, total }: OrderPlaced, words: Words, actor: string): string {
  const all = fulfilments.flatMap((one) => one.lines);
  const named = all.slice(0, NAMED_ITEMS).map(({ name, quantity: { amount, unit } }) => {
    return unit === "g" ? `${amount} g ${name}` : `${amount} × ${name}`;
  });
  const more = all.length - NAMED_ITEMS;
  if (more > 0) named.push(more === 1 ? "1 weiterer Posten" : `${more} weitere Posten`);
  const by = channel === "phone" ? "Die Verwaltung hat am Telefon" : `${who(words, actor)} hat`;
  const sites = fulfilments.map(({ name }) => name).join(" und ");
  return `${by} bei ${sites} ${lines(all.length)} für ${words.money(total)} bestellt: ${named.join(", ")}.`;
}

/** The site as an object: only where its name is not known does that look different. */
const theSite = (words: Words, fulfilmentId: string): string => {
  const site = words.site(fulfilmentId);
  return site === words.say.theSite ? "den Laden" : site;
};

/** A site that the system gave up has not said no. */
const rejection = (words: Words, fulfilmentId: string, reason: string): string => {
  const [site, part, why] = [capital(words.site(fulfilmentId)), words.part(fulfilmentId), words.reason(reason)];
  return words.say.givenUp[reason] === undefined
    ? `${site} hat ${part} abgelehnt: ${why}`
    : `${site} macht ${part} nicht: ${why}`;
};

const attempt = (number: number): string => `Versuch ${number}`;

/** Every sentence in German. */
export const DE_SENTENCES: Sentences = {
  "order.placed": placed,
  "order.out_of_stock": ({ missing }, words) => {
    const what = missing.map(({ sku, asked, available }) => `${words.item(sku)}: ${asked} bestellt, ${available} da`);
    return `Die Bestellung war nicht zu erfüllen${what.length > 0 ? `: ${what.join("; ")}` : ""}.`;
  },
  "order.cancelled": ({ by, cause }, { say }) =>
    `Die Bestellung wurde ${say.byWhom[by] ?? `von ${plain(by)}`} storniert${cause === undefined ? "" : ` (Grund: ${cause === "fraud" ? "Betrugsverdacht" : plain(cause)})`}.`,
  "order.line_substituted": ({ sku, substitute, refund }, words) =>
    `${capital(words.item(sku))} fehlte: ${substitute.name} kommt an seiner Stelle${refund.amount > 0 ? `, und ${words.money(refund)} werden erstattet` : ""}.`,
  "order.line_removed": ({ sku, refund }, words) =>
    `${capital(words.item(sku))} fehlte und wurde weggelassen; ${words.money(refund)} werden erstattet.`,
  "order.rerouted": ({ fulfilmentId, reason, fulfilments }, words) =>
    `${capital(fulfilments.map(({ name }) => name).join(" und "))} macht ${words.part(fulfilmentId)} anstelle von ${words.site(fulfilmentId) === words.say.theSite ? "dem ersten Laden" : words.site(fulfilmentId)}: ${words.reason(reason)}.`,
  "order.picked_up": () => "Der Kurier hat die Bestellung abgeholt.",
  "order.delivered": () => "Der Kurier hat die Bestellung geliefert.",
  "stock.reserved": ({ fulfilmentId }, words) =>
    `${words.goods(fulfilmentId)} wurden${words.at(fulfilmentId)} reserviert.`,
  "stock.released": ({ fulfilmentId, voided }, words) =>
    voided
      ? `Die Reservierung (${words.part(fulfilmentId)}) wurde verhindert, bevor sie ankam.`
      : `${words.goods(fulfilmentId)} wurden${words.at(fulfilmentId)} wieder freigegeben.`,
  "payment.processing": ({ amount }, words) => `Eine Zahlung von ${words.money(amount)} wurde begonnen.`,
  "payment.attempt_failed": ({ attempt: n, failureType, nextAttemptAt }, words) =>
    `${attempt(n)}, die Zahlung einzuziehen, ist gescheitert, weil ${words.failed(failureType)}${words.again(nextAttemptAt)}.`,
  "payment.confirmed": ({ amount }, words) => `Die Zahlung von ${words.money(amount)} wurde bestätigt.`,
  "payment.failed": ({ failureType, attempts }, words) =>
    `Die Zahlung ist nach ${attempts === 1 ? "einem Versuch" : `${attempts} Versuchen`} endgültig gescheitert, weil ${words.failed(failureType)}.`,
  "payment.cancelled": () => "Die Zahlung wurde abgebrochen, bevor etwas abgebucht war.",
  "payment.refunded": ({ amount }, words) => `${words.money(amount)} wurden erstattet.`,
  "payment.refund_failed": ({ attempt: n, failureType, nextAttemptAt, refund, amount }, words) =>
    refund !== undefined
      ? `Die Bank hat die Erstattung${amount ? ` von ${words.money(amount)}` : ""} zurückgeschickt${words.again(nextAttemptAt)}.`
      : `${attempt(n)}, das Geld zu erstatten, ist gescheitert, weil ${words.failed(failureType)}${words.again(nextAttemptAt)}.`,
  "restaurant.notified": ({ fulfilmentId, answerBy }, words) =>
    `${capital(words.site(fulfilmentId))} weiß Bescheid (${words.part(fulfilmentId)}) und hat bis ${words.time(answerBy)} Zeit zu antworten.`,
  "restaurant.notification_failed": ({ fulfilmentId, attempt: n, failureType, nextAttemptAt }, words) =>
    `${attempt(n)}, ${theSite(words, fulfilmentId)} zu benachrichtigen, ist gescheitert, weil ${words.failed(failureType)}${words.again(nextAttemptAt)}.`,
  "restaurant.accepted": ({ fulfilmentId }, words) =>
    `${capital(words.site(fulfilmentId))} hat ${words.part(fulfilmentId)} angenommen.`,
  "restaurant.rejected": ({ fulfilmentId, reason, alternative }, words) =>
    alternative === "none"
      ? `Kein anderer Laden kann ${words.part(fulfilmentId)} machen; damit ist Schluss.`
      : `${rejection(words, fulfilmentId, reason)}${alternative === "sought" ? "; ein anderer Laden wird gesucht" : ""}.`,
  "kitchen.stage_started": ({ fulfilmentId, stage }, words) =>
    `Die Arbeit an der Station ${words.station(fulfilmentId, stage)} hat begonnen.`,
  "kitchen.stage_completed": ({ fulfilmentId, stage }, words) =>
    `Die Station ${words.station(fulfilmentId, stage)} ist erledigt.`,
  "kitchen.item_unavailable": ({ fulfilmentId, sku }, words, actor) =>
    actor === "system"
      ? `${capital(words.item(sku))} war bei ${words.site(fulfilmentId) === words.say.theSite ? "diesem Laden" : words.site(fulfilmentId)} ausverkauft, bevor es reserviert werden konnte.`
      : `${capital(words.site(fulfilmentId))} hat gemeldet, dass ${words.item(sku)} fehlt.`,
  "kitchen.recalled": ({ fulfilmentId, stage }, words) =>
    `Die Station ${words.station(fulfilmentId, stage)} wurde zurückgerufen: Sie war doch nicht erledigt.`,
  "kitchen.ready": ({ fulfilmentId }, words) => `${capital(words.part(fulfilmentId))} ist fertig zum Abholen.`,
  "driver.assigned": ({ attempt: n, acceptBy }, words) =>
    `${n === 1 ? "Ein Kurier wurde gefragt" : `Ein weiterer Kurier (Nummer ${n}) wurde gefragt`} und hat bis ${words.time(acceptBy)} Zeit anzunehmen.`,
  "driver.accepted": () => "Der Kurier hat die Fahrt angenommen.",
  "driver.declined": ({ reason }) =>
    reason === "no_answer" ? "Der Kurier hat nicht rechtzeitig geantwortet." : "Der Kurier hat die Fahrt abgelehnt.",
  "driver.arrived": () => "Der Kurier ist beim Laden angekommen.",
  "driver.no_show": () => "Der Kurier ist nicht rechtzeitig zum Laden gekommen; ein anderer wird gesucht.",
  "driver.unavailable": ({ attempt: n }) =>
    `Bisher hat sich kein Kurier gefunden (${attempt(n)}); der Kundendienst weiß Bescheid, die Suche geht weiter.`,
  "shipment.attempt_failed": ({ attempt: n, failureType, nextAttemptAt }, words) =>
    `${attempt(n)}, das Paket zu buchen, ist gescheitert, weil ${words.failed(failureType)}${words.again(nextAttemptAt)}.`,
  "shipment.requested": () => "Der Paketdienst wird gebeten, das Paket zu übernehmen.",
  "shipment.scheduled": ({ trackingNumber }) =>
    `Das Paket ist beim Paketdienst angemeldet${trackingNumber === undefined ? "" : ` (${trackingNumber})`}.`,
  "shipment.shipped": ({ shippedAt }, words) =>
    `Der Paketdienst hat das Paket um ${words.time(shippedAt)} mitgenommen.`,
  "notification.sent": ({ notice, channel }, words) =>
    `Der Kunde hat per ${words.say.channel[channel] ?? channel} erfahren, ${words.told(notice)}.`,
  "notification.failed": ({ notice, channel, attempt: n, failureType, nextAttemptAt, reason }, words) =>
    reason === "erased" || reason === "no_channel"
      ? `Der Kunde konnte nicht erfahren, ${words.told(notice)}: ${words.say.unreachable[reason]}.`
      : `${attempt(n)}, dem Kunden per ${words.say.channel[channel] ?? channel} zu sagen, ${words.told(notice)}, ist gescheitert, weil ${words.failed(failureType)}${nextAttemptAt === undefined ? "; es wird nicht mehr versucht" : words.again(nextAttemptAt)}.`,
  "fraud.detected": ({ rules }, { say }) =>
    `Die Bestellung wurde als Betrug erkannt: ${rules.map((rule) => say.rule[rule] ?? plain(rule)).join(", ")}.`,
  "processing.parked": (data, words) =>
    `Arbeit an der Bestellung wurde beiseitegelegt: ${words.work(data)}; gescheitert, weil ${words.failed(data.failureType)}. Jemand muss es sich ansehen.`,
  "processing.redriven": (data, words, actor) =>
    `${data.rule === undefined ? who(words, actor) : words.say.who.system} lässt es noch einmal versuchen: ${words.work(data)}.`,
  "processing.discarded": (data, words, actor) =>
    `${who(words, actor)} hat entschieden, es nicht mehr zu versuchen: ${words.work(data)}.`,
};
