import type { CustomerView } from "../../projections/views.ts";
import type { SentContact } from "../state/shop/contact.ts";
import { request } from "./request.ts";

const seat = "shop";

/** What every command on a customer answers with. */
export interface CustomerAnswer {
  readonly id: string;
  readonly position: string;
}

export const getCustomer = (customerId: string, after: string | undefined) =>
  request<CustomerView>(`/api/customers/${encodeURIComponent(customerId)}`, { seat, after, tries: 2 });

/** Registers the account of whoever is signed in. */
export const postCustomer = (contact: SentContact, key: string) =>
  request<CustomerAnswer>("/api/customers", { seat, method: "POST", body: { contact }, key });

export const putContact = (customerId: string, contact: SentContact, key: string) =>
  request<CustomerAnswer>(`/api/customers/${encodeURIComponent(customerId)}/contact`, {
    seat,
    method: "PUT",
    body: { contact },
    key,
  });
