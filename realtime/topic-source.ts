import type { Principal } from "../infra/auth/principal.ts";
import type { Have } from "./protocol.ts";

export interface Snapshot extends Have {
  readonly data: unknown;
}

/** Where the gateway learns the truth about the topics of one prefix. Every call is bounded in time by the database. */
export interface TopicSource {
  /** What its topics begin with, such as `order.`. */
  readonly prefix: string;
  /** Whether this principal may see this topic. Asked at every subscribing, never remembered. */
  authorize(principal: Principal, topic: string): Promise<boolean>;
  /** The topic's whole state with its version, read in one statement; undefined when nothing is known of it yet. */
  snapshot(topic: string, principal: Principal): Promise<Snapshot | undefined>;
  /** Newest epoch and version of each of these topics, in one statement; unknown topics are left out. */
  heads(topics: readonly string[]): Promise<Map<string, Have>>;
  /**
   * What this principal may see of a delta's data. Absent, everybody sees the same, also in snapshots, and each
   * message is encoded and each snapshot is read once for all.
   */
  view?(data: unknown, principal: Principal): unknown;
}
