import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { OrderView } from "../../../projections/views.ts";
import { getDeliveryPin } from "../../api/endpoints.ts";
import { ApiProblem } from "../../api/problem.ts";
import { storedSignal } from "../stored.ts";
import { seatFor } from "./own-orders.ts";

/** PINs of orders that are on their way, by order: a courier at the door does not wait for a network. */
const kept = storedSignal<Readonly<Record<string, string>>>("delivery-pins", {});
const MOST_KEPT = 10;
const EVERY_MS = 3_000;

/** What the page knows of an order's PIN. */
export interface SeenPin {
  /** A courier is on the way to the door: now there is one. */
  readonly due: boolean;
  /** Absent while it could not be read yet. */
  readonly pin: string | undefined;
}

/** The PIN of an order, while its courier is on the way to the door; kept on this device until it is there. */
export function followPin(
  orderId: string,
  view: ReadonlySignal<OrderView | undefined>,
): { readonly seen: ReadonlySignal<SeenPin>; stop(): void } {
  const due = signal(false);
  const seen = signal<SeenPin>({ due: false, pin: undefined });
  let timer: ReturnType<typeof setTimeout> | undefined;
  let round = 0;
  const ask = async () => {
    const mine = ++round;
    try {
      const { data } = await getDeliveryPin(seatFor(orderId), orderId);
      if (mine !== round) return;
      if (data.pin !== undefined) return keep(orderId, data.pin);
    } catch (error) {
      // Who may not know it is not told that it is coming.
      if (mine === round && error instanceof ApiProblem && error.status === 403) due.value = false;
    }
    if (mine === round && due.peek()) timer = setTimeout(ask, EVERY_MS);
  };
  const unwatch = effect(() => {
    due.value = view.value?.status === "picked_up";
    if (view.value !== undefined && !due.value && kept.signal.peek()[orderId] !== undefined) keep(orderId, undefined);
  });
  const unasked = effect(() => {
    clearTimeout(timer);
    round++;
    if (due.value && kept.signal.peek()[orderId] === undefined) void ask();
  });
  const unseen = effect(() => {
    seen.value = { due: due.value, pin: due.value ? kept.signal.value[orderId] : undefined };
  });
  return {
    seen,
    stop() {
      unwatch();
      unasked();
      unseen();
      round++;
      clearTimeout(timer);
    },
  };
}

function keep(orderId: string, pin: string | undefined): void {
  const others = Object.entries(kept.signal.peek()).filter(([id]) => id !== orderId);
  const all = pin === undefined ? others : [...others, [orderId, pin] as const];
  kept.set(Object.fromEntries(all.slice(-MOST_KEPT)));
}
