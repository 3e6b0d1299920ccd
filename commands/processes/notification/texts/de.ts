import type { Texts } from "./texts.ts";

const BACK =
  "Falls schon etwas bezahlt wurde, geben wir es auf dem Weg zurück, auf dem Sie bezahlt haben; wir schreiben Ihnen, sobald es unterwegs ist.";

export const de: Texts = {
  hello: (name) => `Guten Tag ${name},`,
  orderNumber: (number) => `Bestellung ${number}`,
  items: "Worum es geht",
  total: (amount) => `Summe: ${amount}`,
  and: "und",
  about: {
    confirmed: ({ site }) => ({
      subject: "Ihre Bestellung ist bestätigt",
      lines: [`Vielen Dank. Ihre Zahlung ist eingegangen, Ihre Bestellung geht jetzt an: ${site}.`],
      next: "Sie müssen nichts tun: Auf der Seite der Bestellung sehen Sie, wie es vorangeht.",
    }),
    payment_failed: () => ({
      subject: "Ihre Zahlung hat nicht geklappt",
      lines: ["Die gewählte Zahlungsart konnte nicht belastet werden, deshalb ist die Bestellung beendet.", BACK],
      next: "Bestellen Sie bitte noch einmal mit einer anderen Zahlungsart.",
    }),
    out_of_stock: ({ soldOut, site }) => ({
      subject: "Ihre Bestellung ist ausverkauft",
      lines: [
        `Nicht mehr vorrätig (${site}): ${soldOut === "" ? "ein Teil der Bestellung" : soldOut}. Deshalb ist die Bestellung beendet.`,
        BACK,
      ],
      next: "Bestellen Sie bitte noch einmal mit anderen Artikeln.",
    }),
    rejected: ({ site }) => ({
      subject: "Ihre Bestellung kann nicht zubereitet werden",
      lines: [`Ihre Bestellung kann nicht ausgeführt werden (${site}), auch von niemandem sonst in Ihrer Nähe.`, BACK],
      next: "Bestellen Sie bitte anderswo oder zu einer anderen Zeit.",
    }),
    rerouted: ({ site }) => ({
      subject: "Ihre Bestellung kommt von anderswo",
      lines: [
        `Wo Sie bestellt haben, kann die Bestellung nicht ausgeführt werden. Zum selben Preis übernimmt: ${site}.`,
      ],
      next: "Sie müssen nichts tun: Auf der Seite der Bestellung steht, wann sie kommt.",
    }),
    line_changed: ({ site, changes }) => ({
      subject: "Ein Artikel Ihrer Bestellung fehlt",
      lines: [
        `Beim Packen (${site}) hat etwas gefehlt:`,
        ...changes.map(({ missing, instead, refund }) =>
          instead === undefined
            ? `${missing} entfällt, Sie bekommen ${refund} zurück.`
            : `Statt ${missing} bekommen Sie ${instead}${refund === "" ? "" : ` und ${refund} zurück`}.`,
        ),
      ],
      next: "Sie müssen nichts tun: Der Rest der Bestellung kommt wie geplant.",
    }),
    cancelled: ({ cancelledBy }) => ({
      subject: "Ihre Bestellung ist storniert",
      lines: [
        cancelledBy === "customer"
          ? "Sie haben die Bestellung storniert."
          : "Wir mussten die Bestellung leider stornieren.",
        BACK,
      ],
      next: "Schreiben Sie unserem Kundendienst, wenn Sie das nicht erwartet haben.",
    }),
    fraud: () => ({
      subject: "Ihre Bestellung wurde angehalten",
      lines: ["Unserer Prüfung kam diese Bestellung ungewöhnlich vor; zu Ihrem Schutz haben wir sie angehalten.", BACK],
      next: "Schreiben Sie unserem Kundendienst, wenn die Bestellung von Ihnen war: Bis das geklärt ist, nehmen wir von Ihrem Konto keine neue an.",
    }),
    refunded: ({ refund }) => ({
      subject: `${refund} sind auf dem Weg zu Ihnen`,
      lines: [
        `Wir haben ${refund} auf dem Weg zurückgegeben, auf dem Sie bezahlt haben. Bis Ihre Bank es zeigt, können einige Tage vergehen.`,
      ],
      next: "Sie müssen nichts tun.",
    }),
    shipped: ({ site, tracking }) => ({
      subject: "Ihr Paket ist unterwegs",
      lines: [
        `Ihr Paket wurde dem Paketdienst übergeben (${site}).`,
        ...(tracking === undefined ? [] : [`Sendungsnummer: ${tracking}`]),
      ],
      next: "Sie müssen nichts tun: Der Paketdienst bringt es an die Adresse der Bestellung.",
    }),
    delivered: ({ site }) => ({
      subject: "Ihre Bestellung ist geliefert",
      lines: [`Ihre Bestellung (${site}) wurde geliefert. Lassen Sie es sich schmecken!`],
      next: "Schreiben Sie unserem Kundendienst, wenn etwas nicht stimmt.",
    }),
  },
};
