import type { enPhone } from "../en/phone.ts";
import type { Spoken } from "../spoken.ts";

const TIMES = [
  "keinmal",
  "einmal",
  "zweimal",
  "dreimal",
  "viermal",
  "fünfmal",
  "sechsmal",
  "siebenmal",
  "achtmal",
  "neunmal",
  "zehnmal",
  "elfmal",
  "zwölfmal",
];

const spokenList = (parts: readonly string[]): string =>
  parts.length < 2 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")} und ${parts.at(-1)}`;

/** Texte der Seite für Bestellungen am Telefon, auf Deutsch. */
export const dePhone: typeof enPhone = {
  title: "Telefonbestellungen",
  spoken: ({ lines, method, to, money }: Spoken): string =>
    [
      spokenList(
        lines.map(({ name, amount, unit, note }) => {
          const count = unit === "g" ? `${amount} Gramm` : (TIMES[amount] ?? `${amount}-mal`);
          return `${count} ${name}${note === "" ? "" : `, mit „${note}“`}`;
        }),
      ),
      `${method === "courier" ? "mit dem Kurier" : "als Paket"}${to === undefined ? "" : ` an ${to}`}`,
      spokenMoney(money),
    ].join(", "),
  stands: {
    placed: "ist aufgenommen",
    stock_reserved: "ist zurückgelegt, die Zahlung wird geprüft",
    payment_processing: "die Zahlung wird geprüft",
    payment_confirmed: "ist bezahlt",
    restaurant_notified: "ist bezahlt und liegt dem Betrieb vor",
    restaurant_accepted: "ist angenommen",
    preparing: "ist in Arbeit",
    ready: "ist fertig",
    driver_assigned: "ist fertig, der Kurier kommt",
    picked_up: "ist unterwegs",
    delivered: "ist geliefert",
    scheduled: "ist zum Versand angemeldet",
    shipped: "ist verschickt",
    out_of_stock: "ist ausverkauft, es wird nichts berechnet",
    payment_failed: "ist nicht bezahlt und wird nicht geliefert",
    restaurant_rejected: "wurde vom Betrieb abgelehnt, das Geld geht zurück",
    cancelled: "ist storniert",
  },
  say: (sentence: string, stands: string) => `${sentence}: ${stands}.`,
  ask: (sentence: string) => `„Das wären ${sentence}. Darf ich so bestellen?“`,
  sayTitle: "Zum Vorlesen",
  sayNothing: "Sobald Kunde und Warenkorb feststehen, steht hier der Satz zum Vorlesen.",
  keyHelp: [
    ["/", "Kunden suchen"],
    ["n", "neuen Kunden anlegen"],
    ["i", "zum Feld für Artikel"],
    ["c p", "mit Kurier, als Paket"],
    ["Strg Enter", "bestellen, von überall aus"],
    ["↑ ↓ Enter", "beim Tippen aus der Liste wählen"],
  ],
  customer: {
    title: "Kunde",
    find: "Name, Telefon oder E-Mail",
    hint: "Drei Buchstaben des Namens, die letzten drei Ziffern der Nummer oder die E-Mail",
    finding: "Wird gesucht …",
    found: (n: number) => (n === 1 ? "1 Kunde gefunden" : `${n} Kunden gefunden`),
    none: "So ist niemand bekannt.",
    noneHint: "Schreibweise prüfen, die letzten Ziffern der Nummer versuchen oder neu anlegen.",
    more: "Mehr zeigen",
    register: "Neuer Kunde",
    other: "Anderer Kunde",
    change: "Kontakt ändern",
    guest: "Gast",
    guestHint: "hat einmal ohne Konto bestellt",
    held: "Gesperrt",
    heldSay: "Von diesem Kunden werden keine Bestellungen angenommen, er ist gesperrt. Bitte das Gespräch weitergeben.",
    noAddress: "Keine Adresse bekannt.",
    addAddress: "Adresse ergänzen",
    since: (day: string) => `Kunde seit ${day}`,
    last: "Letzte Bestellungen",
    noOrders: "Noch keine Bestellung.",
    again: (number: string) => `Noch einmal: Bestellung ${number}`,
    repeat: "Noch einmal",
    newTitle: "Neuer Kunde",
    changeTitle: (name: string) => `Kontakt von ${name}`,
    save: "Anlegen",
    saveChange: "Speichern",
    cancel: "Abbrechen",
    name: "Name",
    phone: "Telefon",
    email: "E-Mail",
    address: "Adresse",
    instructions: "Für den Kurier (freiwillig)",
    faults: {
      needName: "Bitte nach dem Namen fragen.",
      needReach: "Bitte nach Telefonnummer oder E-Mail fragen.",
      badEmail: "Das sieht nicht nach einer E-Mail-Adresse aus: bitte noch einmal fragen.",
      needAddress: "Bitte fragen, wohin es gehen soll.",
    },
    drop: "Gespräch beenden",
    dropHint: "Alles, was für dieses Gespräch getippt wurde, wird gelöscht.",
  },
  basket: {
    title: "Bestellung",
    method: "Lieferung",
    courier: "Kurier",
    parcel: "Paket",
    site: "Von",
    km: (km: string) => `${km} km`,
    noSite: "So kann kein Standort liefern. Bitte die andere Lieferart wählen.",
    closedSite: (name: string) =>
      `${name} hat gerade geschlossen: Die Bestellung würde abgelehnt und erstattet. Bitte einen anderen Standort wählen.`,
    closingSite: (name: string) =>
      `${name} schließt in weniger als 15 Minuten: gleich bestellen, sonst kann sie abgelehnt und erstattet werden.`,
    item: "Artikel",
    itemHint: "Zum Beispiel: 2 Käsekuchen",
    itemKeys: "Menge und Name tippen, mit den Pfeilen wählen, Enter legt es in den Warenkorb.",
    noItem: (text: string) => `Auf dieser Karte passt nichts zu „${text}“.`,
    added: (quantity: string, name: string) => `Dazugelegt: ${quantity} ${name}`,
    left: (n: number) => `noch ${n}`,
    soldOut: "Ausverkauft",
    empty: "Noch ist nichts im Warenkorb.",
    quantity: (name: string) => `Menge von ${name}`,
    note: (name: string) => `Notiz zu ${name}`,
    noteHint: "Notiz",
    remove: (name: string) => `${name} herausnehmen`,
    faults: {
      not_sold: "Gibt es an diesem Standort nicht. Anderen Standort wählen oder herausnehmen.",
      sold_out: "Hier ausverkauft. Etwas anderes oder einen anderen Standort anbieten.",
      too_few: "So viele sind hier nicht mehr da.",
    },
    lines: "Warenkorb",
    fee: "Lieferung",
    total: "Summe",
    payment: "Zahlung",
    payments: {
      pm_card_visa: "Karte, die funktioniert (Test)",
      pm_card_chargeDeclined: "Karte, die abgelehnt wird (Test)",
      pm_card_chargeDeclinedInsufficientFunds: "Karte ohne Deckung (Test)",
    },
    place: (total: string | undefined) => (total === undefined ? "Bestellen" : `Bestellen · ${total}`),
    sending: "Wird bestellt …",
    again: "Dieselbe noch einmal senden",
    giveUp: "Ändern",
    giveUpHint:
      "Auf den letzten Versuch kam keine Antwort. Bitte unten nachsehen, ob die Bestellung da ist, bevor neu bestellt wird.",
    unanswered: "Auf die Bestellung kam noch keine Antwort",
    unansweredHint: "Sie ist hier aufgehoben und kann noch einmal gesendet werden: Doppelt bestellt wird dabei nie.",
    refused: "Es wurde nicht bestellt",
  },
  need: {
    customer: "Bitte zuerst einen Kunden wählen.",
    typing: "Bitte zuerst den Kontakt speichern, der gerade getippt wird, oder abbrechen.",
    lines: "Bitte zuerst etwas in den Warenkorb legen.",
    address: "Die Adresse fehlt: bitte erfragen und beim Kontakt ergänzen.",
    site: "Es gibt keinen Standort, der liefern kann.",
    faults: "Etwas im Warenkorb gibt es an diesem Standort nicht.",
    notKept:
      "Dieser Browser behält keine Daten, eine Bestellung könnte verloren gehen. Bitte den privaten Modus verlassen.",
  },
  refusals: {
    customer_on_hold:
      "Von diesem Kunden werden zurzeit keine Bestellungen angenommen. Bitte an den Support weitergeben.",
    customer_unknown: "Der Kunde ist nicht mehr bekannt. Bitte neu suchen oder anlegen.",
    address_missing: "Die Adresse fehlt: bitte erfragen und beim Kontakt ergänzen.",
    site_suspended: "Der Standort nimmt gerade keine Bestellungen an. Bitte einen anderen wählen.",
    site_unknown: "Den Standort gibt es nicht mehr. Bitte einen anderen wählen.",
    item_unknown: "Etwas im Warenkorb wird nicht mehr verkauft. Bitte herausnehmen.",
    item_withdrawn: "Etwas im Warenkorb wird nicht mehr verkauft. Bitte herausnehmen.",
    lines_invalid: "Etwas im Warenkorb gibt es an diesem Standort nicht. Herausnehmen oder anderen Standort wählen.",
    quantity_invalid: "Eine Menge ist nicht möglich. Bitte berichtigen.",
  },
  placed: {
    title: (number: string) => `Bestellung ${number}`,
    forWhom: (name: string) => `für ${name}`,
    next: "Nächster Anruf",
  },
  today: {
    title: "Telefonbestellungen von heute",
    none: "Heute hat noch niemand am Telefon bestellt.",
    failed: "Die Liste kann gerade nicht gelesen werden.",
    more: "Gezeigt werden die neuesten 50.",
    number: "Bestellung",
    customer: "Kunde",
    what: "Was",
    status: "Stand",
    total: "Summe",
    at: "Zeit",
    unknown: "…",
  },
};

/** 34,50 Euro, 2 Euro, wie man es sagt. */
function spokenMoney({ amount, currency }: Spoken["money"]): string {
  const [whole, rest] = [Math.floor(amount / 100), amount % 100];
  const figure = rest === 0 ? String(whole) : `${whole},${String(rest).padStart(2, "0")}`;
  return `${figure} ${currency === "EUR" ? "Euro" : currency}`;
}
