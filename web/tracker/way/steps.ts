import type { FulfilmentView, Milestone, OrderView } from "../../../projections/views.ts";

/** What a station of an order's way is about; the words for it are the page's. */
export type StepKind =
  | "placed"
  | "payment"
  | "accept"
  | "station"
  | "ready"
  | "pickup"
  | "deliver"
  | "schedule"
  | "ship"
  | "ended";

/** One station on the way of an order. */
export interface Step {
  readonly key: string;
  readonly kind: StepKind;
  readonly state: "done" | "current" | "future" | "failed";
  /** When it was done. */
  readonly at?: string | undefined;
  /** Since when it is being worked at, or waited for. */
  readonly since?: string | undefined;
  readonly fulfilment?: FulfilmentView | undefined;
  readonly stage?: string | undefined;
}

type Draft = Omit<Step, "state" | "since"> & { readonly done: boolean; readonly startedAt?: string | undefined };

/**
 * The stations that this very order has, in their order: what is done with its time, the first that is not done as the
 * current one, the rest to come. An order that has ended has no current one, and nothing more to come.
 */
export function stepsOf(view: OrderView, ended: boolean): readonly Step[] {
  const last = { at: view.placedAt };
  const drafts = [...beginning(view), ...view.fulfilments.flatMap((f) => kitchenOf(view, f)), ...endOf(view)];
  const current = ended ? undefined : drafts.find(({ done }) => !done);
  const steps = drafts
    .filter(({ done }) => done || !ended)
    .map(({ done, startedAt, ...step }): Step => {
      if (done) {
        if (step.at !== undefined && step.at > last.at) last.at = step.at;
        return { ...step, state: "done" };
      }
      return step.key === current?.key
        ? { ...step, state: "current", since: startedAt ?? last.at }
        : { ...step, state: "future" };
    });
  return ended ? [...steps, endStep(view)] : steps;
}

/** The fact that ended the order early, as the last station of its way. */
const endStep = (view: OrderView): Step => ({
  key: "ended",
  kind: "ended",
  state: "failed",
  at: view.milestones.findLast(({ type }) => ENDS.has(type))?.at,
});

const ENDS = new Set(["order.out_of_stock", "order.cancelled", "payment.failed", "restaurant.rejected"]);

const find = (view: OrderView, type: string, fulfilmentId?: string, stage?: string): Milestone | undefined =>
  view.milestones.findLast(
    (m) =>
      m.type === type &&
      (fulfilmentId === undefined || m.fulfilmentId === fulfilmentId) &&
      (stage === undefined || m.stage === stage),
  );

function beginning(view: OrderView): Draft[] {
  return [
    { key: "placed", kind: "placed", done: true, at: view.placedAt },
    {
      key: "payment",
      kind: "payment",
      done: view.payment.status === "confirmed",
      at: find(view, "payment.confirmed")?.at,
    },
  ];
}

function kitchenOf(view: OrderView, fulfilment: FulfilmentView): Draft[] {
  const id = fulfilment.fulfilmentId;
  const at = (type: string, stage?: string) => find(view, type, id, stage)?.at;
  return [
    {
      key: `${id}:accept`,
      kind: "accept",
      fulfilment,
      done: fulfilment.accepted,
      at: at("restaurant.accepted"),
      startedAt: at("restaurant.notified"),
    },
    ...fulfilment.stations.map(
      (stage): Draft => ({
        key: `${id}:${stage}`,
        kind: "station",
        fulfilment,
        stage,
        done: fulfilment.completed.includes(stage),
        at: at("kitchen.stage_completed", stage),
        startedAt: fulfilment.started.includes(stage) ? at("kitchen.stage_started", stage) : undefined,
      }),
    ),
    { key: `${id}:ready`, kind: "ready", fulfilment, done: fulfilment.ready, at: at("kitchen.ready") },
  ];
}

function endOf(view: OrderView): Draft[] {
  const at = (type: string) => find(view, type)?.at;
  if (view.method === "parcel") {
    // With several parcels the last one counts: the time is that of the last fact.
    const shipped = view.status === "shipped";
    const scheduled = shipped || view.status === "scheduled";
    return [
      { key: "schedule", kind: "schedule", done: scheduled, at: scheduled ? at("shipment.scheduled") : undefined },
      { key: "ship", kind: "ship", done: shipped, at: shipped ? at("shipment.shipped") : undefined },
    ];
  }
  const pickedUp = at("order.picked_up");
  const delivered = view.status === "delivered";
  return [
    { key: "pickup", kind: "pickup", done: delivered || view.status === "picked_up", at: pickedUp },
    { key: "deliver", kind: "deliver", done: delivered, at: at("order.delivered") },
  ];
}

/** True while the buyer may still cancel: until a station has started. */
export const mayCancel = (view: OrderView): boolean =>
  !["delivered", "shipped", "picked_up", "out_of_stock", "payment_failed", "restaurant_rejected", "cancelled"].includes(
    view.status,
  ) && view.fulfilments.every((f) => f.started.length === 0 && f.completed.length === 0 && !f.ready);
