import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { OrderView } from "../../../projections/views.ts";
import { getCustomer, phoneOrdersFrom } from "../../api/phone.ts";
import { freshness } from "../freshness.ts";
import { freshnessOf, openLive } from "../live.ts";
import { newest } from "../order/newest.ts";

const EVERY_MS = 10_000;
const AFTER_FAILURE_MS = 3_000;
/** Orders that are followed live at once. */
const FOLLOWED = 30;
const ENDED = new Set(["delivered", "shipped", "out_of_stock", "payment_failed", "restaurant_rejected", "cancelled"]);

/** The phone orders of today, the newest first. */
export interface Today {
  readonly orders: ReadonlySignal<readonly OrderView[] | undefined>;
  readonly trouble: ReadonlySignal<unknown>;
  /** Names of customers, by id, as far as they are known. */
  readonly names: ReadonlySignal<ReadonlyMap<string, string>>;
  /** There are more than are shown. */
  readonly more: ReadonlySignal<boolean>;
  /** Reads now, what happened up to a position included. */
  look(after?: string): void;
  stop(): void;
}

const startOfToday = (): string => new Date(new Date().setHours(0, 0, 0, 0)).toISOString();

/** Follows them: the list is read every so often, and each order that is not over by its topic. */
export function followToday(): Today {
  const views = signal<ReadonlyMap<string, OrderView> | undefined>(undefined);
  const trouble = signal<unknown>(undefined);
  const names = signal<ReadonlyMap<string, string>>(new Map());
  const more = signal(false);
  const readAt = signal<number | undefined>(undefined);
  const heard = signal<ReadonlySet<string>>(new Set());
  const live = openLive("desk");
  const leaving = new Map<string, () => void>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  let round = 0;

  const orders = computed(
    () => views.value && [...views.value.values()].toSorted((a, b) => (a.placedAt < b.placedAt ? 1 : -1)),
  );
  const open = () => (orders.peek() ?? []).filter(({ status }) => !ENDED.has(status)).slice(0, FOLLOWED);

  const follow = () => {
    const wanted = new Set(open().map(({ orderId }) => orderId));
    for (const [orderId, leave] of leaving) {
      if (wanted.has(orderId)) continue;
      leave();
      leaving.delete(orderId);
    }
    for (const orderId of wanted) {
      if (leaving.has(orderId)) continue;
      const told = (view: OrderView) => {
        heard.value = new Set(heard.peek()).add(orderId);
        const known = views.peek();
        if (known) views.value = new Map(known).set(orderId, newest(known.get(orderId), view));
      };
      const leave = live.connection.subscribe<OrderView>(`order.${orderId}`, {
        snapshot: told,
        delta: told,
        refused: () => {
          leaving.get(orderId)?.();
          leaving.delete(orderId);
        },
      });
      leaving.set(orderId, leave);
    }
  };

  const nameThem = async (listed: readonly OrderView[]) => {
    for (const customerId of new Set(listed.map((order) => order.customerId))) {
      if (stopped || names.peek().has(customerId)) continue;
      try {
        const { data } = await getCustomer(customerId);
        names.value = new Map(names.peek()).set(customerId, data.contact.name);
      } catch {
        // The next look asks again.
        return;
      }
    }
  };

  const look = (after?: string) => {
    clearTimeout(timer);
    const mine = ++round;
    if (stopped || document.visibilityState === "hidden") return;
    phoneOrdersFrom(startOfToday(), after).then(
      ({ data, ageMs }) => {
        if (stopped || mine !== round) return;
        const known = views.peek();
        views.value = new Map(data.orders.map((order) => [order.orderId, newest(known?.get(order.orderId), order)]));
        more.value = data.next !== undefined;
        trouble.value = undefined;
        readAt.value = Date.now() - ageMs;
        follow();
        void nameThem(data.orders);
        timer = setTimeout(look, EVERY_MS);
      },
      (error: unknown) => {
        if (stopped || mine !== round) return;
        trouble.value = error;
        timer = setTimeout(look, AFTER_FAILURE_MS);
      },
    );
  };

  const unlinked = effect(() => {
    const all = (orders.value ?? []).filter(({ status }) => !ENDED.has(status)).slice(0, FOLLOWED);
    const told = orders.value !== undefined && all.every(({ orderId }) => heard.value.has(orderId));
    freshness.value = freshnessOf(live, told, readAt.value);
  });
  const again = () => look();
  document.addEventListener("visibilitychange", again);
  addEventListener("online", again);
  look();
  return {
    orders,
    trouble,
    names,
    more,
    look,
    stop() {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", again);
      removeEventListener("online", again);
      unlinked();
      for (const leave of leaving.values()) leave();
      live.close();
    },
  };
}
