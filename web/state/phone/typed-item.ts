import type { MenuItem } from "../../../projections/views.ts";

/** What was typed into the field for items: how much, and of what. */
export interface Typed {
  readonly quantity: number | undefined;
  readonly text: string;
}

const MOST = 1_000_000;

/** Reads `3 cheese`, `3x cheese`, `cheese 3`, `250 g flour` and `cheese`. A number alone is how much, of nothing yet. */
export function readTyped(typed: string): Typed {
  const text = typed.trim().replace(/\s+/g, " ");
  const before = /^(\d{1,7})\s*(?:x|×|g|mal)?\s(.+)$/i.exec(`${text} `.replace(/ $/, " "));
  const found = before ?? /^(\d{1,7})\s*(?:x|×)\s*(.*)$/i.exec(text);
  if (found) return typedOf(found[1], found[2]);
  const after = /^(.*\D)\s(?:x|×)?\s?(\d{1,7})\s?g?$/i.exec(text);
  if (after) return typedOf(after[2], after[1]);
  return /^\d{1,7}$/.test(text) ? typedOf(text, "") : { quantity: undefined, text };
}

const typedOf = (digits = "", text = ""): Typed => {
  const quantity = Number(digits);
  return { quantity: quantity > 0 && quantity <= MOST ? quantity : undefined, text: text.trim() };
};

/** Lower case without marks, so that `kase` finds Käsekuchen. */
const plain = (text: string): string =>
  text.toLowerCase().replaceAll("ß", "ss").normalize("NFKD").replace(/\p{M}/gu, "");

/**
 * Items that fit what was typed, the best first: whose name begins with it, of which a word does, in which it stands. What
 * can be had comes before what is sold out.
 */
export function matching(items: readonly MenuItem[], text: string, most: number): readonly MenuItem[] {
  const wanted = plain(text).split(" ").filter(Boolean);
  const [first = ""] = wanted;
  const ranked = items.flatMap((item) => {
    const name = plain(item.name);
    if (!wanted.every((word) => name.includes(word) || item.sku.includes(word))) return [];
    const place = name.startsWith(first) ? 0 : name.split(/[\s-]+/).some((word) => word.startsWith(first)) ? 1 : 2;
    return [{ item, rank: place + (item.available > 0 ? 0 : 3) }];
  });
  return ranked
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map(({ item }) => item);
}
