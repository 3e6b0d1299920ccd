import type { Money } from "../../domain/money/money.ts";
import type { Language } from "../../domain/order/events.ts";
import type { OrderView, TimelineEntry } from "../../projections/views.ts";
import { request } from "./request.ts";

const enc = encodeURIComponent;
const READ = { seat: "desk", tries: 2 } as const;
const acted = (key: string, body: unknown) => ({ seat: "desk", method: "POST", key, body, tries: 2 }) as const;

/** A piece of a search text and what it was taken for. */
export interface Understood {
  readonly text: string;
  readonly as: string;
  readonly value: string;
}

export interface FoundOrders {
  readonly orders: readonly OrderView[];
  readonly next?: string | undefined;
  readonly search?: { readonly understood: readonly Understood[]; readonly notUnderstood: readonly string[] };
}

/** Orders that a text means, newest first; without a text the newest of all. */
export const findOrders = (q: string, cursor?: string) => {
  const asked = new URLSearchParams({ limit: "30", timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone });
  if (q !== "") asked.set("q", q);
  if (cursor !== undefined) asked.set("cursor", cursor);
  return request<FoundOrders>(`/api/orders?${asked}`, READ);
};

/** An open order that has stood in its step for too long. */
export interface StuckOrder {
  readonly orderId: string;
  readonly status: OrderView["status"];
  readonly since: string;
  readonly forMs: number;
  readonly waitingFor?: { readonly whom: string; readonly what: string; readonly next?: string };
}

export const getStuckOrders = () =>
  request<{ readonly orders: readonly StuckOrder[]; readonly more: boolean }>("/api/radar/stuck-orders?limit=20", READ);

export interface StoryLine {
  readonly about: "placed" | "happened" | "wrong";
  readonly tone: "plain" | "good" | "warn" | "bad";
  readonly sentence: string;
  /** Revisions of the events that say so. */
  readonly sources: readonly string[];
}

/** Work on an order that waits for somebody's decision. */
export interface SetAside {
  readonly letterId: string;
  readonly consumer: string;
  readonly since: string;
  readonly sentence: string;
  readonly work: string;
}

export interface Timeline {
  readonly events: readonly TimelineEntry[];
  readonly setAside?: readonly SetAside[];
  readonly story: {
    readonly at: string;
    readonly lines: readonly StoryLine[];
    readonly stands?: { readonly at: string; readonly forMs: number; readonly limitMs: number };
  };
  readonly next?: string;
}

/** The timeline after a revision; of a long one the first page, which says how to go on. */
export const getTimeline = (orderId: string, language: Language, since: string | undefined, cursor?: string) => {
  const asked = new URLSearchParams({ language, limit: "1000" });
  if (since !== undefined) asked.set("since", since);
  if (cursor !== undefined) asked.set("cursor", cursor);
  return request<Timeline>(`/api/orders/${enc(orderId)}/timeline?${asked}`, READ);
};

export const getCase = (orderId: string) => request<OrderView>(`/api/orders/${enc(orderId)}`, READ);

/** The order as its customer saw it after an event. */
export const getAsOf = (orderId: string, revision: string) =>
  request<OrderView>(`/api/orders/${enc(orderId)}/as-of/${enc(revision)}`, READ);

export interface Integrity {
  readonly verified: boolean;
  readonly events: number;
  readonly findings: readonly { readonly revision: string; readonly reason: string; readonly detail: string }[];
  readonly head?: { readonly revision: string; readonly hash: string };
  readonly witnessed?: string;
}

export const getIntegrity = (orderId: string) => request<Integrity>(`/api/orders/${enc(orderId)}/integrity`, READ);

/** What the customer was told, in the words that were sent. */
export interface SentMessage {
  readonly revision: string;
  readonly subject: string;
  readonly text: string;
  readonly language: Language;
}

export const getMessages = (orderId: string) =>
  request<{ readonly messages: readonly SentMessage[] }>(`/api/orders/${enc(orderId)}/messages`, READ);

/** What cancelling would do. */
export interface Consequence {
  readonly about: "money" | "stock" | "site" | "courier" | "parcel" | "customer";
  readonly what: "refunded" | "stopped" | "nothing" | "released" | "used_up" | "told" | "withdrawn" | "taken_back";
  readonly amount?: Money;
  readonly fulfilmentId?: string;
}

export interface CancelPreview {
  readonly possible: boolean;
  readonly consequences?: readonly Consequence[];
  readonly code?: string;
  readonly detail?: string;
}

export const getCancelPreview = (orderId: string) => request<CancelPreview>(`/api/orders/${enc(orderId)}/cancel`, READ);

export const postCancelFor = (orderId: string, reason: string, key: string) =>
  request<{ readonly position: string }>(`/api/orders/${enc(orderId)}/cancel`, acted(key, { reason }));

/** Why no orders are taken from a customer, and why they are again. */
export const postHold = (customerId: string, act: "hold" | "lift-hold", cause: string, key: string) =>
  request<unknown>(`/api/customers/${enc(customerId)}/${act}`, acted(key, { cause }));

export const getCustomer = (customerId: string) =>
  request<{ readonly held: boolean }>(`/api/customers/${enc(customerId)}`, READ);
