import type { Contact } from "../../domain/order/events.ts";
import type { OrderStatus } from "../../domain/order/state.ts";
import type { OpenState } from "../../domain/site/opening-hours.ts";
import type { CourierWay, DeliveryPin, NearView } from "../../projections/buyer-views.ts";
import type { MenuItem, OrderView, SiteSummary, SiteView, TicketView } from "../../projections/views.ts";
import type { Seat } from "../state/seats.ts";
import { type Answer, request } from "./request.ts";

export interface Menu {
  readonly siteId: string;
  readonly items: readonly MenuItem[];
  readonly openState: OpenState;
  readonly promisedMinutes?: number | undefined;
}

/** What placing sends: prices are not among it, the server computes them. */
export interface OrderRequest {
  readonly siteId: string;
  readonly lines: readonly {
    readonly sku: string;
    readonly quantity: number;
    readonly note?: string | undefined;
    readonly substitutes?: readonly string[] | undefined;
  }[];
  readonly contact: Contact;
  readonly delivery: { readonly method: "courier" | "parcel" };
  readonly paymentMethod: string;
  /** In which the customer is written to. */
  readonly language?: "en" | "de" | undefined;
}

/** How every command answers. */
export interface CommandAnswer {
  readonly id: string;
  readonly revision: string;
  readonly position: string;
  readonly status: OrderStatus;
  /** When it was recorded; absent where nothing was. */
  readonly at?: string | undefined;
  /** Nothing was recorded: somebody else had done it before. */
  readonly already?: true | undefined;
  readonly warning?: string | undefined;
}

const path = (parts: TemplateStringsArray, ...values: readonly string[]) =>
  parts.reduce((text, part, i) => text + encodeURIComponent(values[i - 1] ?? "") + part);

export interface SitesPage {
  readonly sites: readonly SiteSummary[];
  /** Cursor of the next page. */
  readonly next?: string | undefined;
}

export const getSites = (cursor: string | undefined) =>
  request<SitesPage>(`/api/sites?limit=100${cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`}`, {
    seat: "shop",
  });

export const getSite = (seat: Seat, siteId: string) => request<SiteView>(path`/api/sites/${siteId}`, { seat });

export const getMenu = (siteId: string) => request<Menu>(path`/api/sites/${siteId}/menu`, { seat: "shop" });

/** What can be had at a position; the address of the request says where somebody is, so nothing keeps it. */
export const getNear = (lat: number, lon: number) =>
  request<NearView>(`/api/availability?lat=${lat}&lon=${lon}`, { seat: "shop", tries: 2 });

/** Placing waits up to 2 s for the reservation; its repeats are the caller's, who has kept the key. */
export const postOrder = (body: OrderRequest, key: string): Promise<Answer<CommandAnswer>> =>
  request("/api/orders", { seat: "shop", method: "POST", body, key, timeout: 12_000, tries: 1 });

export const postCancel = (seat: Seat, orderId: string, reason: string | undefined, key: string) =>
  request<CommandAnswer>(path`/api/orders/${orderId}/cancel`, {
    seat,
    method: "POST",
    body: reason === undefined ? {} : { reason },
    key,
  });

export const getOrder = (seat: Seat, orderId: string, after: string | undefined) =>
  request<OrderView>(path`/api/orders/${orderId}`, { seat, after, tries: 2 });

/** How the courier of an order comes along. */
export const getCourierWay = (seat: Seat, orderId: string) =>
  request<CourierWay>(path`/api/orders/${orderId}/courier`, { seat, tries: 1, timeout: 5_000 });

/** What a buyer says to the courier at the door. */
export const getDeliveryPin = (seat: Seat, orderId: string) =>
  request<DeliveryPin>(path`/api/orders/${orderId}/pin`, { seat, tries: 1, timeout: 5_000 });

export const getOrders = (cursor: string | undefined) =>
  request<{ orders: readonly OrderView[]; next?: string }>(
    `/api/orders?limit=50${cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
    { seat: "shop", tries: 2 },
  );

export const getTickets = (siteId: string) =>
  request<{ tickets: readonly TicketView[] }>(path`/api/sites/${siteId}/kitchen`, { seat: "kitchen", tries: 1 });

/** What one touch on a ticket asks for. */
export type KitchenAct =
  | { readonly type: "accept" | "ready" }
  | { readonly type: "reject"; readonly reason: string }
  | { readonly type: "missing"; readonly sku: string }
  | { readonly type: "start" | "complete" | "recall"; readonly stage: string };

/** Sends one touch; `key` is that touch's own, so that a repeat of it does nothing twice. */
export function postKitchenAct(orderId: string, fulfilmentId: string, act: KitchenAct, key: string) {
  const base = path`/api/orders/${orderId}/fulfilments/${fulfilmentId}/`;
  const rest =
    "stage" in act
      ? path`stations/${act.stage}/${act.type}`
      : act.type === "missing"
        ? path`items/${act.sku}/unavailable`
        : act.type;
  const body = act.type === "reject" ? { reason: act.reason } : {};
  return request<CommandAnswer>(base + rest, { seat: "kitchen", method: "POST", body, key, timeout: 5_000 });
}
