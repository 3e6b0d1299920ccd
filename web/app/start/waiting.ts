import { type ReadonlySignal, signal } from "@preact/signals";
import { getTickets } from "../../api/endpoints.ts";
import { request } from "../../api/request.ts";
import { type Polled, poll } from "../../state/polled.ts";
import type { ScreenName } from "../screens.ts";

// What waits behind a screen, as far as the API tells it in one cheap answer.

const EVERY_MS = 15_000;
/** So many stuck orders are counted; more are "50+". */
const MOST_STUCK = 50;

export interface Waiting {
  /** Of each screen how much waits there; a screen that was not counted is left out. */
  readonly counts: Partial<Record<ScreenName, number>>;
  /** There are more than were counted. */
  readonly more: boolean;
}

/** Counts what waits for the people of a desk: orders that are stuck, dead letters. */
export const awaitDesk = (): Polled<Waiting> =>
  poll(
    async () => {
      const asked = { seat: "desk", tries: 1, timeout: 4_000 } as const;
      const [stuck, letters] = await Promise.all([
        request<{ orders: readonly unknown[]; more: boolean }>(`/api/radar/stuck-orders?limit=${MOST_STUCK}`, asked),
        request<{ total: number }>("/api/dead-letters?state=parked&limit=1", asked),
      ]);
      return {
        ...stuck,
        data: {
          counts: { support: stuck.data.orders.length, operations: letters.data.total },
          more: stuck.data.more,
        },
      };
    },
    () => EVERY_MS,
  );

/** Counts the open tickets of a kitchen. */
export const awaitKitchen = (siteId: string): Polled<Waiting> =>
  poll(
    async () => {
      const tickets = await getTickets(siteId);
      return { ...tickets, data: { counts: { kitchen: tickets.data.tickets.length }, more: false } };
    },
    () => EVERY_MS,
  );

/** Nothing is counted for this role. */
export const NOTHING: ReadonlySignal<undefined> = signal(undefined);
