import type { Story } from "../story.ts";

/** What is said of one notice. */
export interface Said {
  readonly subject: string;
  readonly lines: readonly string[];
  /** The one thing that the customer can do now, or need not. */
  readonly next: string;
}

/** Messages to customers in one language, by the first word of the notice. */
export interface Texts {
  readonly hello: (name: string) => string;
  /** Headings of what every message ends with. */
  readonly orderNumber: (number: string) => string;
  readonly items: string;
  readonly total: (amount: string) => string;
  readonly and: string;
  readonly about: Readonly<Record<NoticeKind, (story: Told) => Said>>;
}

/** A story with its amounts and items as they are written in the language. */
export interface Told extends Pick<Story, "number" | "tracking" | "cancelledBy"> {
  readonly site: string;
  readonly refund: string;
  readonly soldOut: string;
  readonly changes: readonly {
    readonly missing: string;
    readonly instead: string | undefined;
    readonly refund: string;
  }[];
}

export const NOTICE_KINDS = [
  "confirmed",
  "payment_failed",
  "out_of_stock",
  "rejected",
  "rerouted",
  "line_changed",
  "cancelled",
  "fraud",
  "refunded",
  "shipped",
  "delivered",
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

export const isNoticeKind = (kind: string): kind is NoticeKind => NOTICE_KINDS.some((known) => known === kind);
