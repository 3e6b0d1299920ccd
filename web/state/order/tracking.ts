import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { OrderView } from "../../../projections/views.ts";
import { compareVersions } from "../../../realtime/protocol.ts";
import { getOrder } from "../../api/endpoints.ts";
import { ApiProblem } from "../../api/problem.ts";
import { freshness } from "../freshness.ts";
import { freshnessOf, openLive } from "../live.ts";
import { followCourier, type SeenWay } from "./courier-way.ts";
import { newest } from "./newest.ts";
import { noteView, ownOrder, seatFor, statusOf } from "./own-orders.ts";

/** What is known of the order on the page. */
export interface Tracking {
  readonly view: ReadonlySignal<OrderView | undefined>;
  /** How the courier comes along, while one does. */
  readonly courier: ReadonlySignal<SeenWay | undefined>;
  /** Why nothing could be read; what is known from before stays. */
  readonly trouble: ReadonlySignal<unknown>;
  /** Reads once more, now. */
  refresh(): void;
  stop(): void;
}

const QUIET = 15_000;
const EAGER = 2_000;
/** A read model that lies further behind than this is not called live. */
const TOLERATED_LAG = 5_000;

const ENDED = new Set(["delivered", "shipped", "out_of_stock", "payment_failed", "restaurant_rejected", "cancelled"]);

/**
 * Follows one order: by its topic, and by asking, which is answered even while the read model stands still. What is
 * shown never goes back, and what this device knows of its own order never disappears.
 */
export function trackOrder(orderId: string): Tracking {
  const view = signal<OrderView | undefined>(ownOrder(orderId)?.view);
  const trouble = signal<unknown>(undefined);
  const heard = signal(false);
  const kept = ownOrder(orderId);
  const readAt = signal<number | undefined>(kept && (kept.viewAt ?? Date.parse(kept.placedAt)));
  const lags = signal(false);
  const seat = seatFor(orderId);
  const live = openLive(seat);
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let retopic: ReturnType<typeof setTimeout> | undefined;
  let leave: (() => void) | undefined;

  const take = (next: OrderView, at: number) => {
    view.value = newest(view.peek(), next);
    trouble.value = undefined;
    noteView(next, at);
  };

  const behind = () => {
    const own = ownOrder(orderId);
    return view.value === undefined || (own !== undefined && compareVersions(own.revision, view.value.revision) > 0);
  };

  const read = async () => {
    clearTimeout(timer);
    try {
      const { data, ageMs } = await getOrder(seat, orderId, ownOrder(orderId)?.position);
      if (stopped) return;
      lags.value = ageMs > TOLERATED_LAG;
      readAt.value = Date.now() - ageMs;
      take(data, readAt.value);
    } catch (error) {
      if (stopped) return;
      if (view.peek() === undefined || !(error instanceof ApiProblem && error.status === 404)) trouble.value = error;
    }
    clearTimeout(timer);
    const status = statusOf(ownOrder(orderId), view.peek());
    const settled = status !== undefined && ENDED.has(status) && !owesMoney(view.peek());
    const eager = behind() || live.status.peek().state !== "live" || !heard.peek();
    if (!stopped && !settled) timer = setTimeout(read, eager ? EAGER : QUIET);
  };

  const follow = () => {
    leave?.();
    leave = live.connection.subscribe<OrderView>(`order.${orderId}`, {
      snapshot: (data) => {
        heard.value = true;
        take(data, Date.now());
      },
      delta: (data) => {
        heard.value = true;
        take(data, Date.now());
      },
      // The read model may not have the order yet: it is asked for again, and read meanwhile.
      refused: (reason) => {
        heard.value = false;
        clearTimeout(retopic);
        if (reason !== "unavailable") retopic = setTimeout(follow, 3_000);
      },
    });
  };

  const unlinked = effect(() => {
    const said = freshnessOf(live, heard.value && !behind(), readAt.value);
    freshness.value =
      said.kind === "live" && lags.value && readAt.value !== undefined
        ? { kind: "polled", asOf: readAt.value, delayed: true }
        : said;
  });

  follow();
  void read();
  const courier = followCourier(orderId, view);
  const again = () => void read();
  addEventListener("online", again);
  return {
    view,
    courier: courier.seen,
    trouble,
    refresh: again,
    stop() {
      stopped = true;
      courier.stop();
      clearTimeout(timer);
      clearTimeout(retopic);
      removeEventListener("online", again);
      unlinked();
      leave?.();
      live.close();
    },
  };
}

/** True while an order that ended early still owes its buyer money. */
const owesMoney = (view: OrderView | undefined): boolean =>
  view === undefined ||
  (view.payment.status === "confirmed" && view.status !== "delivered" && view.payment.refunded < view.total.amount);
