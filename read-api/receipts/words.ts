import type { Money, Quantity } from "../../domain/money/money.ts";
import type { Language } from "../../domain/order/events.ts";
import { decimalsOf } from "../money-text.ts";

const en = {
  receipt: "Receipt",
  order: (number: string) => `Order ${number}`,
  placed: "Ordered",
  paid: "Paid",
  from: "From",
  for: "For",
  item: "Item",
  taxRate: "Tax",
  price: "Price",
  delivery: "Delivery",
  total: "Total",
  refunded: (at: string) => `Given back on ${at}`,
  balance: "Paid in the end",
  contained: "Tax contained",
  net: "Net",
  tax: "Tax",
  gross: "Gross",
  insteadOf: (name: string) => `instead of ${name}`,
  leftOut: "was missing, given back",
  due: "Not paid yet",
  none: "Nothing was charged for this order.",
  verify: (number: string, revision: string, hash: string) => `Verify: order ${number}, event ${revision}, ${hash}`,
  page: (n: number, of: number) => `Page ${n} of ${of}`,
  file: (number: string) => `receipt-${number}.pdf`,
};

const de: typeof en = {
  receipt: "Beleg",
  order: (number) => `Bestellung ${number}`,
  placed: "Bestellt",
  paid: "Bezahlt",
  from: "Von",
  for: "Für",
  item: "Artikel",
  taxRate: "MwSt.",
  price: "Preis",
  delivery: "Lieferung",
  total: "Summe",
  refunded: (at) => `Erstattet am ${at}`,
  balance: "Gezahlt am Ende",
  contained: "Enthaltene Mehrwertsteuer",
  net: "Netto",
  tax: "Steuer",
  gross: "Brutto",
  insteadOf: (name) => `anstelle von ${name}`,
  leftOut: "fehlte, erstattet",
  due: "Noch nicht bezahlt",
  none: "Für diese Bestellung wurde nichts abgebucht.",
  verify: (number, revision, hash) => `Prüfen: Bestellung ${number}, Ereignis ${revision}, ${hash}`,
  page: (n, of) => `Seite ${n} von ${of}`,
  file: (number) => `beleg-${number}.pdf`,
};

/** What a receipt is written with, in each language of orders. */
export const RECEIPT_WORDS: Readonly<Record<Language, typeof en>> = { en, de };

const REGION: Readonly<Record<Language, string>> = { en: "en-GB", de: "de-DE" };

/** How a receipt writes numbers and times. */
export interface ReceiptFormats {
  money(sum: Money): string;
  quantity(quantity: Quantity): string;
  rate(basisPoints: number): string;
  moment(at: string): string;
  day(at: string): string;
}

/** Formats of a language; times in the zone that is given. */
export function receiptFormats(language: Language, timeZone: string): ReceiptFormats {
  const region = REGION[language];
  const moments = new Intl.DateTimeFormat(region, { dateStyle: "long", timeStyle: "short", timeZone });
  const days = new Intl.DateTimeFormat(region, { dateStyle: "long", timeZone });
  const rates = new Intl.NumberFormat(region, { maximumFractionDigits: 2 });
  return {
    money: ({ amount, currency }) =>
      new Intl.NumberFormat(region, { style: "currency", currency }).format(amount / 10 ** decimalsOf(currency)),
    quantity: ({ amount, unit }) => (unit === "g" ? `${rates.format(amount)} g` : rates.format(amount)),
    rate: (basisPoints) => `${rates.format(basisPoints / 100)} %`,
    moment: (at) => moments.format(new Date(at)),
    day: (at) => days.format(new Date(at)),
  };
}
