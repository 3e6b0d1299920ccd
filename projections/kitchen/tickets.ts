import { type FulfilmentState, type Order, turnedDown } from "../../domain/order/state.ts";
import type { TicketView } from "../views.ts";

export type TicketStatus = TicketView["status"];

/** How long a cancelled ticket stays on the display of a kitchen that does not acknowledge it. */
const CANCELLED_SHOWN_MS = 30 * 60_000;

/** Where a fulfilment stands in its kitchen; undefined until the site was notified. */
export function ticketStatus(order: Order, fulfilment: FulfilmentState): TicketStatus | undefined {
  if (!fulfilment.notified) return undefined;
  if (order.pickedUp || order.delivered) return "done";
  // A site that did not turn the order down itself has to see that it is not wanted any more.
  if (fulfilment.rejected) return turnedDown(fulfilment) ? "rejected" : "cancelled";
  if (order.ended) return "cancelled";
  if (fulfilment.ready) return "ready";
  if (fulfilment.started.length + fulfilment.completed.length > 0) return "working";
  return fulfilment.accepted ? "accepted" : "new";
}

/** Statuses of tickets that somebody works on. */
const ACTIVE: ReadonlySet<TicketStatus> = new Set<TicketStatus>(["new", "accepted", "working", "ready"]);

export const isActive = (status: TicketStatus | undefined): boolean => status !== undefined && ACTIVE.has(status);

/** What a cook sees of a fulfilment, as one text: a ticket has changed when this has. */
function faceOf(order: Order, fulfilment: FulfilmentState): string {
  const status = ticketStatus(order, fulfilment);
  if (status === undefined || !ACTIVE.has(status)) return status ?? "";
  const { courierId, arrived } = order.courier;
  const stations = `${fulfilment.started.join()}/${fulfilment.completed.join()}`;
  const items = `${fulfilment.unavailable.join()}/${fulfilment.extras.length}`;
  return `${status}/${fulfilment.accepted}/${stations}/${items}/${courierId !== undefined}/${arrived}`;
}

/** Whether an event, which led from `before` to `after`, changed what the kitchen sees of a fulfilment. */
export function ticketChanged(before: Order, after: Order, was: FulfilmentState, is: FulfilmentState): boolean {
  const same =
    was === is &&
    before.courier === after.courier &&
    before.ended === after.ended &&
    before.pickedUp === after.pickedUp &&
    before.delivered === after.delivered;
  return !same && faceOf(before, was) !== faceOf(after, is);
}

/** Until when a ticket of this status is on the display; undefined when it is not. `at`: time of the last change. */
export function shownUntil(status: TicketStatus, at: string): string | undefined {
  if (ACTIVE.has(status)) return "infinity";
  if (status !== "cancelled") return undefined;
  return new Date(Date.parse(at) + CANCELLED_SHOWN_MS).toISOString();
}
