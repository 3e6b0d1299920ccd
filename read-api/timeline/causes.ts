import type { StoredEvent } from "../../projections/timeline/queries.ts";
import type { Cause } from "../../projections/views.ts";

const ENDS = [
  "order.cancelled",
  "order.out_of_stock",
  "payment.failed",
  "restaurant.rejected",
  "order.delivered",
] as const;

/**
 * Which events make each of the processes' effects owed: the newest of them before an outcome is what led to it.
 * `deadline`: the time that the event set has passed.
 */
const OWED_BY: Readonly<Record<string, { readonly types: readonly string[]; readonly deadline?: true }>> = {
  "stock.reserve": { types: ["order.placed"] },
  "stock.release": { types: ENDS },
  "stock.consume": { types: ["kitchen.ready"] },
  "payment.create": { types: ["stock.reserved"] },
  "payment.confirm": { types: ["payment.processing", "payment.attempt_failed"] },
  "payment.expire": { types: ["order.placed", "payment.attempt_failed"], deadline: true },
  "payment.cancel": { types: ENDS },
  "payment.refund": { types: [...ENDS, "payment.confirmed", "payment.refund_failed"] },
  "restaurant.notify": { types: ["payment.confirmed", "restaurant.notification_failed"] },
  "restaurant.answer-deadline": { types: ["restaurant.notified"], deadline: true },
  "courier.assign": { types: ["restaurant.accepted", "driver.declined"] },
  "courier.offer": { types: ["driver.assigned"] },
  "courier.answer-deadline": { types: ["driver.assigned"], deadline: true },
};

const EFFECT = /^([a-z]+)\.([a-z-]+)\//;

/**
 * What caused an event, of the events before it in its order's stream: one of them, a step that a process owed the
 * order (with the event that made it owed), the course of the order itself, or a request from outside.
 *
 * @param earlier the order's events before it, in their order
 */
export function causeOf({ causationId }: StoredEvent, orderStream: string, earlier: readonly StoredEvent[]): Cause {
  const event = earlier.findLast(({ id }) => id === causationId);
  if (event) return { kind: "event", id: causationId, event: pointer(event) };
  if (causationId === orderStream) {
    const last = earlier.at(-1);
    return { kind: "order", id: causationId, event: last && pointer(last) };
  }
  const effect = EFFECT.exec(causationId);
  if (!effect) return { kind: "request", id: causationId };
  const [, process = "", step = ""] = effect;
  const owed = OWED_BY[`${process}.${step}`];
  const by = owed && earlier.findLast(({ type }) => owed.types.includes(type));
  return { kind: "process", id: causationId, process, event: by && pointer(by), deadline: owed?.deadline };
}

const pointer = ({ revision, id, type }: StoredEvent) => ({ revision: revision.toString(), id, type });
