import type { TicketView } from "../../../projections/views.ts";
import { isStopped } from "./acts.ts";

/** Where an order stands for whoever hands it over, first things first. */
export type ExpoGroup = "ready" | "complete" | "working" | "new";
export const EXPO_GROUPS: readonly ExpoGroup[] = ["ready", "complete", "working", "new"];

/** A station of a ticket, as the pass sees it. */
export interface ExpoStation {
  readonly station: string;
  readonly state: "done" | "at_work" | "open";
}

/** In which group a ticket is; undefined for one that nobody hands over. */
export function expoGroupOf(ticket: TicketView): ExpoGroup | undefined {
  if (isStopped(ticket) || ticket.status === "done") return undefined;
  if (ticket.status === "new" || ticket.status === "ready") return ticket.status;
  return ticket.stations.every((station) => ticket.completed.includes(station)) ? "complete" : "working";
}

/** Every station of a ticket, in the site's order. */
export const expoStations = ({ stations, started, completed }: TicketView): readonly ExpoStation[] =>
  stations.map((station) => ({
    station,
    state: completed.includes(station) ? "done" : started.includes(station) ? "at_work" : "open",
  }));

/**
 * What a ticket waits for: the stations that work at it, else the one that is next; and sites that make other parts of
 * the order.
 */
export interface ExpoWaits {
  readonly stations: readonly string[];
  readonly sites: readonly string[];
}

export const expoWaits = ({ status, stations, started, completed, alsoAt = [] }: TicketView): ExpoWaits => {
  const next = stations.filter((station) => !completed.includes(station)).slice(0, 1);
  return {
    stations: status === "ready" ? [] : started.length > 0 ? started : next,
    sites: alsoAt.filter((part) => part.status !== "ready").map(({ siteName }) => siteName),
  };
};

/** Tickets by group, oldest first; where a courier waits before all others. */
export function expoOf<T>(all: readonly T[], ticketOf: (one: T) => TicketView): ReadonlyMap<ExpoGroup, readonly T[]> {
  const groups = new Map<ExpoGroup, T[]>(EXPO_GROUPS.map((group) => [group, []]));
  for (const one of all) {
    const group = expoGroupOf(ticketOf(one));
    if (group) groups.get(group)?.push(one);
  }
  const rank = (one: T) => `${ticketOf(one).courier.arrived ? 0 : 1}${ticketOf(one).receivedAt}`;
  for (const list of groups.values()) list.sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0));
  return groups;
}
