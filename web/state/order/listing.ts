import { computed, signal } from "@preact/signals";
import type { Money } from "../../../domain/money/money.ts";
import type { OrderStatus } from "../../../domain/order/state.ts";
import type { OrderView } from "../../../projections/views.ts";
import { getOrders } from "../../api/endpoints.ts";
import { principalAt } from "../auth.ts";
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
/** Orders further back, as far as they were asked for. */
const older = signal<readonly OrderView[]>([]);
const cursor = signal<string | undefined>(undefined);

/** True while the server has orders further back than those listed. */
export const hasOlder = computed(() => cursor.value !== undefined);
export const loadingOlder = signal(false);

/** Lists a page of orders further back. */
export async function loadOlder(): Promise<void> {
  if (cursor.peek() === undefined || loadingOlder.peek()) return;
  loadingOlder.value = true;
  try {
    const { data } = await getOrders(cursor.peek());
    older.value = [...older.peek(), ...data.orders];
    cursor.value = data.next;
    listTrouble.value = undefined;
  } catch (error) {
    listTrouble.value = error;
  } finally {
    loadingOlder.value = false;
  }
}
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

/** Orders of an account are listed to that account only, though this device keeps them; those of its guests always. */
function isOfWhoIsHere({ placedBy }: OwnOrder): boolean {
  const here = principalAt("shop");
  return !placedBy?.startsWith("customer:") || (here?.role === "customer" && placedBy === `customer:${here.id}`);
}

/** Every order that this device or the server knows of, newest first. */
export const listed = computed<readonly ListedOrder[]>(() => {
  const views = new Map([...older.value, ...read.value].map((view) => [view.orderId, view]));
  const owns = new Map(ownOrders.value.filter(isOfWhoIsHere).map((own) => [own.id, own]));
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
  // Whoever is here now may be somebody else than before.
  read.value = older.value = [];
  cursor.value = undefined;
  const again = async () => {
    try {
      const { data, ageMs } = await getOrders(undefined);
      if (stopped) return;
      // What newer orders have pushed off the first page stays listed.
      const told = new Set(data.orders.map(({ orderId }) => orderId));
      read.value = [...data.orders, ...read.peek().filter(({ orderId }) => !told.has(orderId))];
      if (older.peek().length === 0) cursor.value = data.next;
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
