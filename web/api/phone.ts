import type { Contact, SiteKind } from "../../domain/order/events.ts";
import type { CustomerView, OrderView, SiteSummary } from "../../projections/views.ts";
import type { CommandAnswer, Menu, OrderRequest, SitesPage } from "./endpoints.ts";
import { type Answer, request } from "./request.ts";

// What an admin with a headset asks for, from the desk's seat.

const seat = "desk";
const enc = encodeURIComponent;

/** Customers of whom what was typed holds, a page of them. */
export interface FoundCustomers {
  readonly customers: readonly CustomerView[];
  readonly next?: string | undefined;
}

export const findCustomers = (text: string, limit: number, cursor?: string) =>
  request<FoundCustomers>(
    `/api/customers?q=${enc(text)}&limit=${limit}${cursor === undefined ? "" : `&cursor=${enc(cursor)}`}`,
    { seat, tries: 2 },
  );

export const getCustomer = (customerId: string, after?: string) =>
  request<CustomerView>(`/api/customers/${enc(customerId)}`, { seat, after, tries: 2 });

export const postCustomer = (contact: Contact, key: string) =>
  request<CommandAnswer>("/api/customers", { seat, method: "POST", body: { contact }, key });

export const putContact = (customerId: string, contact: Contact, key: string) =>
  request<CommandAnswer>(`/api/customers/${enc(customerId)}/contact`, { seat, method: "PUT", body: { contact }, key });

export interface OrdersPage {
  readonly orders: readonly OrderView[];
  readonly next?: string | undefined;
}

export const lastOrdersOf = (customerId: string) =>
  request<OrdersPage>(`/api/orders?customerId=${enc(customerId)}&limit=5`, { seat, tries: 2 });

/** Phone orders placed at or after a time, the newest first. */
export const phoneOrdersFrom = (from: string, after: string | undefined) =>
  request<OrdersPage>(`/api/orders?channel=phone&from=${enc(from)}&limit=50`, { seat, after, tries: 1 });

/** Sites of a kind or a city, or the first ones of all. */
export const sitesOf = (asked: { readonly kind?: SiteKind; readonly city?: string }) =>
  request<SitesPage>(
    `/api/sites?limit=100${asked.kind ? `&kind=${asked.kind}` : ""}${asked.city ? `&city=${enc(asked.city)}` : ""}`,
    { seat, tries: 2 },
  );

export const citiesThere = () => request<{ readonly cities: readonly string[] }>("/api/cities", { seat, tries: 2 });

/** A menu in pages of a thousand. */
export const menuPage = (siteId: string, cursor: string | undefined) =>
  request<Menu & { readonly next?: string | undefined }>(
    `/api/sites/${enc(siteId)}/menu${cursor === undefined ? "" : `?cursor=${enc(cursor)}`}`,
    { seat, tries: 2 },
  );

export interface PhoneOrder extends Omit<OrderRequest, "contact"> {
  readonly customerId: string;
}

/** Its repeats are the caller's, who has kept the key. */
export const postPhoneOrder = (body: PhoneOrder, key: string): Promise<Answer<CommandAnswer>> =>
  request("/api/phone-orders", { seat, method: "POST", body, key, timeout: 12_000, tries: 1 });

export type Site = SiteSummary;
