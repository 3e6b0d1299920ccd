import { computed, signal } from "@preact/signals";
import type { Money } from "../../../domain/money/money.ts";
import type { OrderStatus } from "../../../domain/order/state.ts";
import type { OrderView } from "../../../projections/views.ts";
import { getOrders } from "../../api/endpoints.ts";
import { freshness } from "../freshness.ts";
import { newest } from "./newest.ts";
import { type OwnOrder, ownOrders, statusOf } from "./own-orders.ts";

/** An order as the list shows it. */
export interface ListedOrder {
  readonly id: string;
  readonly number: string;
  readonly siteName: string;
  readonly placedAt: string;
  readonly total: Money;
  readonly status: OrderStatus;
}

const read = signal<readonly OrderView[]>([]);
/** Why the server's list could not be read; this device's own stays. */
export const listTrouble = signal<unknown>(undefined);

const row = (id: string, own: OwnOrder | undefined, view: OrderView | undefined): ListedOrder | undefined => {
  const status = statusOf(own, view);
  const placedAt = view?.placedAt ?? own?.placedAt;
  const total = view?.total ?? own?.total;
  if (status === undefined || placedAt === undefined || total === undefined) return undefined;
  return {
    id,
    number: view?.number ?? id.replaceAll("-", "").slice(0, 6).toUpperCase(),
    siteName: view?.fulfilments.map((f) => f.siteName).join(", ") ?? own?.site.name ?? "",
    placedAt,
    total,
    status,
  };
};

const newerOf = (kept: OrderView | undefined, told: OrderView | undefined): OrderView | undefined =>
  told ? newest(kept, told) : kept;

/** Every order that this device or the server knows of, newest first. */
export const listed = computed<readonly ListedOrder[]>(() => {
  const views = new Map(read.value.map((view) => [view.orderId, view]));
  const owns = new Map(ownOrders.value.map((own) => [own.id, own]));
  return [...new Set([...owns.keys(), ...views.keys()])]
    .flatMap((id) => row(id, owns.get(id), newerOf(owns.get(id)?.view, views.get(id))) ?? [])
    .sort((a, b) => b.placedAt.localeCompare(a.placedAt));
});

const EVERY = 10_000;

/** Reads the list again and again while it is looked at. Returns how to stop. */
export function loadOrders(): () => void {
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asOf: number | undefined;
  let failedSince: number | undefined;
  freshness.value = { kind: "reconnecting" };
  const again = async () => {
    try {
      const { data, ageMs } = await getOrders();
      if (stopped) return;
      read.value = data.orders;
      asOf = Date.now() - ageMs;
      listTrouble.value = failedSince = undefined;
      freshness.value = { kind: "polled", asOf, delayed: ageMs > EVERY };
    } catch (error) {
      if (stopped) return;
      listTrouble.value = error;
      failedSince ??= Date.now();
      freshness.value = { kind: "stale", asOf, offlineSince: failedSince };
    }
    timer = setTimeout(again, EVERY);
  };
  void again();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
