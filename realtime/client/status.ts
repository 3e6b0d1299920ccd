/** How fresh what a page shows is. Times are this machine's clock, epoch milliseconds. */
export interface LiveStatus {
  /**
   * `live`: what is shown is the newest. `reconnecting`: it was, seconds ago. `offline`: it may be old, for a reason.
   */
  readonly state: "live" | "reconnecting" | "offline";
  /** When what is shown was last known to be the newest; undefined before the first connection. */
  readonly asOf: number | undefined;
  /** Why it is not live: no connection, or a server that cannot vouch for what it shows. */
  readonly reason: "connection" | "server_behind" | undefined;
}

export interface Freshness {
  readonly now: number;
  /** The socket is open and the server has spoken. */
  readonly open: boolean;
  /** When this client started to connect. */
  readonly startedAt: number;
  /** When the server last vouched for what was sent, in this machine's time. */
  readonly asOf: number | undefined;
  readonly offlineAfterMs: number;
  readonly staleAfterMs: number;
}

/** What a page should say. */
export function statusOf({ now, open, startedAt, asOf, offlineAfterMs, staleAfterMs }: Freshness): LiveStatus {
  if (open) {
    if (asOf !== undefined && now - asOf <= staleAfterMs) return { state: "live", asOf, reason: undefined };
    return { state: "offline", asOf, reason: "server_behind" };
  }
  const offline = now - (asOf ?? startedAt) > offlineAfterMs;
  return { state: offline ? "offline" : "reconnecting", asOf, reason: "connection" };
}
