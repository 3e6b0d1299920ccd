import type { Contact } from "../../../domain/order/events.ts";

// What somebody can be found by, and what somebody may type to find them, brought to one form.

/** Shortest and longest beginnings of a name, and endings of a number, that are kept. */
export const SHORTEST = 3;
export const LONGEST = 8;

/** Letters that are written in two ways: as German and its neighbours spell them out, and with the mark left out. */
const SPELT: Readonly<Record<string, readonly [spelt: string, bare: string]>> = {
  ä: ["ae", "a"],
  ö: ["oe", "o"],
  ü: ["ue", "u"],
  ß: ["ss", "ss"],
  æ: ["ae", "ae"],
  œ: ["oe", "oe"],
  ø: ["oe", "o"],
  å: ["aa", "a"],
  ł: ["l", "l"],
  đ: ["d", "d"],
  ð: ["d", "d"],
  þ: ["th", "th"],
  ı: ["i", "i"],
};

/** A word in lower case without marks, in each way that it may be written: `Müller` is `mueller` and `muller`. */
export function spellings(word: string): readonly string[] {
  const lower = word.normalize("NFC").toLowerCase();
  const write = (which: 0 | 1) =>
    [...lower]
      .map((letter) => SPELT[letter]?.[which] ?? letter)
      .join("")
      .normalize("NFKD")
      .replace(/\p{M}/gu, "");
  return [...new Set([write(0), write(1)])];
}

/** The words of a name; a hyphen parts words, an apostrophe does not. */
export const wordsOf = (name: string): readonly string[] =>
  name
    .normalize("NFC")
    .replace(/['’`´]/g, "")
    .match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];

/** Country of numbers that are written without one. */
const HOME = "49";

/**
 * A phone number as its digits with the country, without a sign: `+49 (0)30 123`, `0049 30 123` and `030 123` are all
 * `4930123`.
 */
export function phoneDigits(phone: string): string {
  const text = phone.replace(/\(0\)/g, "").trim();
  const digits = text.replace(/\D/g, "");
  if (text.startsWith("+")) return digits;
  if (digits.startsWith("00")) return digits.slice(2);
  return digits.startsWith("0") ? `${HOME}${digits.slice(1)}` : digits;
}

export const plainEmail = (email: string): string => email.trim().toLowerCase();

/** The part of an address before the @. */
export const localPart = (email: string): string => plainEmail(email).split("@", 1)[0] ?? "";

/** The beginnings of a word that are kept; a word that is shorter than all of them is kept whole. */
export function beginnings(word: string): readonly string[] {
  const letters = [...word];
  if (letters.length < SHORTEST) return letters.length === 0 ? [] : [word];
  const longest = Math.min(letters.length, LONGEST);
  return Array.from({ length: longest - SHORTEST + 1 }, (_, n) => letters.slice(0, SHORTEST + n).join(""));
}

/** The endings of a number that are kept. */
export function endings(digits: string): readonly string[] {
  const longest = Math.min(digits.length, LONGEST);
  return Array.from({ length: Math.max(0, longest - SHORTEST + 1) }, (_, n) => digits.slice(-(SHORTEST + n)));
}

/** What a customer is found by, each as `<kind>:<text>`. None of it may be stored as it is. */
export function wordsToFindBy({ name, phone, email }: Pick<Contact, "name" | "phone" | "email">): ReadonlySet<string> {
  const digits = phone === undefined ? "" : phoneDigits(phone);
  return new Set([
    ...wordsOf(name).flatMap((word) => spellings(word).flatMap((one) => beginnings(one).map((text) => `name:${text}`))),
    ...endings(digits).map((text) => `phone:${text}`),
    ...(digits.length > LONGEST ? [`phone:${digits}`] : []),
    ...(email === undefined
      ? []
      : [`email:${plainEmail(email)}`, ...beginnings(localPart(email)).map((text) => `local:${text}`)]),
  ]);
}
