import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { KitchenDelta, TicketView } from "../../../projections/views.ts";
import { getTickets } from "../../api/endpoints.ts";
import { freshness } from "../freshness.ts";
import { freshnessOf, openLive } from "../live.ts";

/**
 * What a feed hands on. `version` is how far the read model had come; undefined when that was not said. Answered is
 * whether a note is still to be fetched.
 */
export interface FeedHandlers {
  all(tickets: readonly TicketView[], version: string | undefined): boolean;
  changed(tickets: readonly TicketView[], version: string | undefined): boolean;
}

/** How the display is connected. */
export type Reach =
  | { readonly state: "ok" }
  /** Touches get through; what is shown may be old. */
  | { readonly state: "stale"; readonly asOf: number }
  | { readonly state: "offline"; readonly asOf: number | undefined; readonly since: number };

export interface Feed {
  readonly reach: ReadonlySignal<Reach>;
  /** True once the tickets were received. */
  readonly loaded: ReadonlySignal<boolean>;
  /** Why nothing could be read. */
  readonly trouble: ReadonlySignal<unknown>;
  stop(): void;
}

const ASK_EVERY = 3_000;
const ANSWERED_LATELY = 8_000;

/** Follows a kitchen's tickets over the WebSocket, and by asking while that is not live. */
export function feedTickets(siteId: string, handlers: FeedHandlers): Feed {
  const live = openLive("kitchen");
  const heard = signal(false);
  const loaded = signal(false);
  const trouble = signal<unknown>(undefined);
  const readAt = signal<number | undefined>(undefined);
  const reach = signal<Reach>({ state: "ok" });
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let retopic: ReturnType<typeof setTimeout> | undefined;
  let fetching: ReturnType<typeof setTimeout> | undefined;
  let leave: (() => void) | undefined;

  const hear = () => {
    heard.value = loaded.value = true;
    trouble.value = undefined;
  };

  const follow = () => {
    leave?.();
    leave = live.connection.subscribe<{ tickets: readonly TicketView[] }, KitchenDelta>(`kitchen.${siteId}`, {
      snapshot: ({ tickets }, { version }) => {
        hear();
        if (handlers.all(tickets, version)) fetchNotes();
      },
      delta: ({ ticket, also }, { version }) => {
        hear();
        const tickets = [ticket, ...(also ?? [])];
        if (handlers.changed(tickets, version)) fetchNotes();
      },
      empty: () => {
        hear();
        handlers.all([], undefined);
      },
      refused: (reason) => {
        heard.value = false;
        clearTimeout(retopic);
        if (reason !== "unavailable") retopic = setTimeout(follow, 5_000);
      },
    });
  };

  // A note that could not be opened for the message is in the queue when it is asked for.
  const fetchNotes = () => {
    clearTimeout(fetching);
    fetching = setTimeout(() => void readNotes(), 500);
  };
  const readNotes = async () => {
    const { data } = await getTickets(siteId).catch(() => ({ data: { tickets: [] } }));
    if (!stopped && data.tickets.length > 0) handlers.changed(data.tickets, undefined);
  };

  const ask = async () => {
    clearTimeout(timer);
    const isLive = () => live.status.peek().state === "live" && heard.peek();
    if (!isLive()) {
      try {
        const { data, ageMs } = await getTickets(siteId);
        if (stopped) return;
        readAt.value = Date.now() - ageMs;
        loaded.value = true;
        trouble.value = undefined;
        if (!isLive()) handlers.all(data.tickets, undefined);
      } catch (error) {
        if (stopped) return;
        trouble.value = error;
      }
    }
    timer = setTimeout(ask, ASK_EVERY);
  };

  const unlinked = effect(() => {
    const status = live.status.value;
    freshness.value = freshnessOf(live, heard.value, readAt.value);
    const answers = readAt.value !== undefined && Date.now() - readAt.value < ANSWERED_LATELY;
    if (status.state !== "offline") reach.value = { state: "ok" };
    else if (status.reason === "server_behind") reach.value = { state: "stale", asOf: status.asOf ?? Date.now() };
    else if (answers && readAt.value !== undefined && navigator.onLine)
      reach.value = { state: "stale", asOf: readAt.value };
    else {
      const asOf = latest(status.asOf, readAt.value);
      reach.value = { state: "offline", asOf, since: asOf ?? live.openedAt };
    }
  });

  follow();
  timer = setTimeout(ask, 1_000);
  return {
    reach,
    loaded,
    trouble,
    stop() {
      stopped = true;
      clearTimeout(timer);
      clearTimeout(retopic);
      clearTimeout(fetching);
      unlinked();
      leave?.();
      live.close();
    },
  };
}

const latest = (a: number | undefined, b: number | undefined): number | undefined =>
  Math.max(a ?? 0, b ?? 0) || undefined;
