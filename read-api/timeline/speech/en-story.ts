import type { StoryPhrases } from "./story-phrases.ts";
import { plain } from "./vocabulary.ts";
import type { Words } from "./words.ts";

const minutes = (count: number): string =>
  count < 120
    ? `${count} min`
    : count < 48 * 60
      ? `${Math.round(count / 60)} hours`
      : `${Math.round(count / 1440)} days`;
const again = (next: string | undefined, words: Words): string =>
  next === undefined ? "" : `, and it is tried again at ${words.time(next)}`;
const ordinal = (n: number): string => (n === 2 ? "second" : n === 3 ? "third" : n === 4 ? "fourth" : `${n}th`);

/** The story of an order, in English. */
export const EN_STORY: StoryPhrases = {
  placed: ({ fulfilments, total, channel, delivery }, at, words, actor) => {
    const who =
      channel === "phone"
        ? "an admin ordered by phone for the customer"
        : `${(words.say.who[actor] ?? "Somebody").toLowerCase()} ordered`;
    const sites = words.row(fulfilments.map(({ name }) => name));
    const how =
      delivery.method === "parcel" ? ", to be sent as a parcel" : `, promised by ${words.time(delivery.promisedAt)}`;
    return `on ${words.day(at)} at ${words.time(at)} ${who} at ${sites} for ${words.money(total)}${how}`;
  },
  paid: (at, attempts, words) =>
    `it was paid at ${words.time(at)}${attempts > 1 ? ` at the ${ordinal(attempts)} attempt` : ""}`,
  rerouted: ({ fulfilments, fulfilmentId, reason }, words) =>
    `${words.row(fulfilments.map(({ name }) => name))} took over from ${words.site(fulfilmentId)} (${words.reason(reason)})`,
  substituted: ({ sku, substitute }, words) => `${substitute.name} took the place of ${words.item(sku)}`,
  removed: ({ sku }, words) => `${words.item(sku)} was missing and left out`,
  couriers: (lost) => (lost === 1 ? "one courier did not take it" : `${lost} couriers did not take it`),
  refunded: (amount, currency, at, words) =>
    `${words.money({ amount, currency })} were given back at ${words.time(at)}`,
  stand: {
    placed: () => "its goods are not reserved yet",
    reserved: (at, words) => `its goods were reserved at ${words.time(at)}`,
    paying: (at, words) => `its payment was begun at ${words.time(at)}`,
    told: (site, at, words) => `${site} was told at ${words.time(at)}`,
    accepted: (site, at, words) => `${site} accepted it at ${words.time(at)}`,
    working: (station, at, words) => `it is being made (${station} since ${words.time(at)})`,
    ready: (at, words) => `it has been ready since ${words.time(at)}`,
    courierComes: (at, words) => `a courier accepted it at ${words.time(at)}`,
    pickedUp: (at, words) => `the courier picked it up at ${words.time(at)}`,
    delivered: (at, words) => `the courier delivered it at ${words.time(at)}`,
    scheduled: (at, words) => `the parcel was booked with the carrier at ${words.time(at)}`,
    shipped: (at, words) => `the carrier took the parcel along on ${words.day(at)} at ${words.time(at)}`,
    outOfStock: ({ missing }, words) =>
      missing.length === 0
        ? "it could not be served, because it was sold out"
        : `it could not be served, because ${words.row(missing.map(({ sku }) => words.item(sku)))} was sold out`,
    paymentFailed: (type, at, words) =>
      `its payment failed for good at ${words.time(at)} because ${words.failed(type)}`,
    rejected: ({ fulfilmentId, reason, alternative }, at, words) =>
      alternative === "none"
        ? `no other site could make it, and it ended at ${words.time(at)}`
        : `${words.site(fulfilmentId)} did not make it (${words.reason(reason)}), and it ended at ${words.time(at)}`,
    cancelled: (by, at, words) => `it was cancelled by ${words.say.byWhom[by] ?? plain(by)} at ${words.time(at)}`,
  },
  wrong: {
    setAside: (work) => `work on it was set aside and waits for somebody's decision: ${work}`,
    owed: (amount, currency, words) => `${words.money({ amount, currency })} are still to be given back`,
    owedAfterFailure: (amount, currency, type, next, words) =>
      `${words.money({ amount, currency })} are still to be given back: the refund failed because ${words.failed(type)}${again(next, words)}`,
    fraud: (rules, words) =>
      `it was taken for a fraud: ${rules.map((rule) => words.say.rule[rule] ?? plain(rule)).join(", ")}`,
    cameLate: (late) => `it came ${minutes(late)} later than promised`,
    tookLong: (took) => `it took ${minutes(took)} from the order to the door`,
    isLate: (late) => `it is ${minutes(late)} late`,
    stands: (stood, waits) => `nothing has happened for ${minutes(stood)}: ${waits}`,
    notTold: (notice, words) => `the customer could not be told ${words.told(notice)}`,
    failing: (what, attempts, next, words) => {
      const times = attempts === 1 ? "once" : `${attempts} times`;
      const said = {
        payment: "taking the payment has failed",
        site: "telling the site has failed",
        parcel: "booking the parcel has failed",
      }[what];
      return `${said} ${times} so far${again(next, words)}`;
    },
    noCourier: () => "no courier could be found so far",
    missing: (items, words) => `what becomes of ${words.row(items)} is not decided yet`,
  },
  fine: {
    delivered: () => "nothing is wrong: it came as promised, and nothing is owed",
    shipped: () => "nothing is wrong: it is with the carrier, and nothing is owed",
    waits: (what) => `nothing is wrong so far: ${what}`,
    endedUncharged: () => "nothing was charged, and nothing more is owed",
    endedRefunded: () => "everything that was paid is given back, and nothing more is owed",
  },
  waits: (awaited, site, until, words) => {
    const what = {
      stock: "it waits for its goods to be reserved",
      payment: "it waits for its payment",
      told: `it waits for ${site} to be told`,
      other_site: "it waits for another site to be found",
      answer: `it waits for the answer of ${site}`,
      made: `it waits for ${site} to make it`,
      missing: "it waits for a decision about missing items",
      booking: "it waits for the carrier to book the parcel",
      courier_found: "it waits for a courier to be found",
      courier_answer: "it waits for a courier's answer",
      courier_arrives: "it waits for the courier to come to the site",
      pickup: "it waits for the courier to pick it up",
      delivery: "it waits for the courier to deliver it",
      shipping: "it waits for the carrier to take the parcel along",
    }[awaited];
    return until === undefined ? what : `${what} (until ${words.time(until)})`;
  },
  together: (clauses) => clauses.join("; "),
};
