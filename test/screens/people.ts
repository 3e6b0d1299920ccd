const FIRST = ["Jonas", "Aylin", "Emil", "Sofia", "Noah", "Lena", "Tariq", "Mia", "Jürgen", "Zoë"];
const LAST = ["Weber", "Yılmaz", "Schneider", "Okafor", "Lindqvist", "Müller-Lüdenscheidt"];
const STREETS = ["Torstr.", "Oranienstr.", "Kastanienallee", "Sonnenallee", "Karl-Marx-Str."];

/** Somebody who can be reached. */
export interface Contact {
  readonly name: string;
  readonly email: string;
  readonly phone: string;
  readonly address: string;
}

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll("ı", "i")
    .normalize("NFD")
    .replace(/[^a-z-]/g, "");

/** The n-th of very many people, all different, always the same. */
export function person(n: number): Contact {
  const first = FIRST[n % FIRST.length] ?? "";
  const last = LAST[Math.floor(n / FIRST.length) % LAST.length] ?? "";
  const round = Math.floor(n / (FIRST.length * LAST.length));
  const more = round === 0 ? "" : ` ${String.fromCharCode(64 + round)}.`;
  return {
    name: `${first}${more} ${last}`,
    email: `${plain(first)}.${plain(last)}${round === 0 ? "" : round}@example.org`,
    phone: `+49 170 4455${String(100 + n).padStart(4, "0")}`,
    address: `${STREETS[n % STREETS.length]} ${1 + (n % 90)}, Berlin`,
  };
}

/** Those who call support. */
export const CALLERS: readonly Contact[] = Array.from({ length: 24 }, (_, n) => person(n));
