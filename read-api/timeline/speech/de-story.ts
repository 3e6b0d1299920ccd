import type { StoryPhrases } from "./story-phrases.ts";
import { capital, plain } from "./vocabulary.ts";
import type { Words } from "./words.ts";

const minutes = (count: number): string =>
  count < 120
    ? `${count} min`
    : count < 48 * 60
      ? `${Math.round(count / 60)} Stunden`
      : `${Math.round(count / 1440)} Tage`;
/** A span after "seit": in the dative. */
const since = (count: number): string => minutes(count).replace("Tage", "Tagen");
const again = (next: string | undefined, words: Words): string =>
  next === undefined ? "" : `, nächster Versuch um ${words.time(next)}`;

/** The story of an order, in German. */
export const DE_STORY: StoryPhrases = {
  placed: ({ fulfilments, total, channel, delivery }, at, words, actor) => {
    const actorSaid = words.say.who[actor] ?? words.say.somebody;
    const who =
      channel === "phone"
        ? "hat die Verwaltung am Telefon für den Kunden"
        : `hat ${actorSaid.charAt(0).toLowerCase()}${actorSaid.slice(1)}`;
    const sites = words.row(fulfilments.map(({ name }) => name));
    const how =
      delivery.method === "parcel" ? ", Versand als Paket" : `, versprochen bis ${words.time(delivery.promisedAt)}`;
    return `am ${words.day(at)} um ${words.time(at)} ${who} bei ${sites} für ${words.money(total)} bestellt${how}`;
  },
  paid: (at, attempts, words) =>
    `bezahlt wurde um ${words.time(at)}${attempts > 1 ? ` beim ${attempts}. Versuch` : ""}`,
  rerouted: ({ fulfilments, fulfilmentId, reason }, words) =>
    `${words.row(fulfilments.map(({ name }) => name))} hat für ${words.site(fulfilmentId) === words.say.theSite ? "den ersten Laden" : words.site(fulfilmentId)} übernommen (${words.reason(reason)})`,
  substituted: ({ sku, substitute }, words) => `${substitute.name} kam anstelle von ${words.item(sku)}`,
  removed: ({ sku }, words) => `${words.item(sku)} fehlte und wurde weggelassen`,
  couriers: (lost) => (lost === 1 ? "ein Kurier hat nicht übernommen" : `${lost} Kuriere haben nicht übernommen`),
  refunded: (amount, currency, at, words) =>
    `${words.money({ amount, currency })} wurden um ${words.time(at)} erstattet`,
  stand: {
    placed: () => "die Waren sind noch nicht reserviert",
    reserved: (at, words) => `die Waren sind seit ${words.time(at)} reserviert`,
    paying: (at, words) => `die Zahlung läuft seit ${words.time(at)}`,
    told: (site, at, words) => `${site} weiß seit ${words.time(at)} Bescheid`,
    accepted: (site, at, words) => `${site} hat um ${words.time(at)} angenommen`,
    working: (station, at, words) => `sie ist in Arbeit (${station} seit ${words.time(at)})`,
    ready: (at, words) => `sie ist seit ${words.time(at)} fertig`,
    courierComes: (at, words) => `ein Kurier hat um ${words.time(at)} angenommen`,
    pickedUp: (at, words) => `der Kurier hat sie um ${words.time(at)} abgeholt`,
    delivered: (at, words) => `der Kurier hat sie um ${words.time(at)} geliefert`,
    scheduled: (at, words) => `das Paket ist seit ${words.time(at)} beim Paketdienst angemeldet`,
    shipped: (at, words) => `der Paketdienst hat das Paket am ${words.day(at)} um ${words.time(at)} mitgenommen`,
    outOfStock: ({ missing }, words) =>
      missing.length === 0
        ? "sie war nicht zu erfüllen: ausverkauft"
        : `sie war nicht zu erfüllen: ${words.row(missing.map(({ sku }) => words.item(sku)))} ausverkauft`,
    paymentFailed: (type, at, words) =>
      `die Zahlung ist um ${words.time(at)} endgültig gescheitert, weil ${words.failed(type)}`,
    rejected: ({ fulfilmentId, reason, alternative }, at, words) =>
      alternative === "none"
        ? `kein anderer Laden konnte sie machen, um ${words.time(at)} war Schluss`
        : `${words.site(fulfilmentId)} hat sie nicht gemacht (${words.reason(reason)}), um ${words.time(at)} war Schluss`,
    cancelled: (by, at, words) =>
      `um ${words.time(at)} wurde sie ${words.say.byWhom[by] ?? `von ${plain(by)}`} storniert`,
  },
  wrong: {
    setAside: (work) => `Arbeit daran wurde beiseitegelegt und wartet auf eine Entscheidung: ${work}`,
    owed: (amount, currency, words) => `${words.money({ amount, currency })} sind noch zu erstatten`,
    owedAfterFailure: (amount, currency, type, next, words) =>
      `${words.money({ amount, currency })} sind noch zu erstatten: Die Erstattung ist gescheitert, weil ${words.failed(type)}${again(next, words)}`,
    fraud: (rules, words) =>
      `sie wurde als Betrug eingestuft: ${rules.map((rule) => words.say.rule[rule] ?? plain(rule)).join(", ")}`,
    cameLate: (late) => `sie kam ${minutes(late)} später als versprochen`,
    tookLong: (took) => `von der Bestellung bis an die Tür hat es ${minutes(took)} gedauert`,
    isLate: (late) => `sie ist ${minutes(late)} zu spät`,
    stands: (stood, waits) => `seit ${since(stood)} ist nichts geschehen: ${capital(waits)}`,
    notTold: (notice, words) => `der Kunde konnte nicht erfahren, ${words.told(notice)}`,
    failing: (what, attempts, next, words) => {
      const times = attempts === 1 ? "einmal" : `${attempts}-mal`;
      const said = {
        payment: "die Zahlung einzuziehen",
        site: "den Laden zu benachrichtigen",
        parcel: "das Paket zu buchen",
      }[what];
      return `${said} ist bisher ${times} gescheitert${again(next, words)}`;
    },
    noCourier: () => "bisher hat sich kein Kurier gefunden",
    missing: (items, words) => `was aus ${words.row(items)} wird, ist noch nicht entschieden`,
  },
  fine: {
    delivered: () => "alles in Ordnung: Sie kam wie versprochen, und es steht nichts mehr aus",
    shipped: () => "alles in Ordnung: Sie ist beim Paketdienst, und es steht nichts mehr aus",
    waits: (what) => `bisher alles in Ordnung: ${capital(what)}`,
    endedUncharged: () => "abgebucht wurde nichts, und es steht nichts mehr aus",
    endedRefunded: () => "alles Bezahlte ist erstattet, und es steht nichts mehr aus",
  },
  waits: (awaited, site, until, words) => {
    const what = {
      stock: "sie wartet darauf, dass ihre Waren reserviert werden",
      payment: "sie wartet auf ihre Zahlung",
      told: `sie wartet darauf, dass ${site} Bescheid bekommt`,
      other_site: "sie wartet darauf, dass ein anderer Laden gefunden wird",
      answer: `sie wartet auf die Antwort von ${site === words.say.theSite ? "dem Laden" : site}`,
      made: `sie wartet darauf, dass ${site} sie macht`,
      missing: "sie wartet auf eine Entscheidung über fehlende Artikel",
      booking: "sie wartet darauf, dass der Paketdienst das Paket annimmt",
      courier_found: "sie wartet auf einen Kurier",
      courier_answer: "sie wartet auf die Antwort eines Kuriers",
      courier_arrives: "sie wartet darauf, dass der Kurier zum Laden kommt",
      pickup: "sie wartet auf die Abholung durch den Kurier",
      delivery: "sie wartet auf die Lieferung durch den Kurier",
      shipping: "sie wartet darauf, dass der Paketdienst das Paket mitnimmt",
    }[awaited];
    return until === undefined ? what : `${what} (bis ${words.time(until)})`;
  },
  together: (clauses) => clauses.join("; "),
};
