import { computed, effect } from "@preact/signals";
import { type Money, money, priceOf } from "../../../domain/money/money.ts";
import type { CustomerView, MenuItem } from "../../../projections/views.ts";
import type { Menu } from "../../api/endpoints.ts";
import {
  citiesThere,
  type FoundCustomers,
  findCustomers,
  getCustomer,
  lastOrdersOf,
  menuPage,
  type OrdersPage,
  type Site,
  sitesOf,
} from "../../api/phone.ts";
import { latest } from "../latest.ts";
import { change, type DraftLine, draft } from "./draft.ts";
import { cityOf, rankSites } from "./nearness.ts";

const SHOWN = 8;
const TYPING_MS = 200;
const SHORTEST = 3;
/** Pages of a menu that are read, a thousand items each. */
const MOST_PAGES = 10;
const STOCK_EVERY_MS = 15_000;

/** What the page knows besides what was typed: found customers, their last orders, sites, the menu of the site. */
export const found = latest<FoundCustomers>();
export const lastOrders = latest<OrdersPage>();
export const places = latest<readonly Site[]>();
export const menu = latest<Menu>();

/** Whether so much was typed that somebody can be looked for. */
export const canFind = (text: string): boolean => text.trim().length >= SHORTEST;

/** Looks for customers again, for what stands in the field. */
export function findAgain(): void {
  const text = draft.peek().search.trim();
  found.ask(canFind(text) ? async () => (await findCustomers(text, SHOWN)).data : undefined, true);
}

/** More of those that were found. */
export function findMore(): void {
  const text = draft.peek().search.trim();
  const known = found.data.peek();
  if (known?.next === undefined) return;
  const { next } = known;
  found.ask(async () => {
    const { data } = await findCustomers(text, SHOWN, next);
    return { customers: [...known.customers, ...data.customers], next: data.next };
  }, true);
}

const customerId = computed(() => draft.value.customer?.customerId);
const address = computed(() => draft.value.customer?.contact.address);

async function sitesFor(where: string | undefined): Promise<readonly Site[]> {
  const [warehouses, cities] = await Promise.all([sitesOf({ kind: "warehouse" }), citiesThere()]);
  const city = cityOf(where, cities.data.cities);
  const others = await sitesOf(city === undefined ? {} : { city });
  const all = new Map([...others.data.sites, ...warehouses.data.sites].map((site) => [site.siteId, site]));
  return [...all.values()];
}

/** The sites that an order can come from, the likeliest first. */
export const ranked = computed(() =>
  rankSites(places.data.value ?? [], {
    method: draft.value.method,
    contact: draft.value.customer?.contact,
    lastSiteId: lastOrders.data.value?.orders[0]?.fulfilments[0]?.siteId,
  }),
);

/** The site of the order: as chosen, else the likeliest. */
export const site = computed<Site | undefined>(() => {
  const chosen = draft.value.siteId;
  return (ranked.value.find((one) => one.site.siteId === chosen) ?? ranked.value[0])?.site;
});
const siteId = computed(() => site.value?.siteId);

async function wholeMenu(id: string): Promise<Menu> {
  const first = (await menuPage(id, undefined)).data;
  const items: MenuItem[] = [...first.items];
  let { next } = first;
  for (let page = 1; next !== undefined && page < MOST_PAGES; page++) {
    const { data } = await menuPage(id, next);
    items.push(...data.items);
    next = data.next;
  }
  return { ...first, items };
}

/** A line of the basket as the site's menu has it now. */
export interface PricedLine extends DraftLine {
  readonly sum: Money;
  /** How many there are; undefined when the site does not sell it, or the menu is not there yet. */
  readonly available: number | undefined;
  readonly fault: "not_sold" | "sold_out" | "too_few" | undefined;
}

/** The basket at today's prices. The server computes its own; these are what is said to the customer before. */
export const basket = computed(() => {
  const items = menu.data.value?.siteId === siteId.value ? menu.data.value?.items : undefined;
  const bySku = new Map(items?.map((item) => [item.sku, item]));
  const lines = draft.value.lines.map((line): PricedLine => {
    const item = bySku.get(line.sku);
    const price = item?.price ?? line.price;
    const available = item?.available;
    const sum = priceOf(price, { amount: line.quantity, unit: line.unit });
    return { ...line, price, sum, available, fault: items && faultOf(line.quantity, available) };
  });
  const currency = site.value?.currency ?? lines[0]?.price.currency ?? "EUR";
  const fee = lines.length === 0 ? 0 : (site.value?.deliveryFee ?? 0);
  const subtotal = lines.reduce((total, { sum }) => total + sum.amount, 0);
  return { lines, fee: money(fee, currency), total: money(subtotal + fee, currency) };
});

function faultOf(quantity: number, available: number | undefined): PricedLine["fault"] {
  if (available === undefined) return "not_sold";
  if (available <= 0) return "sold_out";
  return available < quantity ? "too_few" : undefined;
}

/** Reads everything anew that could not be read. */
export function readPlaces(): void {
  const where = address.peek();
  places.ask(() => sitesFor(where), true);
}

export function readStock(keep = true): void {
  const id = siteId.peek();
  menu.ask(id === undefined ? undefined : () => wholeMenu(id), keep);
}

/** The newest of a customer, where it has changed since they were found. */
async function refreshCustomer(id: string): Promise<void> {
  try {
    const { data } = await getCustomer(id);
    if (draft.peek().customer?.customerId === id) change({ customer: data });
  } catch {
    // What was found stays; placing finds out by itself.
  }
}

/** Begins to follow the call; returns how to end that. */
export function followCall(): () => void {
  let typing: ReturnType<typeof setTimeout> | undefined;
  const known = draft.peek().customer?.customerId;
  if (known !== undefined) void refreshCustomer(known);
  const search = computed(() => draft.value.search.trim());
  const endings = [
    effect(() => {
      const text = search.value;
      clearTimeout(typing);
      if (canFind(text)) typing = setTimeout(findAgain, TYPING_MS);
      else found.ask(undefined);
    }),
    effect(() => {
      const id = customerId.value;
      lastOrders.ask(id === undefined ? undefined : async () => (await lastOrdersOf(id)).data);
    }),
    effect(() => {
      const where = address.value;
      places.ask(() => sitesFor(where), true);
    }),
    effect(() => {
      const id = siteId.value;
      menu.ask(id === undefined ? undefined : () => wholeMenu(id));
    }),
  ];
  const stock = setInterval(() => {
    if (document.visibilityState === "visible") readStock();
  }, STOCK_EVERY_MS);
  return () => {
    clearTimeout(typing);
    clearInterval(stock);
    for (const end of endings) end();
  };
}

/** Takes a customer for the call. */
export const takeCustomer = (customer: CustomerView): boolean =>
  change({ customer, search: "", typing: undefined, siteId: undefined });
