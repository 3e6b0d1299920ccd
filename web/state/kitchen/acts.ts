import type { TicketLine, TicketView } from "../../../projections/views.ts";
import type { KitchenAct } from "../../api/endpoints.ts";

/** Names a column of the board: `new`, a station, or `ready`. */
export type ColumnId = string;
export const NEW: ColumnId = "new";
export const READY: ColumnId = "ready";

const without = (list: readonly string[], item: string) => list.filter((x) => x !== item);
const including = (list: readonly string[], item: string) => (list.includes(item) ? list : [...list, item]);

const isOpen = (ticket: TicketView) => ticket.status === "accepted" || ticket.status === "working";

/** The first station that is not done, in the site's order. */
const nextStation = (ticket: TicketView): string | undefined =>
  ticket.stations.find((station) => !ticket.completed.includes(station));

/** The ticket as it is once an act has been carried out, for the moment until the read model says so too. */
export function afterAct(ticket: TicketView, act: KitchenAct): TicketView {
  switch (act.type) {
    case "accept":
      return ticket.status === "new" ? { ...ticket, status: "accepted" } : ticket;
    case "reject":
      return { ...ticket, status: "rejected" };
    case "ready":
      return isOpen(ticket) ? { ...ticket, status: "ready" } : ticket;
    case "missing": {
      const missing = { state: "missing" } as const;
      return {
        ...ticket,
        lines: ticket.lines.map((line) => (line.sku === act.sku && !line.state ? { ...line, ...missing } : line)),
      };
    }
    case "start":
      if (!isOpen(ticket) || ticket.completed.includes(act.stage)) return ticket;
      return { ...ticket, status: "working", started: including(ticket.started, act.stage) };
    case "complete":
      if (!isOpen(ticket)) return ticket;
      return {
        ...ticket,
        status: "working",
        started: without(ticket.started, act.stage),
        completed: including(ticket.completed, act.stage),
      };
    case "recall":
      if (!isOpen(ticket)) return ticket;
      return {
        ...ticket,
        started: including(ticket.started, act.stage),
        completed: without(ticket.completed, act.stage),
      };
  }
}

/** Whether a line of this ticket may be reported as missing. */
export const mayBeMissing = (ticket: TicketView, { state }: TicketLine): boolean =>
  isOpen(ticket) && state === undefined;

/** What one touch on a ticket does in a column; undefined where there is nothing to do for the kitchen. */
export function actOf(ticket: TicketView, column: ColumnId): KitchenAct | undefined {
  if (ticket.status === "new") return column === NEW ? { type: "accept" } : undefined;
  if (!isOpen(ticket)) return undefined;
  if (column === READY) return nextStation(ticket) === undefined ? { type: "ready" } : undefined;
  if (!ticket.stations.includes(column) || ticket.completed.includes(column)) return undefined;
  return { type: ticket.started.includes(column) ? "complete" : "start", stage: column };
}

/** The columns that a ticket stands in: where it is worked at, and where it is next. */
export function columnsOf(ticket: TicketView): readonly ColumnId[] {
  switch (ticket.status) {
    case "new":
      return [NEW];
    case "ready":
      return [READY];
    case "done":
      return [];
    case "accepted":
    case "working": {
      const next = nextStation(ticket);
      return next === undefined ? [READY] : [...new Set([next, ...ticket.started])];
    }
    case "cancelled":
    case "rejected":
      // Work that was begun is stopped where it stood; what nobody has begun stays at the front.
      return ticket.started.length + ticket.completed.length === 0
        ? [NEW]
        : [ticket.started[0] ?? nextStation(ticket) ?? READY];
  }
}

/** True for a ticket that must not be made any more, and stays until somebody has taken note. */
export const isStopped = (ticket: TicketView): boolean => ticket.status === "cancelled" || ticket.status === "rejected";

/** How urgent a ticket is by its age. */
export type Urgency = "fresh" | "watch" | "hurry" | "urgent";

/** 5, 10 and 15 minutes. */
export function urgencyOf(ageMs: number): Urgency {
  const minutes = ageMs / 60_000;
  if (minutes >= 15) return "urgent";
  if (minutes >= 10) return "hurry";
  return minutes >= 5 ? "watch" : "fresh";
}

/** One item and how much of it open tickets hold. */
export interface DayCount {
  readonly sku: string;
  readonly name: string;
  readonly amount: number;
  readonly unit: "each" | "g";
}

/** How much of each item is still to be made, most first. */
export function allDay(tickets: readonly TicketView[]): readonly DayCount[] {
  const counts = new Map<string, DayCount>();
  for (const ticket of tickets) {
    if (ticket.status !== "new" && !isOpen(ticket)) continue;
    for (const { sku, name, quantity, state } of ticket.lines) {
      if (state !== undefined) continue;
      const amount = (counts.get(sku)?.amount ?? 0) + quantity.amount;
      counts.set(sku, { sku, name, amount, unit: quantity.unit });
    }
  }
  return [...counts.values()].sort((a, b) => b.amount - a.amount || a.name.localeCompare(b.name));
}
