import { type Money, money, priceOf, taxIncluded } from "../../../domain/money/money.ts";
import type { MenuItem } from "../../../projections/views.ts";
import type { ShownMenu } from "./menu.ts";

/** A wish of the buyer: how many pieces, or grams. */
export interface Wish {
  readonly quantity: number;
  readonly note?: string | undefined;
  /** What may come in its place should it be missing, best first. */
  readonly substitutes?: readonly string[] | undefined;
}

/** What was chosen at a site, by SKU. */
export type Basket = Readonly<Record<string, Wish>>;

/**
 * What may stand in for an item at all: the server takes nothing dearer, nothing sold by another unit, and nothing that
 * is ordered anyway. What is sold out now is of no help. The dearest first: it is the likest.
 */
export const standIns = (menu: ShownMenu, item: MenuItem, basket: Basket): readonly MenuItem[] =>
  menu.items
    .filter(
      (other) =>
        basket[other.sku] === undefined &&
        other.sku !== item.sku &&
        other.unit === item.unit &&
        other.price.currency === item.price.currency &&
        other.price.amount <= item.price.amount &&
        other.available >= stepOf(other),
    )
    .sort((a, b) => b.price.amount - a.price.amount || a.name.localeCompare(b.name));

/** How much one press adds: a piece, or 100 g. */
export const stepOf = (item: Pick<MenuItem, "unit">): number => (item.unit === "g" ? 100 : 1);

/** One line of the basket with its price, and how much of it there still is. */
export interface BasketLine {
  readonly item: MenuItem;
  readonly quantity: number;
  readonly note: string;
  /** Those chosen that may still stand in for it, best first. */
  readonly substitutes: readonly MenuItem[];
  readonly price: Money;
  readonly short: boolean;
}

export interface PricedBasket {
  readonly lines: readonly BasketLine[];
  /** Pieces in all; a line by weight counts as one. */
  readonly count: number;
  readonly subtotal: Money;
  readonly fee: Money;
  readonly total: Money;
  /** The tax in the prices, by rate in basis points, the highest first. */
  readonly taxes: readonly { readonly basisPoints: number; readonly amount: Money }[];
  /** True when every line can be had as far as the menu knows. */
  readonly available: boolean;
}

/** The basket at the menu's prices. The server computes its own; these are what the buyer is shown before. */
export function priced(menu: ShownMenu, basket: Basket): PricedBasket {
  const lines = Object.entries(basket).flatMap(([sku, { quantity, note, substitutes = [] }]): BasketLine[] => {
    const item = menu.items.find((candidate) => candidate.sku === sku);
    if (!item) return [];
    const price = priceOf(item.price, { amount: quantity, unit: item.unit });
    const allowed = substitutes.length > 0 ? standIns(menu, item, basket) : [];
    const chosen = substitutes.flatMap((one) => allowed.find((other) => other.sku === one) ?? []);
    return [{ item, quantity, note: note ?? "", substitutes: chosen, price, short: quantity > item.available }];
  });
  const currency = menu.site.currency;
  const subtotal = money(
    lines.reduce((sum, line) => sum + line.price.amount, 0),
    currency,
  );
  const fee = money(menu.site.deliveryFee, currency);
  return {
    lines,
    count: lines.reduce((sum, line) => sum + (line.item.unit === "each" ? line.quantity : 1), 0),
    subtotal,
    fee,
    total: money(subtotal.amount + fee.amount, currency),
    taxes: taxesOf(lines),
    available: lines.length > 0 && lines.every((line) => !line.short),
  };
}

function taxesOf(lines: readonly BasketLine[]): PricedBasket["taxes"] {
  const byRate = new Map<number, Money>();
  for (const { item, price } of lines) {
    const tax = taxIncluded(price, item.taxBasisPoints);
    const before = byRate.get(item.taxBasisPoints)?.amount ?? 0;
    byRate.set(item.taxBasisPoints, { ...tax, amount: before + tax.amount });
  }
  return [...byRate]
    .map(([basisPoints, amount]) => ({ basisPoints, amount }))
    .filter(({ amount }) => amount.amount > 0)
    .sort((a, b) => b.basisPoints - a.basisPoints);
}
