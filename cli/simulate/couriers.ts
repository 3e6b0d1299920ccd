import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { CourierView, OrderView } from "../../projections/views.ts";
import { ApiClient } from "./api-client.ts";
import { strikes } from "./mishaps.ts";
import type { WorldOptions, WorldStats } from "./options.ts";
import { ride } from "./ride.ts";

const LOOK_MS = 400;

/** A courier's id, the same in every run with the same seed. */
export function courierId(seed: number, n: number): string {
  const hex = createHash("sha256").update(`courier ${seed} ${n}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** One courier on shift who takes every order that is offered, but for mishaps. */
export async function courier(options: WorldOptions, stats: WorldStats, n: number): Promise<void> {
  const { base, signal, seed, city, mishapShare = 0 } = options;
  const id = courierId(seed, n);
  const client = new ApiClient(base, { role: "courier", id }, signal, options.heard);
  await client.post(`/api/couriers/${id}/shift/start`, { city }, `shift-${id}`);
  while (!signal.aborted) {
    const { body } = await client.get(`/api/couriers/${id}`);
    const view = body as unknown as CourierView | undefined;
    if (view?.orderId) await carry(view.orderId);
    await sleep(LOOK_MS, undefined, { signal });
  }

  async function carry(orderId: string): Promise<void> {
    const { status, body } = await client.get(`/api/orders/${orderId}`);
    if (status !== 200) return;
    const order = body as unknown as OrderView;
    if (order.courier.courierId !== id || order.status === "delivered") return;
    // Asked again after a no, the courier does all of it anew: each attempt has keys of its own.
    const { attempt } = order.courier;
    const act = async (what: string) => {
      const key = `${orderId}-${what}-${id}-${attempt}`;
      return (await client.post(`/api/orders/${orderId}/delivery/${what}`, {}, key)).status < 300;
    };
    if (!order.courier.accepted && strikes(mishapShare, `${orderId}/${id}/${order.courier.attempt}`)) {
      await act("decline");
      return;
    }
    if (!order.courier.accepted && !(await act("accept"))) return;
    if (!order.courier.arrived && !(await act("arrive"))) return;
    // Not ready yet is answered with a conflict: the courier waits at the site and asks again.
    if (order.status !== "picked_up" && !(await act("pick-up"))) return;
    await ride(options, client, id, order);
    if (await act("deliver")) stats.delivered++;
  }
}
