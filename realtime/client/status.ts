/** How fresh what a page shows is. Times are this machine's clock, epoch milliseconds. */
export interface LiveStatus {
  /**
   * `live`: what is shown is the newest. `reconnecting`: it was, seconds ago, or nobody has said so yet over this
   * connection. `offline`: it may be old, for a reason.
   */
  readonly state: "live" | "reconnecting" | "offline";
  /** When what is shown was last known to be the newest; undefined before the server first said so. */
  readonly asOf: number | undefined;
  /** Why it is not live: no connection, or a server that cannot vouch for what it shows. */
  readonly reason: "connection" | "server_behind" | undefined;
}

export interface Freshness {
  readonly now: number;
  /** When the server spoke first over the open socket; undefined while there is none. */
  readonly welcomedAt: number | undefined;
  /**
   * The server has vouched for what is shown over this very connection. What it said over the one before is no
   * evidence: whatever was sent in between has been missed.
   */
  readonly confirmed: boolean;
  /** When this client started to connect. */
  readonly startedAt: number;
  /** When the server last vouched for what was sent, in this machine's time. */
  readonly asOf: number | undefined;
  readonly offlineAfterMs: number;
  readonly staleAfterMs: number;
}

/** What a page should say. */
export function statusOf(at: Freshness): LiveStatus {
  const { now, welcomedAt, confirmed, startedAt, asOf, offlineAfterMs, staleAfterMs } = at;
  if (welcomedAt === undefined) {
    const offline = now - (asOf ?? startedAt) > offlineAfterMs;
    return { state: offline ? "offline" : "reconnecting", asOf, reason: "connection" };
  }
  if (!confirmed && now - welcomedAt <= staleAfterMs) return { state: "reconnecting", asOf, reason: "connection" };
  if (confirmed && asOf !== undefined && now - asOf <= staleAfterMs) return { state: "live", asOf, reason: undefined };
  return { state: "offline", asOf, reason: "server_behind" };
}
