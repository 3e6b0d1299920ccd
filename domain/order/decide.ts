import type { Actor } from "../chain/envelope.ts";
import type { PersonalData } from "../chain/personal.ts";
import { Refusal } from "../refusal.ts";
import type { MissingItem, OrderEvent, OrderPlaced } from "./events.ts";
import { openItems, rejectionOf } from "./sites.ts";
import { CLOSED, type FulfilmentState, isFinal, isReady, type Order, type OrderState } from "./state.ts";

/** An event of an order, with its actor where that is not the caller (a rule of the system decided it). */
export type OrderDecision = OrderEvent & { readonly actor?: Actor };

const SYSTEM: Actor = { type: "system", id: "order" };

/** How the placing of an order turned out at once, as far as is known when it is recorded. */
export type PlacingOutcome =
  | { readonly kind: "open" }
  | { readonly kind: "closed" }
  | { readonly kind: "sold_out"; readonly fulfilmentId: string; readonly missing: readonly MissingItem[] };

/** What may be asked of an order. The caller's identity and the time come in with the command. */
export type OrderCommand =
  | { readonly type: "place"; readonly placed: OrderPlaced; readonly outcome: PlacingOutcome }
  | {
      readonly type: "cancel";
      readonly by: "customer" | "support" | "admin";
      readonly reason?: PersonalData<string> | undefined;
    }
  | { readonly type: "accept"; readonly fulfilmentId: string }
  | { readonly type: "reject"; readonly fulfilmentId: string; readonly reason: string }
  | { readonly type: "start_station"; readonly fulfilmentId: string; readonly stage: string }
  | { readonly type: "complete_station"; readonly fulfilmentId: string; readonly stage: string }
  | { readonly type: "recall_station"; readonly fulfilmentId: string; readonly stage: string }
  | { readonly type: "ready"; readonly fulfilmentId: string }
  | { readonly type: "report_missing"; readonly fulfilmentId: string; readonly sku: string }
  | { readonly type: "accept_delivery"; readonly courierId: string }
  | { readonly type: "decline_delivery"; readonly courierId: string }
  | { readonly type: "arrive"; readonly courierId: string }
  | { readonly type: "pick_up"; readonly courierId: string }
  | { readonly type: "deliver"; readonly courierId: string; readonly proof?: PersonalData<string> | undefined };

/**
 * Decides a command against the order's state. Returns the events it leads to; none when what is asked already holds.
 * Throws Refusal when it cannot be done.
 */
export function decide(command: OrderCommand, state: OrderState): readonly OrderDecision[] {
  if (command.type === "place") return state ? [] : place(command.placed, command.outcome);
  if (!state) throw new Refusal("order_not_found", "there is no such order");
  switch (command.type) {
    case "cancel":
      return cancel(state, command.by, command.reason);
    case "accept":
      return accept(state, command.fulfilmentId);
    case "reject":
      return reject(state, command.fulfilmentId, command.reason);
    case "start_station":
      return startStation(state, command.fulfilmentId, command.stage);
    case "complete_station":
      return completeStation(state, command.fulfilmentId, command.stage);
    case "recall_station":
      return recallStation(state, command.fulfilmentId, command.stage);
    case "ready":
      return ready(state, command.fulfilmentId);
    case "report_missing":
      return reportMissing(state, command.fulfilmentId, command.sku);
    case "accept_delivery":
      return acceptDelivery(state, command.courierId);
    case "decline_delivery":
      return declineDelivery(state, command.courierId);
    case "arrive":
      return arrive(state, command.courierId);
    case "pick_up":
      return pickUp(state, command.courierId);
    case "deliver":
      return deliver(state, command.courierId, command.proof);
  }
}

function place(placed: OrderPlaced, outcome: PlacingOutcome): readonly OrderDecision[] {
  const first: OrderDecision = { type: "order.placed", data: placed };
  if (outcome.kind === "sold_out") {
    const { fulfilmentId, missing } = outcome;
    return [first, { type: "order.out_of_stock", data: { fulfilmentId, missing, ledgerAsked: false }, actor: SYSTEM }];
  }
  if (outcome.kind === "closed") {
    return [
      first,
      ...placed.fulfilments.map(
        ({ fulfilmentId }): OrderDecision => ({
          type: "restaurant.rejected",
          data: { fulfilmentId, reason: CLOSED },
          actor: SYSTEM,
        }),
      ),
    ];
  }
  return [first];
}

function cancel(order: Order, by: "customer" | "support" | "admin", reason?: PersonalData<string>): OrderDecision[] {
  if (order.ended === "cancelled") return [];
  if (order.fulfilments.some((f) => f.shipment?.shippedAt !== undefined)) {
    throw new Refusal("cancel_too_late", "the carrier has the parcel; what is wrong with it now is a dispute");
  }
  if (order.delivered) {
    throw new Refusal("order_final", "the order has been delivered; what is wrong with it now is a dispute");
  }
  if (isFinal(order)) throw new Refusal("order_final", `the order has already ended: ${order.ended}`);
  if (order.pickedUp) {
    throw new Refusal("cancel_too_late", "the courier has the order; what is wrong with it now is a dispute");
  }
  const started = order.fulfilments.some((f) => f.started.length + f.completed.length > 0 || f.ready);
  if (by === "customer" && started) {
    throw new Refusal("cancel_too_late", "the kitchen has started; support can still cancel the order");
  }
  return [{ type: "order.cancelled", data: { by, reason } }];
}

function accept(order: Order, fulfilmentId: string): OrderDecision[] {
  const fulfilment = openFulfilment(order, fulfilmentId);
  if (fulfilment.accepted) return [];
  if (!fulfilment.notified) {
    throw new Refusal("fulfilment_not_notified", "the order has not been paid and sent to the site yet");
  }
  return [{ type: "restaurant.accepted", data: { fulfilmentId } }];
}

function reject(order: Order, fulfilmentId: string, reason: string): OrderDecision[] {
  const known = fulfilmentOf(order, fulfilmentId);
  if (known.rejected) return [];
  openFulfilment(order, fulfilmentId);
  if (known.started.length + known.completed.length > 0 || known.ready) {
    throw new Refusal("cancel_too_late", "a station has started; report what is missing instead");
  }
  return [rejectionOf(order, fulfilmentId, reason)];
}

function startStation(order: Order, fulfilmentId: string, stage: string): OrderDecision[] {
  const fulfilment = acceptedFulfilment(order, fulfilmentId, stage);
  if (fulfilment.started.includes(stage)) return [];
  if (fulfilment.completed.includes(stage)) {
    throw new Refusal("station_done", `${stage} is done; recall it to work on it again`);
  }
  return [{ type: "kitchen.stage_started", data: { fulfilmentId, stage } }];
}

function completeStation(order: Order, fulfilmentId: string, stage: string): OrderDecision[] {
  const fulfilment = acceptedFulfilment(order, fulfilmentId, stage);
  if (fulfilment.completed.includes(stage)) return [];
  if (!fulfilment.started.includes(stage)) throw new Refusal("station_not_started", `${stage} has not been started`);
  return [{ type: "kitchen.stage_completed", data: { fulfilmentId, stage } }];
}

function recallStation(order: Order, fulfilmentId: string, stage: string): OrderDecision[] {
  const fulfilment = acceptedFulfilment(order, fulfilmentId, stage);
  if (order.pickedUp) throw new Refusal("cancel_too_late", "the courier has the order");
  if (!fulfilment.completed.includes(stage)) return [];
  // Readiness consumed the stock: what comes back to a station after that would be made from goods that are gone.
  if (fulfilment.ready) throw new Refusal("station_done", "the order is ready and waits for its courier");
  return [{ type: "kitchen.recalled", data: { fulfilmentId, stage } }];
}

function ready(order: Order, fulfilmentId: string): OrderDecision[] {
  const fulfilment = openFulfilment(order, fulfilmentId);
  if (fulfilment.ready) return [];
  if (!fulfilment.accepted) throw new Refusal("fulfilment_not_accepted", "accept the order first");
  const open = fulfilment.stations.filter((station) => !fulfilment.completed.includes(station));
  if (open.length > 0) throw new Refusal("stations_incomplete", `not done yet: ${open.join(", ")}`);
  const items = openItems(fulfilment);
  if (items.length > 0) throw new Refusal("items_undecided", `not settled yet: ${items.join(", ")}`);
  return [{ type: "kitchen.ready", data: { fulfilmentId } }];
}

/** An item is found missing while the order is picked or made; what becomes of it is decided by the order's rules. */
function reportMissing(order: Order, fulfilmentId: string, sku: string): OrderDecision[] {
  const fulfilment = openFulfilment(order, fulfilmentId);
  if (fulfilment.unavailable.includes(sku)) return [];
  if (!fulfilment.accepted) throw new Refusal("fulfilment_not_accepted", "accept the order first, or reject it");
  if (!fulfilment.lines.some((line) => line.sku === sku)) {
    throw new Refusal("item_unknown", `the order has no ${sku}, or has it no longer`);
  }
  if (fulfilment.ready) throw new Refusal("station_done", "the order is ready and waits for its courier");
  return [{ type: "kitchen.item_unavailable", data: { fulfilmentId, sku } }];
}

function acceptDelivery(order: Order, courierId: string): OrderDecision[] {
  assigned(order, courierId);
  return order.courier.accepted ? [] : [{ type: "driver.accepted", data: { courierId } }];
}

function declineDelivery(order: Order, courierId: string): OrderDecision[] {
  if (order.courier.courierId !== courierId && order.courier.tried.includes(courierId)) return [];
  assigned(order, courierId);
  if (order.pickedUp) throw new Refusal("cancel_too_late", "the order has been picked up");
  return [{ type: "driver.declined", data: { courierId, attempt: order.courier.attempt, reason: "declined" } }];
}

function arrive(order: Order, courierId: string): OrderDecision[] {
  assigned(order, courierId);
  if (!order.courier.accepted) throw new Refusal("courier_not_accepted", "accept the delivery first");
  return order.courier.arrived ? [] : [{ type: "driver.arrived", data: { courierId } }];
}

function pickUp(order: Order, courierId: string): OrderDecision[] {
  assigned(order, courierId);
  if (order.pickedUp) return [];
  if (!order.courier.accepted) throw new Refusal("courier_not_accepted", "accept the delivery first");
  if (!isReady(order)) throw new Refusal("order_not_ready", "the kitchen has not finished the order");
  return [{ type: "order.picked_up", data: { courierId } }];
}

function deliver(order: Order, courierId: string, proof?: PersonalData<string>): OrderDecision[] {
  if (order.delivered && order.courier.courierId === courierId) return [];
  assigned(order, courierId);
  if (!order.pickedUp) throw new Refusal("order_not_picked_up", "the order has not been picked up");
  return [{ type: "order.delivered", data: { courierId, proof } }];
}

function assigned(order: Order, courierId: string): void {
  if (isFinal(order)) throw new Refusal("order_final", "the order has already ended");
  if (order.courier.courierId !== courierId) {
    throw new Refusal("courier_not_assigned", "the order is not assigned to this courier");
  }
}

function fulfilmentOf(order: Order, fulfilmentId: string): FulfilmentState {
  const fulfilment = order.fulfilments.find((f) => f.fulfilmentId === fulfilmentId);
  if (!fulfilment) throw new Refusal("fulfilment_unknown", `the order has no fulfilment ${fulfilmentId}`);
  return fulfilment;
}

function openFulfilment(order: Order, fulfilmentId: string): FulfilmentState {
  const fulfilment = fulfilmentOf(order, fulfilmentId);
  if (fulfilment.rejected) throw new Refusal("fulfilment_rejected", "the site has rejected the order");
  if (isFinal(order)) throw new Refusal("order_final", `the order has already ended: ${order.ended ?? "delivered"}`);
  return fulfilment;
}

function acceptedFulfilment(order: Order, fulfilmentId: string, stage: string): FulfilmentState {
  const fulfilment = openFulfilment(order, fulfilmentId);
  if (!fulfilment.accepted) throw new Refusal("fulfilment_not_accepted", "accept the order first");
  if (!fulfilment.stations.includes(stage)) {
    throw new Refusal("station_unknown", `${stage} is not one of: ${fulfilment.stations.join(", ")}`);
  }
  return fulfilment;
}
