import { type Signal, signal } from "@preact/signals";
import { LiveConnection } from "../../realtime/client/connection.ts";
import type { LiveStatus } from "../../realtime/client/status.ts";
import { heldToken } from "./auth.ts";
import type { Freshness } from "./freshness.ts";
import { reached } from "./reach.ts";
import type { Seat } from "./seats.ts";

/** The WebSocket of one seat, with its status as a signal. */
export interface LiveSeat {
  readonly connection: LiveConnection;
  readonly status: Signal<LiveStatus>;
  /** When the page began to connect. */
  readonly openedAt: number;
  close(): void;
}

/** Opens the connection of a page; the page closes it when it is left. */
export function openLive(seat: Seat): LiveSeat {
  const { protocol, host } = location;
  const connection = new LiveConnection({
    url: `${protocol === "https:" ? "wss" : "ws"}://${host}/ws`,
    token: () => heldToken(seat),
    offlineAfterMs: 4_000,
    longestPauseMs: 5_000,
  });
  // The browser may know at once that the network is gone; the socket finds out by its silence.
  const seen = (): LiveStatus => {
    const said = connection.status();
    return navigator.onLine ? said : { state: "offline", asOf: said.asOf, reason: "connection" };
  };
  const status = signal(seen());
  const look = () => {
    status.value = seen();
    if (status.value.state === "live") reached();
  };
  const forget = connection.onStatus(look);
  addEventListener("offline", look);
  addEventListener("online", look);
  return {
    connection,
    status,
    openedAt: Date.now(),
    close() {
      removeEventListener("offline", look);
      removeEventListener("online", look);
      forget();
      connection.close();
    },
  };
}

/**
 * What the freshness line says of a connection. `heard`: the page has got the state of its topic over this connection.
 * `readAt`: when it was last read in another way, so that what is shown is at least as new.
 */
export function freshnessOf(
  { status: { value: status }, openedAt }: LiveSeat,
  heard: boolean,
  readAt: number | undefined,
): Freshness {
  const asOf = Math.max(heard ? (status.asOf ?? 0) : 0, readAt ?? 0) || undefined;
  if (status.state === "live") return heard ? { kind: "live" } : waiting(asOf);
  // Before the server first vouched, what was read in another way may be shown with its time.
  if (status.state === "reconnecting") return status.asOf === undefined ? waiting(asOf) : { kind: "reconnecting" };
  if (status.reason === "server_behind")
    return asOf === undefined ? waiting(asOf) : { kind: "polled", asOf, delayed: true };
  return { kind: "stale", asOf, offlineSince: status.asOf ?? openedAt };
}

const waiting = (asOf: number | undefined): Freshness =>
  asOf === undefined ? { kind: "reconnecting" } : { kind: "polled", asOf, delayed: false };
