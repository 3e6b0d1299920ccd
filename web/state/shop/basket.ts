import { type Money, money, priceOf } from "../../../domain/money/money.ts";
import type { MenuItem } from "../../../projections/views.ts";
import { storedSignal } from "../stored.ts";
import type { ShownMenu } from "./menu.ts";

/** A wish of the buyer: how many pieces, or grams. */
export interface Wish {
  readonly quantity: number;
  readonly note?: string | undefined;
}

type Basket = Readonly<Record<string, Wish>>;

const baskets = storedSignal<Readonly<Record<string, Basket>>>("baskets", {});

/** What has been chosen at a site, by SKU, in the order of choosing. */
export const basketAt = (siteId: string): Basket => baskets.signal.value[siteId] ?? {};

const put = (siteId: string, basket: Basket) => baskets.set({ ...baskets.signal.value, [siteId]: basket });

/** Sets how much of an item is wanted; none takes it out. */
export function setQuantity(siteId: string, sku: string, quantity: number): void {
  const { [sku]: wish, ...others } = basketAt(siteId);
  if (quantity <= 0) put(siteId, others);
  else put(siteId, { ...basketAt(siteId), [sku]: { ...wish, quantity } });
}

export function setNote(siteId: string, sku: string, note: string): void {
  const wish = basketAt(siteId)[sku];
  if (wish) put(siteId, { ...basketAt(siteId), [sku]: { ...wish, note: note === "" ? undefined : note } });
}

/** Puts a whole basket in place, such as that of an order that could not be made. */
export const fillBasket = (siteId: string, basket: Basket): unknown => put(siteId, basket);

export const emptyBasket = (siteId: string): unknown => put(siteId, {});

/** How much one press adds: a piece, or 100 g. */
export const stepOf = (item: Pick<MenuItem, "unit">): number => (item.unit === "g" ? 100 : 1);

/** One line of the basket with its price, and how much of it there still is. */
export interface BasketLine {
  readonly item: MenuItem;
  readonly quantity: number;
  readonly note: string;
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
  /** True when every line can be had as far as the menu knows. */
  readonly available: boolean;
}

/** The basket at the menu's prices. The server computes its own; these are what the buyer is shown before. */
export function priced(menu: ShownMenu, basket: Basket): PricedBasket {
  const lines = Object.entries(basket).flatMap(([sku, { quantity, note }]): BasketLine[] => {
    const item = menu.items.find((candidate) => candidate.sku === sku);
    if (!item) return [];
    const price = priceOf(item.price, { amount: quantity, unit: item.unit });
    return [{ item, quantity, note: note ?? "", price, short: quantity > item.available }];
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
    available: lines.length > 0 && lines.every((line) => !line.short),
  };
}
