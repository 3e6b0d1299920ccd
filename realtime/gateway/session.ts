import type { WebSocket } from "ws";
import type { Principal } from "../../infra/auth/principal.ts";
import { failpoint } from "../../infra/failpoints.ts";
import { CLOSE, type Refusal } from "../protocol.ts";
import { encode } from "./outgoing.ts";
import type { Recipient, Subscription } from "./subscription.ts";

export interface SessionLimits {
  /** Unsent bytes beyond which deltas are left out, to be replaced by a snapshot. */
  readonly slowBytes: number;
  /** Unsent bytes beyond which the socket is ended. */
  readonly mostBytes: number;
  /** How long a socket may be slow before it is ended. */
  readonly slowMs: number;
  readonly topics: number;
  /** Messages from the client: so many at once, and so many a second in the long run. */
  readonly burst: number;
  readonly perSecond: number;
}

export const DEFAULT_LIMITS: SessionLimits = {
  slowBytes: 256 * 1024,
  mostBytes: 2 * 1024 * 1024,
  slowMs: 15_000,
  topics: 100,
  // A page that comes back subscribes to all of its topics at once.
  burst: 250,
  perSecond: 20,
};

/** How long a close handshake may take before the socket is cut. */
const CLOSING_MS = 1_000;

/** One socket: what it may see, what it gets, and how fast it takes it. */
export class Session implements Recipient {
  readonly principal: Principal;
  readonly subscriptions = new Map<string, Subscription>();
  readonly openedAt = performance.now();
  /** Whether anything was heard from the client since the last ping. */
  heard = true;
  /** When this client was last known to have been sent everything; epoch milliseconds. */
  freshAt = 0;
  readonly #socket: WebSocket;
  readonly #limits: SessionLimits;
  readonly #gone = new AbortController();
  #slowSince: number | undefined;
  #allowance: number;
  #allowanceAt = performance.now();

  constructor(socket: WebSocket, principal: Principal, limits: SessionLimits) {
    this.#socket = socket;
    this.principal = principal;
    this.#limits = limits;
    this.#allowance = limits.burst;
    socket.once("close", () => this.#gone.abort());
  }

  /** Aborted when the socket is closed. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** The client does not take what it is sent fast enough. */
  get slow(): boolean {
    return this.#slowSince !== undefined;
  }

  /** Everything that was meant for this client was sent, and nothing is being read for it. */
  get upToDate(): boolean {
    if (this.slow) return false;
    for (const subscription of this.subscriptions.values()) {
      if (subscription.stale || !subscription.settled) return false;
    }
    return true;
  }

  get limits(): SessionLimits {
    return this.#limits;
  }

  send(bytes: Buffer): void {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return;
    socket.send(bytes, { binary: false });
    failpoint("gateway.after-send");
    if (socket.bufferedAmount > this.#limits.mostBytes) this.end(CLOSE.tooSlow, "too slow");
    else if (socket.bufferedAmount > this.#limits.slowBytes) this.#slowSince ??= performance.now();
  }

  refuse(topic: string, reason: Refusal): void {
    this.send(encode({ op: "refused", topic, reason }));
  }

  /** Looks whether a slow socket has taken what waited, or has been slow for too long. */
  lookAgain(): void {
    if (this.#slowSince === undefined) return;
    if (this.#socket.bufferedAmount <= this.#limits.slowBytes / 4) {
      this.#slowSince = undefined;
      for (const subscription of this.subscriptions.values()) if (subscription.stale) subscription.repair();
    } else if (performance.now() - this.#slowSince > this.#limits.slowMs) this.end(CLOSE.tooSlow, "too slow");
  }

  /** Counts a message of the client; false when there were too many. */
  admit(): boolean {
    this.heard = true;
    const now = performance.now();
    const earned = ((now - this.#allowanceAt) / 1000) * this.#limits.perSecond;
    this.#allowanceAt = now;
    this.#allowance = Math.min(this.#limits.burst, this.#allowance + earned) - 1;
    return this.#allowance >= 0;
  }

  /** Asks for a sign of life; ends the socket when there was none since the last time. */
  ping(): void {
    if (!this.heard) {
      this.#socket.terminate();
      return;
    }
    this.heard = false;
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  /** Closes the socket, and cuts it when the other side does not answer. */
  end(code: number, reason: string): void {
    this.#socket.close(code, reason);
    const cut = setTimeout(() => this.#socket.terminate(), CLOSING_MS);
    this.#gone.signal.addEventListener("abort", () => clearTimeout(cut), { once: true });
  }

  cut(): void {
    this.#socket.terminate();
  }
}
