import type { Contact } from "../../../domain/order/events.ts";
import { LONGEST, localPart, phoneDigits, plainEmail, SHORTEST, spellings, wordsOf } from "./words.ts";

/** One thing that has to hold of whoever is looked for. */
export interface Term {
  /** Kept words, as `wordsToFindBy` has them: one of them leads to everybody of whom the term can hold. */
  readonly keptWords: readonly string[];
  /** Whether it holds of somebody: kept words are cut short, and the index may be a moment behind. */
  holds(contact: Contact): boolean;
}

const MOST_TERMS = 4;

/**
 * Reads what somebody typed: beginnings of names, the last digits of a phone number (or all of it, with or without the
 * country), the beginning of an email address, each of at least three characters; everything has to hold. Nothing,
 * when there is nothing in it that can be looked for.
 */
export function readQuestion(text: string): readonly Term[] {
  const typed = text.trim();
  if (/^[\d\s+()/.-]+$/.test(typed)) return phoneTerm(typed);
  const terms = typed.split(/\s+/).flatMap((word) => {
    if (word.includes("@")) return emailTerm(word);
    if (/^[\d+()/.-]+$/.test(word)) return phoneTerm(word);
    return nameTerms(word);
  });
  return terms.slice(0, MOST_TERMS);
}

function phoneTerm(text: string): readonly Term[] {
  const typed = text.replace(/\D/g, "");
  if (typed.length < SHORTEST) return [];
  // Short digits may begin with a zero because they are the last ones, or because the whole number is short.
  const whole = phoneDigits(text);
  const candidates = typed.length > LONGEST ? [whole.replace(/^0+/, "")] : [...new Set([typed, whole])];
  return [
    {
      keptWords: candidates.map((digits) => `phone:${digits.slice(-LONGEST)}`),
      holds: ({ phone }) => phone !== undefined && candidates.some((digits) => phoneDigits(phone).endsWith(digits)),
    },
  ];
}

function emailTerm(text: string): readonly Term[] {
  const typed = plainEmail(text);
  const local = localPart(typed);
  if (local.length === 0) return [];
  return [
    {
      keptWords: [`email:${typed}`, `local:${[...local].slice(0, LONGEST).join("")}`],
      holds: ({ email }) => email !== undefined && plainEmail(email).startsWith(typed),
    },
  ];
}

/** Beginnings of a name, or of how an address begins: `anna.berg` may be either. */
function nameTerms(text: string): readonly Term[] {
  const local = plainEmail(text);
  const keptAddress = local.length < SHORTEST ? [] : [`local:${[...local].slice(0, LONGEST).join("")}`];
  return wordsOf(text).map((word): Term => {
    const ways = spellings(word);
    const kept = ways.map((way) => `name:${[...way].slice(0, LONGEST).join("")}`);
    return {
      keptWords: [...new Set([...kept, ...keptAddress])],
      holds: ({ name, email }) =>
        ways.some((way) => nameBegins(name, way)) || (email !== undefined && localPart(email).startsWith(local)),
    };
  });
}

const nameBegins = (name: string, beginning: string): boolean =>
  wordsOf(name).some((word) =>
    spellings(word).some((way) => (beginning.length < SHORTEST ? way === beginning : way.startsWith(beginning))),
  );
