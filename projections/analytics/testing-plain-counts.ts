import type { OrderEvent, OrderPlaced } from "../../domain/order/events.ts";
import { evolve } from "../../domain/order/evolve.ts";
import type { OrderState } from "../../domain/order/state.ts";
import { bucketOf } from "./histogram.ts";

/** Minute 0 of histories. */
export const BEGAN = Date.parse("2026-11-21T09:58:00.000Z");

/** Events of one order with the minutes since BEGAN at which they happened. */
export type History = readonly { readonly event: OrderEvent; readonly at: number }[];

// What analytics counts, put down once more as plainly as can be: from an order's whole history, for one place.
/** Counters, steps and refusals of one order; how it ended is left to the domain. */
export function plainCounts(history: History): Record<string, number> {
  const sums: Record<string, number> = {};
  const [first, ...later] = history;
  if (first?.event.type !== "order.placed") return sums;
  const placed: OrderPlaced = first.event.data;
  const hour = Math.floor((BEGAN + first.at * 60_000) / 3_600_000) * 3_600_000;
  const states: { order: OrderState; at: number }[] = [];
  for (const { event, at } of history) {
    const order = evolve(states.at(-1)?.order, event, new Date(BEGAN + at * 60_000).toISOString());
    states.push({ order, at });
  }
  const order = states.at(-1)?.order;
  const count = (key: string, n = 1) => {
    sums[key] = (sums[key] ?? 0) + n;
  };
  const firstOf = (type: string, of: (data: Record<string, unknown>) => boolean = () => true) =>
    later.find(({ event }) => event.type === type && of(event.data as Record<string, unknown>))?.at;
  type Step = "reserved" | "notified" | "accepted" | "ready" | "rejected";
  /** When a fulfilment had first come so far: where it was placed, or wherever it was made after that. */
  const reached = (id: string, what: Step, anywhere: boolean) => {
    const has = (state: OrderState, wanted: string) =>
      state?.fulfilments.some((f) => f.fulfilmentId === wanted && f[what]) ?? false;
    let standsIn: string[] = [];
    for (const [index, { order: state, at }] of states.entries()) {
      const event = history[index]?.event;
      if (event?.type === "order.rerouted" && [id, ...standsIn].includes(event.data.fulfilmentId)) {
        const { fulfilmentId, fulfilments } = event.data;
        standsIn = [...standsIn.filter((one) => one !== fulfilmentId), ...fulfilments.map((f) => f.fulfilmentId)];
      }
      if (has(state, id)) return at;
      const known = standsIn.filter((one) => state?.fulfilments.some((f) => f.fulfilmentId === one));
      if (anywhere && known.length > 0 && known.every((one) => has(state, one))) return at;
    }
    return undefined;
  };
  const everyOf = (what: Step, ids: readonly string[], anywhere: boolean) => {
    const times = ids.map((id) => reached(id, what, anywhere));
    return times.some((at) => at === undefined) ? undefined : Math.max(...times.map(Number));
  };
  const places = new Map<string, string[]>([
    [`city:${placed.fulfilments[0]?.city}`, placed.fulfilments.map(({ fulfilmentId }) => fulfilmentId)],
  ]);
  for (const { siteId, fulfilmentId } of placed.fulfilments) {
    places.set(siteId, [...(places.get(siteId) ?? []), fulfilmentId]);
  }
  const paidWith = later.findLast(({ event }) => event.type === "payment.confirmed")?.event.data as
    | { amount: { amount: number } }
    | undefined;
  const refunds = new Map<string, number>();
  for (const { event } of later) {
    if (event.type !== "payment.refunded" || refunds.has(event.data.refund)) continue;
    refunds.set(event.data.refund, event.data.amount.amount);
  }
  const refunded = [...refunds.values()].reduce((sum, amount) => sum + amount, 0);
  for (const [place, ids] of places) {
    const at = (what: string) => `${place} ${hour} ${what}`;
    const inCity = place.startsWith("city:");
    const every = (what: Step) => everyOf(what, ids, inCity);
    const moments: Record<string, number | undefined> = {
      placed: first.at,
      reserved: every("reserved"),
      paid: firstOf("payment.confirmed"),
      notified: every("notified"),
      accepted: every("accepted"),
      ready: every("ready"),
      assigned: firstOf("driver.assigned"),
      picked_up: firstOf("order.picked_up"),
      delivered: firstOf("order.delivered"),
      scheduled: firstOf("shipment.scheduled"),
      shipped: firstOf("shipment.shipped"),
    };
    const steps = [
      ["placed", "reserved", "paid", "notified", "accepted", "ready", "picked_up", "delivered"],
      ["placed", "paid", "accepted", "assigned", "picked_up"],
      ["placed", "delivered"],
      ["ready", "scheduled", "shipped"],
      ["placed", "shipped"],
    ].flatMap((path) => path.slice(1).map((to, i) => `${path[i]}-${to}`));
    for (const step of new Set(steps)) {
      const [from = "", to = ""] = step.split("-");
      const [begun, ended] = [moments[from], moments[to]];
      if (begun === undefined || ended === undefined) continue;
      count(at(`${step} <${bucketOf(Math.max(0, ended - begun) * 60_000)}`));
    }
    for (const id of ids) {
      const stages = new Set(
        later.flatMap(({ event }) =>
          event.type === "kitchen.stage_started" || event.type === "kitchen.recalled" ? [event.data.stage] : [],
        ),
      );
      for (const stage of stages) {
        const mine = (data: Record<string, unknown>) => data.fulfilmentId === id && data.stage === stage;
        const recalled = firstOf("kitchen.recalled", mine) ?? Number.POSITIVE_INFINITY;
        const begun = Math.min(firstOf("kitchen.stage_started", mine) ?? Number.POSITIVE_INFINITY, recalled);
        const ended = firstOf("kitchen.stage_completed", mine);
        if (!Number.isFinite(begun) || ended === undefined) continue;
        count(at(`station:${stage} <${bucketOf(Math.max(0, ended - begun) * 60_000)}`));
      }
    }
    const money = at(placed.currency);
    // Every line of the examples costs the same, so a site's share is that of its lines.
    const share = (amount: number) => (amount * ids.length) / placed.fulfilments.length;
    const promised = Date.parse(placed.delivery.promisedAt);
    const delivered = moments.delivered;
    const yes = (what: string, is: boolean) => is && count(`${money} ${what}`);
    yes("orders", true);
    yes("paid", moments.paid !== undefined);
    yes("accepted", moments.accepted !== undefined);
    yes(
      "rejected",
      ids.some((id) => reached(id, "rejected", false) !== undefined),
    );
    yes("cancelled", order?.ended === "cancelled");
    yes("out_of_stock", order?.ended === "out_of_stock");
    yes("payment_failed", order?.ended === "payment_failed");
    yes("delivered", delivered !== undefined);
    yes("shipped", moments.shipped !== undefined);
    yes("late", delivered !== undefined && (delivered - first.at > 45 || BEGAN + delivered * 60_000 > promised));
    count(`${money} revenue`, share(paidWith?.amount.amount ?? 0));
    count(`${money} refunded`, share(refunded));
    count(`${money} refunds`, refunds.size);
    count(`${money} disputes`, later.filter(({ event }) => (event.type as string) === "dispute.opened").length);
    for (const [index, { event }] of history.entries()) {
      if (event.type === "driver.declined") count(at(`courier: ${event.data.reason}`));
      if (event.type === "driver.no_show") count(at("courier: no_show"));
      if (event.type !== "restaurant.rejected") continue;
      const id = event.data.fulfilmentId;
      const own = ids.includes(id) || (place.startsWith("city:") && !ids.includes(id));
      const known = states[index]?.order?.fulfilments ?? [];
      const nobodys = !known.some(({ fulfilmentId }) => fulfilmentId === id);
      if (own || nobodys) count(at(`restaurant: ${event.data.reason}`));
    }
  }
  return sums;
}
