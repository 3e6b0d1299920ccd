import type { BulkKind } from "../../domain/catalogue/bulk.ts";
import type { Item, ItemDetails } from "../../domain/catalogue/item.ts";
import type { SiteDetails, SuspendCause } from "../../domain/site/site.ts";
import type { SiteSummary, SiteView } from "../../projections/views.ts";
import type { CommandAnswer } from "./endpoints.ts";
import { request } from "./request.ts";

// What those who keep the catalogue ask for, from the desk's seat.

const seat = "desk";
const enc = encodeURIComponent;
const query = (given: Readonly<Record<string, string | undefined>>): string =>
  Object.entries(given)
    .flatMap(([name, value]) => (value === undefined || value === "" ? [] : [`${name}=${enc(value)}`]))
    .join("&");

/** A page of a list. */
export interface Listed<T> {
  readonly entries: readonly T[];
  readonly next: string | undefined;
}

export async function listItems(text: string, withdrawn: boolean, cursor?: string, limit = 50): Promise<Listed<Item>> {
  const asked = query({ q: text.trim(), withdrawn: withdrawn ? "true" : undefined, cursor, limit: String(limit) });
  const { data } = await request<{ items: readonly Item[]; next?: string }>(`/api/items?${asked}`, { seat, tries: 2 });
  return { entries: data.items, next: data.next };
}

export async function listSites(text: string, closed: boolean, cursor?: string): Promise<Listed<SiteSummary>> {
  const asked = query({ q: text.trim(), closed: closed ? "true" : undefined, cursor, limit: "50" });
  const { data } = await request<{ sites: readonly SiteSummary[]; next?: string }>(`/api/sites?${asked}`, {
    seat,
    tries: 2,
  });
  return { entries: data.sites, next: data.next };
}

export async function wholeSites(cursor?: string): Promise<Listed<SiteView>> {
  const { data } = await request<{ sites: readonly SiteView[]; next?: string }>(
    `/api/catalogue/sites?${query({ cursor, limit: "50" })}`,
    { seat, tries: 2 },
  );
  return { entries: data.sites, next: data.next };
}

export const getItem = (sku: string, after?: string) =>
  request<Item>(`/api/items/${enc(sku)}`, { seat, after, tries: 2 });

export const getSite = (siteId: string, after?: string) =>
  request<SiteView>(`/api/sites/${enc(siteId)}`, { seat, after, tries: 2 });

/** One thing that somebody changed, as its event says it. */
export interface Change {
  readonly revision: string;
  readonly type: string;
  readonly at: string;
  readonly actor: { readonly type: string; readonly id: string };
  readonly data: Readonly<Record<string, unknown>>;
}

export const getHistory = (kind: BulkKind, id: string) =>
  request<{ readonly changes: readonly Change[] }>(`/api/${kind}/${enc(id)}/history`, { seat, tries: 2 });

const send = (path: string, method: "POST" | "PATCH", body: unknown, key: string, from?: string) =>
  request<CommandAnswer>(path, { seat, method, body, key, from });

export const createItem = (sku: string, details: ItemDetails, key: string) =>
  send("/api/items", "POST", { sku, ...details }, key);

export const createSite = (siteId: string, details: SiteDetails, key: string) =>
  send("/api/sites", "POST", { siteId, ...details }, key);

/** Changes what is named, made from a revision: refused when somebody else has changed it since. */
export const changeEntry = (kind: BulkKind, id: string, details: object, from: string, key: string) =>
  send(`/api/${kind}/${enc(id)}`, "PATCH", details, key, from);

export const withdrawItem = (sku: string, key: string) => send(`/api/items/${enc(sku)}/withdraw`, "POST", {}, key);

export const actOnSite = (siteId: string, act: "resume" | "close", key: string) =>
  send(`/api/sites/${enc(siteId)}/${act}`, "POST", {}, key);

export const suspendSite = (siteId: string, cause: SuspendCause, key: string) =>
  send(`/api/sites/${enc(siteId)}/suspend`, "POST", { cause }, key);

/** Stock of an item at a site, as those see it who keep it. */
export interface StockLevel {
  readonly sku: string;
  readonly available: number;
  readonly unavailable: boolean;
  readonly onHand?: number | undefined;
  readonly reserved?: number | undefined;
}

export const getStock = (siteId: string, cursor: string | undefined, after?: string) =>
  request<{ readonly stock: readonly StockLevel[]; readonly next?: string }>(
    `/api/sites/${enc(siteId)}/availability?${query({ cursor, limit: "500" })}`,
    { seat, after, tries: 2 },
  );

export const receiveStock = (siteId: string, sku: string, quantity: number, key: string) =>
  send(`/api/sites/${enc(siteId)}/stock/receive`, "POST", { lines: [{ sku, quantity }] }, key);

export const countStock = (siteId: string, sku: string, onHand: number, key: string) =>
  send(`/api/sites/${enc(siteId)}/stock/count`, "POST", { sku, onHand }, key);

export const offerItem = (siteId: string, sku: string, available: boolean, key: string) =>
  send(`/api/sites/${enc(siteId)}/stock/availability`, "POST", { sku, available }, key);

/** What an entry of a file would do, or has done. */
export interface Outcome {
  readonly outcome: "created" | "changed" | "unchanged" | "refused";
  readonly id?: string | undefined;
  readonly changes: readonly { readonly field: string; readonly before?: unknown; readonly after: unknown }[];
  readonly fault?: string | undefined;
}

/** `check` writes nothing. Sending the same again does nothing twice, so it is repeated by whoever has the file. */
export const sendEntries = (kind: BulkKind, act: "check" | "import", entries: readonly unknown[]) =>
  request<{ readonly outcomes: readonly Outcome[] }>(`/api/catalogue/${kind}/${act}`, {
    seat,
    method: "POST",
    body: { entries },
    timeout: 14_000,
    tries: 1,
  });
