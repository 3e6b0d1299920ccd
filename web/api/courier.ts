import type { CourierWork, OrderView } from "../../projections/views.ts";
import type { CommandAnswer } from "./endpoints.ts";
import { request } from "./request.ts";

const enc = encodeURIComponent;
const seat = "courier";

/** What a courier says of an order. */
export type CourierAct = "accept" | "decline" | "arrive" | "pick-up" | "deliver";

export const getWork = (courierId: string, after: string | undefined) =>
  request<CourierWork>(`/api/couriers/${enc(courierId)}/work`, { seat, after, tries: 1, timeout: 5_000 });

export const getCities = () => request<{ readonly cities: readonly string[] }>("/api/cities", { seat, tries: 2 });

export const getCarried = (orderId: string) =>
  request<OrderView>(`/api/orders/${enc(orderId)}`, { seat, tries: 1, timeout: 5_000 });

export const postShift = (courierId: string, change: "start" | "end", city: string | undefined, key: string) =>
  request<CommandAnswer>(`/api/couriers/${enc(courierId)}/shift/${change}`, {
    seat,
    method: "POST",
    body: change === "start" && city !== undefined ? { city } : {},
    key,
    timeout: 6_000,
    tries: 2,
  });

/** What a delivery is proved with. */
export interface DeliveryProof {
  /** As the customer says it. */
  readonly pin?: string | undefined;
  /** Where it is, or who has it. */
  readonly proof?: string | undefined;
}

/** One try: what is not answered stays with the caller, who has kept the key. */
export const postCourierAct = (orderId: string, act: CourierAct, { pin, proof }: DeliveryProof, key: string) =>
  request<CommandAnswer>(`/api/orders/${enc(orderId)}/delivery/${act}`, {
    seat,
    method: "POST",
    body: { pin, proof },
    key,
    timeout: 8_000,
    tries: 1,
  });

/** Where this phone is, in integer microdegrees. One try, and never again: the next one is newer. */
export const postPosition = (courierId: string, position: { readonly lat: number; readonly lon: number }) =>
  request<{ readonly taken: boolean }>(`/api/couriers/${enc(courierId)}/position`, {
    seat,
    method: "POST",
    body: position,
    timeout: 4_000,
    tries: 1,
  });
