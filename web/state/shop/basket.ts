import { storedSignal } from "../stored.ts";
import type { Basket } from "./pricing.ts";

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

/** The API takes no more substitutes for a line. */
export const MOST_SUBSTITUTES = 5;

/** Chooses what may come in place of an item, best first; none gives its price back. */
export function setSubstitutes(siteId: string, sku: string, substitutes: readonly string[]): void {
  const wish = basketAt(siteId)[sku];
  if (!wish) return;
  const chosen = [...new Set(substitutes)].slice(0, MOST_SUBSTITUTES);
  put(siteId, { ...basketAt(siteId), [sku]: { ...wish, substitutes: chosen.length > 0 ? chosen : undefined } });
}

/** Puts a whole basket in place, such as that of an order that could not be made. */
export const fillBasket = (siteId: string, basket: Basket): unknown => put(siteId, basket);

export const emptyBasket = (siteId: string): unknown => put(siteId, {});
