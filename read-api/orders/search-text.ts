import type { OrderStatus } from "../../domain/order/state.ts";
import type { OrderFilter } from "../../projections/orders/list.ts";
import { decimalsOf } from "../money-text.ts";
import { dayOf } from "./days.ts";
import { CHANNEL_WORDS, DAY_WORDS, LATE_WORDS, METHOD_WORDS, STATUS_WORDS } from "./search-words.ts";

/** A piece of a search text and what it was taken for. */
export interface Understood {
  readonly text: string;
  readonly as: "id" | "number" | "amount" | "status" | "channel" | "method" | "city" | "day" | "late" | "customer";
  /** What is looked for, in words. */
  readonly value: string;
}

/** A search text as a filter, with what was understood of it and what was not. */
export interface SearchText {
  readonly filter: OrderFilter;
  readonly understood: readonly Understood[];
  readonly notUnderstood: readonly string[];
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NUMBER = /^(#[0-9a-f]{1,8}|[0-9a-f]{4,8})$/;
const AMOUNT = /^([€$£]?)(\d{1,3}(?:[.,]?\d{3})*|\d+)([.,]\d{1,3})?([€$£]?)$/;
const SIGNS: Readonly<Record<string, string>> = { "€": "EUR", $: "USD", "£": "GBP", euro: "EUR", euros: "EUR" };
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf("currency"));

/** One way to read the words from here on; undefined when they are something else. */
type Reader = (words: readonly string[], by: ReadBy) => Reading | undefined;

/** What reading depends on. */
export interface ReadBy {
  /** Every status that an order can have. */
  readonly statuses: readonly OrderStatus[];
  /** Business time. */
  readonly now: number;
  /** Whose midnight days begin at; UTC when left out. */
  readonly timeZone?: string | undefined;
  /** Cities that there are: known ones are found in any case, of several words, and without "in". */
  readonly cities?: readonly string[];
}

interface Reading extends Omit<Understood, "text"> {
  /** How many words it is. */
  readonly words: number;
  readonly filter: OrderFilter;
}

/**
 * Reads what somebody typed into a search field: an order's number or id, a customer's id, an amount, a status, a
 * channel, a city, today or yesterday, late; in English or German. Everything understood has to hold. A text of which
 * nothing was understood finds nothing; it never finds everything.
 */
export function readSearchText(text: string, by: ReadBy): SearchText {
  const words = text
    .toLowerCase()
    .split(/[\s\p{C}]+/u)
    .filter(Boolean);
  const readers: readonly Reader[] = [
    readId,
    readStatus,
    readAmountWithCurrency,
    readNumber,
    readAmount,
    readWay,
    readCity,
    readDay,
    readLate,
  ];
  const understood: Understood[] = [];
  const notUnderstood: string[] = [];
  let filter: OrderFilter = {};
  for (let at = 0; at < words.length; ) {
    const rest = words.slice(at);
    const reading = readers.reduce<Reading | undefined>((found, read) => found ?? read(rest, by), undefined);
    if (reading) {
      understood.push({ text: rest.slice(0, reading.words).join(" "), as: reading.as, value: reading.value });
      const several =
        reading.as === "status" ? [...(filter.statuses ?? []), ...(reading.filter.statuses ?? [])] : undefined;
      filter = { ...filter, ...reading.filter, ...(several ? { statuses: several } : {}) };
      at += reading.words;
    } else {
      notUnderstood.push(rest[0] ?? "");
      at++;
    }
  }
  return { filter, understood, notUnderstood };
}

const readId: Reader = ([word = ""]) =>
  UUID.test(word) ? { as: "id", value: word, words: 1, filter: { id: word } } : undefined;

const readNumber: Reader = ([word = ""]) => {
  if (!NUMBER.test(word)) return undefined;
  const number = word.replace("#", "");
  return { as: "number", value: number.toUpperCase(), words: 1, filter: { number } };
};

/** Statuses in words, the longest first: "payment failed" is not the word "payment" and something else. */
const readStatus: Reader = (words, { statuses }) => {
  for (let length = Math.min(3, words.length); length > 0; length--) {
    const said = words.slice(0, length).join("_").replaceAll("-", "_");
    const named = Object.hasOwn(STATUS_WORDS, said) ? STATUS_WORDS[said] : said;
    const status = statuses.find((one) => one === named);
    if (status) {
      return { as: "status", value: status.replaceAll("_", " "), words: length, filter: { statuses: [status] } };
    }
  }
  return undefined;
};

/** An amount whose currency says that it is one: `27 EUR`, `€27`, `2690.00 eur`. */
const readAmountWithCurrency: Reader = ([word = "", next = ""]) => {
  const match = AMOUNT.exec(word);
  if (!match) return undefined;
  const sign = SIGNS[match[1] || match[4] || ""];
  if (sign !== undefined) return amountOf(match, sign, 1);
  const named = SIGNS[next] ?? next.toUpperCase();
  return CURRENCIES.has(named) ? amountOf(match, named, 2) : undefined;
};

/** An amount without a currency: one with decimals, or one too short to be an order's number. */
const readAmount: Reader = ([word = ""]) => {
  const match = AMOUNT.exec(word);
  return match && (match[3] !== undefined || word.length < 4) ? amountOf(match, undefined, 1) : undefined;
};

function amountOf(
  [, , whole = "", fraction = ""]: RegExpExecArray,
  currency: string | undefined,
  words: number,
): Reading | undefined {
  const decimals = currency === undefined ? 2 : decimalsOf(currency);
  const minor = Number(whole.replace(/[.,]/g, "") + fraction.slice(1).padEnd(decimals, "0").slice(0, decimals));
  if (!Number.isSafeInteger(minor)) return undefined;
  const value = `${(minor / 10 ** decimals).toFixed(decimals)}${currency === undefined ? "" : ` ${currency}`}`;
  const filter = { leastTotal: minor, mostTotal: minor, ...(currency === undefined ? {} : { currency }) };
  return { as: "amount", value, words, filter };
}

const readWay: Reader = ([word = ""]) => {
  const channel = Object.hasOwn(CHANNEL_WORDS, word) ? CHANNEL_WORDS[word] : undefined;
  if (channel) return { as: "channel", value: channel, words: 1, filter: { channel } };
  const method = Object.hasOwn(METHOD_WORDS, word) ? METHOD_WORDS[word] : undefined;
  return method && { as: "method", value: method, words: 1, filter: { method } };
};

/** A known city, with or without "in"; after "in" any word. */
const readCity: Reader = ([first, ...rest], { cities = [] }) => {
  const [before, words] = first === "in" ? [1, rest] : [0, [first ?? "", ...rest]];
  const known = cities
    .map((city) => ({ city, spelt: city.toLowerCase().split(/\s+/) }))
    .filter(({ spelt }) => spelt.every((word, at) => words[at] === word))
    .toSorted((a, b) => b.spelt.length - a.spelt.length)[0];
  if (known) return { as: "city", value: known.city, words: before + known.spelt.length, filter: { city: known.city } };
  const [city] = words;
  return before === 1 && city !== undefined ? { as: "city", value: city, words: 2, filter: { city } } : undefined;
};

/** Delivered after it was due, or due and not there. */
const readLate: Reader = ([word = ""], { now }) =>
  LATE_WORDS.has(word)
    ? { as: "late", value: "late", words: 1, filter: { lateAt: new Date(now).toISOString() } }
    : undefined;

const readDay: Reader = ([word = ""], { now, timeZone = "UTC" }) => {
  const before = Object.hasOwn(DAY_WORDS, word) ? DAY_WORDS[word] : undefined;
  if (before === undefined) return undefined;
  const { name, from, to } = dayOf(now, timeZone, before);
  return { as: "day", value: `${name} (${timeZone})`, words: 1, filter: { from, to } };
};
