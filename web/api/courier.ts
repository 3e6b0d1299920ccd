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

/** One try: what is not answered stays with the caller, who has kept the key. */
export const postCourierAct = (orderId: string, act: CourierAct, proof: string | undefined, key: string) =>
  request<CommandAnswer>(`/api/orders/${enc(orderId)}/delivery/${act}`, {
    seat,
    method: "POST",
    body: proof === undefined ? {} : { proof },
    key,
    timeout: 8_000,
    tries: 1,
  });
