/**
 * What goes over the WebSocket, for the gateway and for the browser. Nothing here needs Node or a browser.
 *
 * `at` and `asOf` are the server's clock, epoch milliseconds; a client compares them with each other, never with its own.
 */
import type { TopicMessage } from "../projections/runner/topic-message.ts";

export type { TopicMessage };

/** Name of the subprotocol: a change that old pages cannot read gets a new one. */
export const SUBPROTOCOL = "ordertrail.v1";

/** A browser cannot set headers on a WebSocket: the token may come as a second subprotocol, `bearer.<token>`. */
export const BEARER_PREFIX = "bearer.";

/** Where the client stands in a topic. */
export interface Have {
  readonly epoch: string;
  readonly version: string;
}

export type ClientMessage =
  /** Also asks again for a topic that is already subscribed, to close a gap. */
  | { readonly op: "subscribe"; readonly topic: string; readonly have?: Have }
  | { readonly op: "unsubscribe"; readonly topic: string }
  | { readonly op: "ping" };

/** Why a topic is refused. `unavailable` may be asked for again later, the others not. */
export type Refusal = "unknown_topic" | "forbidden" | "too_many_topics" | "unavailable";

export type ServerMessage =
  /** First message. Without any message for twice `beatMs` and a bit, the connection is dead. */
  | { readonly op: "welcome"; readonly at: number; readonly beatMs: number }
  | {
      readonly op: "snapshot";
      readonly topic: string;
      readonly epoch: string;
      readonly version: string;
      readonly data: unknown;
    }
  /** What the client said it has is the newest. */
  | { readonly op: "current"; readonly topic: string; readonly epoch: string; readonly version: string }
  /** The topic is allowed, but there is nothing in it yet; a delta will come. */
  | { readonly op: "empty"; readonly topic: string }
  | ({ readonly op: "delta" } & TopicMessage)
  | { readonly op: "refused"; readonly topic: string; readonly reason: Refusal }
  /** `asOf`: everything sent was compared with the database and found newest at this time. */
  | { readonly op: "beat"; readonly at: number; readonly asOf: number }
  | { readonly op: "pong"; readonly at: number }
  | { readonly op: "fault"; readonly reason: "bad_message" };

/** Close codes of our own, beside those of the protocol (1012 is a restart: come back soon). */
export const CLOSE = {
  sessionOver: 4001,
  tooSlow: 4008,
  tooManyMessages: 4029,
} as const;

/** Order of two versions (decimal strings of any length): negative when `a` is the older. */
export function compareVersions(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}
