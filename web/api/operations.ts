import type { LetterCount } from "./dead-letters.ts";
import { request } from "./request.ts";

// What the operations page asks. Times are RFC 3339; those of `money`, `flow` and `stuck` are business time.

/** What a part of the system said and when, or why it could not be asked. */
export type Part<T> =
  | { readonly at: string; readonly data: T; readonly trouble?: undefined }
  | { readonly at: string; readonly trouble: string; readonly data?: undefined };

export interface Difference {
  readonly kind: string;
  readonly reference: string;
  readonly orderId?: string;
  readonly inOrder?: number;
  readonly outside?: number;
  readonly currency?: string;
  readonly text: string;
  readonly alarm: boolean;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly mendedAt?: string;
  readonly goneAt?: string;
  readonly settledAt?: string;
  readonly settledBy?: string;
}

export interface MoneyReport {
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly until: string;
  readonly state: "running" | "finished" | "failed";
  readonly error?: string;
  readonly counts: Partial<Record<"intents" | "refunds" | "parcels" | "stuck" | "found" | "mended", number>>;
}

export interface Money {
  readonly switchedOff: boolean;
  readonly everyMs: number;
  readonly nextAt?: string;
  readonly reports: readonly MoneyReport[];
  readonly open: readonly Difference[];
  readonly closed: readonly Difference[];
}

export type Movement = Readonly<Record<"placed" | "paid" | "accepted" | "delivered" | "ended", number>>;

export interface Flow {
  readonly minutes: number;
  readonly now: Movement;
  readonly usual?: Movement;
  readonly withoutCourier: number;
}

export interface StuckOrder {
  readonly orderId: string;
  readonly kind: string;
  readonly method: string;
  readonly step: string;
  readonly since: string;
  readonly forMs: number;
  readonly limitMs: number;
  readonly basis: "p99" | "deadline";
  readonly waitingFor?: { readonly whom: string; readonly what: string; readonly next?: string };
}

export interface WaitingStep {
  readonly step: string;
  readonly orders: number;
  readonly longestMs: number;
  readonly stuck: number;
}

export interface Stuck {
  readonly orders: readonly StuckOrder[];
  readonly steps: readonly WaitingStep[];
  readonly looked: number;
  readonly more: boolean;
}

export interface Follower {
  readonly name: string;
  readonly owner?: string;
  readonly state: "running" | "stuck" | "stopped" | "building" | "ready" | "previous";
  readonly lag?: { readonly events: number; readonly exact: boolean; readonly seconds: number };
  readonly level: "ok" | "warning" | "critical" | "emergency";
  readonly rate?: number;
  readonly parked: number;
}

export interface CircuitSeen {
  readonly system: string;
  readonly place: string;
  readonly state: "open" | "closed";
  readonly since: string;
  readonly failureType?: string;
  readonly waiting: number;
}

export interface Followers {
  readonly consumers: readonly Follower[];
  readonly appended?: number;
  readonly outbox: number;
  readonly circuits: readonly CircuitSeen[];
  readonly logFault?: string;
}

export interface Overview {
  readonly at: string;
  readonly money: Part<Money>;
  readonly flow: Part<Flow>;
  readonly stuck: Part<Stuck>;
  readonly followers: Part<Followers>;
  readonly redrivePerSecond: number;
  readonly letters: Part<{ readonly counts: readonly LetterCount[]; readonly total: number }>;
  readonly eventStore: Part<{ readonly answeredInMs: number; readonly head?: string }>;
  readonly database: Part<{
    readonly version: string;
    readonly answeredInMs: number;
    readonly bytes: number;
    readonly connections: number;
    readonly mostConnections: number;
  }>;
  readonly broker: Part<{ readonly state: "not_configured" | "connected" | "away" }>;
  readonly disk: Part<{ readonly freeBytes: number; readonly totalBytes: number }>;
}

const act = (key: string, body: unknown) =>
  ({ seat: "desk", method: "POST", key, body, tries: 1, timeout: 10_000 }) as const;

/** Every part is given up after three seconds, so the whole answers soon after. */
export const getOverview = () => request<Overview>("/api/operations", { seat: "desk", tries: 1, timeout: 8_000 });

export const postReconcile = (key: string) => request<{ askedAt: string }>("/api/reconciliation/run", act(key, {}));

export const postSettle = ({ kind, reference }: Difference, key: string) =>
  request<{ settled: boolean }>("/api/reconciliation/settle", act(key, { kind, reference }));
