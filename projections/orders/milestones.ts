import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import type { Order } from "../../domain/order/state.ts";
import type { Milestone } from "../views.ts";

/**
 * Events that a tracker shows as steps; what was tried and failed is support's concern. Rows name a type by its place in
 * this list: add at the end only, or raise the projection's version.
 */
const MILESTONES: readonly string[] = [
  "order.placed",
  "order.out_of_stock",
  "order.cancelled",
  "order.picked_up",
  "order.delivered",
  "stock.reserved",
  "payment.processing",
  "payment.confirmed",
  "payment.failed",
  "payment.refunded",
  "restaurant.notified",
  "restaurant.accepted",
  "restaurant.rejected",
  "kitchen.stage_started",
  "kitchen.stage_completed",
  "kitchen.recalled",
  "kitchen.ready",
  "driver.assigned",
  "driver.accepted",
  "driver.declined",
  "driver.arrived",
  "driver.unavailable",
  "shipment.scheduled",
  "shipment.shipped",
];
const PLACES: ReadonlyMap<string, number> = new Map(MILESTONES.map((type, place) => [type, place]));

/** The step that an event is; undefined when trackers do not show it. */
export function milestoneOf({ type, data, metadata }: RecordedEvent): Milestone | undefined {
  if (!PLACES.has(type)) return undefined;
  return { type, at: metadata.at, fulfilmentId: fieldOf(data, "fulfilmentId"), stage: fieldOf(data, "stage") };
}

/**
 * Steps as they lie in a row, which is rewritten at every event: type by its place, milliseconds since the placing,
 * fulfilment and station by theirs (by name where the order does not know them). What is missing at the end is left out.
 */
type Packed = readonly [type: number, after: number, fulfilment?: number | string | null, stage?: number | string];

/** The steps of an order as text for its row. */
export function packMilestones(order: Order, milestones: readonly Milestone[]): string {
  const placedAt = Date.parse(order.placedAt);
  return JSON.stringify(milestones.map((one) => packed(order, placedAt, one)));
}

function packed({ fulfilments }: Order, placedAt: number, { type, at, fulfilmentId, stage }: Milestone): Packed {
  const head = [PLACES.get(type) ?? -1, Date.parse(at) - placedAt] as const;
  if (fulfilmentId === undefined && stage === undefined) return head;
  const part = fulfilments.findIndex((one) => one.fulfilmentId === fulfilmentId);
  const where = part >= 0 ? part : (fulfilmentId ?? null);
  if (stage === undefined) return [...head, where];
  const station = fulfilments[part]?.stations.indexOf(stage) ?? -1;
  return [...head, where, station >= 0 ? station : stage];
}

/** The steps of a row; `packed` is what the database gave back for `packMilestones`' text. */
export function unpackMilestones(order: Order, packed: unknown): Milestone[] {
  const placedAt = Date.parse(order.placedAt);
  return (packed as readonly Packed[]).map(([type, after, where, station]) => {
    const part = typeof where === "number" ? order.fulfilments[where] : undefined;
    return {
      type: MILESTONES[type] ?? "",
      at: new Date(placedAt + after).toISOString(),
      fulfilmentId: typeof where === "string" ? where : part?.fulfilmentId,
      stage: typeof station === "number" ? part?.stations[station] : station,
    };
  });
}

function fieldOf(data: unknown, name: string): string | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const value: unknown = Reflect.get(data, name);
  return typeof value === "string" ? value : undefined;
}
