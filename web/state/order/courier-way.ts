import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { CourierWay } from "../../../projections/buyer-views.ts";
import type { OrderView } from "../../../projections/views.ts";
import { getCourierWay } from "../../api/endpoints.ts";
import { seatFor } from "./own-orders.ts";

/** How the courier comes along, and when that was told. */
export interface SeenWay {
  readonly way: CourierWay;
  readonly at: number;
}

const EVERY = 4_000;
/** What was told longer ago says nothing of where the courier is now. */
const FRESH_MS = 20_000;

/** The way, unless it was told too long ago. */
export const freshWay = ({ way, at }: SeenWay, now: number): CourierWay | undefined =>
  now - at > FRESH_MS ? undefined : way;

const MOVING: readonly string[] = ["to_site", "to_door"];

/** True while a courier is on the way to the shop or from it. */
export const isCourierMoving = (view: OrderView | undefined): boolean =>
  view !== undefined &&
  view.method === "courier" &&
  (view.status === "picked_up" ||
    (view.courier.accepted && !view.courier.arrived && !["delivered", "cancelled"].includes(view.status)));

/** Follows the courier of an order while one is moving and the page is looked at. Nothing of it is kept. */
export function followCourier(
  orderId: string,
  view: ReadonlySignal<OrderView | undefined>,
): { readonly seen: ReadonlySignal<SeenWay | undefined>; stop(): void } {
  const seen = signal<SeenWay | undefined>(undefined);
  const moving = signal(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let round = 0;
  const ask = async () => {
    clearTimeout(timer);
    const mine = ++round;
    if (document.visibilityState === "visible") {
      try {
        const { data } = await getCourierWay(seatFor(orderId), orderId);
        if (mine !== round) return;
        seen.value = MOVING.includes(data.leg) ? { way: data, at: Date.now() } : undefined;
      } catch {
        // What was told before grows old, and is not shown for long.
        if (mine !== round) return;
      }
    }
    timer = setTimeout(ask, EVERY);
  };
  const forgetView = effect(() => {
    moving.value = isCourierMoving(view.value);
  });
  const forget = effect(() => {
    clearTimeout(timer);
    round++;
    if (moving.value) void ask();
    else seen.value = undefined;
  });
  return {
    seen,
    stop() {
      forgetView();
      forget();
      round++;
      clearTimeout(timer);
    },
  };
}
