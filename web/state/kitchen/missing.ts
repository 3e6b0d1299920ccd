import type { Entry } from "./entry.ts";

/** How many other tickets hold an item that is still to be made. */
export const ticketsWith = (entries: readonly Entry[], sku: string, but: Entry): number =>
  entries.filter((entry) => {
    const ticket = entry.ticket.value;
    const isOpen = ticket.status === "new" || ticket.status === "accepted" || ticket.status === "working";
    return entry !== but && isOpen && ticket.lines.some((line) => line.sku === sku && line.state === undefined);
  }).length;
