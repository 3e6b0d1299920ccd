import type { Difference, Overview } from "../../api/operations.ts";
import type { Anchor } from "./runbook.ts";

/** What the system cannot say of itself. */
export type PartName =
  | "money"
  | "flow"
  | "stuck"
  | "followers"
  | "letters"
  | "eventStore"
  | "database"
  | "broker"
  | "disk";

/** What is wrong, as data; the page has the words. */
type Matter =
  | { readonly kind: "differences"; readonly differences: readonly Difference[] }
  | { readonly kind: "compare-failed"; readonly error: string }
  | { readonly kind: "compare-late"; readonly last: string }
  | { readonly kind: "compare-off" }
  | { readonly kind: "none-paid"; readonly placed: number; readonly minutes: number }
  | { readonly kind: "fewer-placed"; readonly placed: number; readonly usual: number; readonly minutes: number }
  | { readonly kind: "nobody-carries"; readonly orders: number }
  | {
      readonly kind: "stuck";
      readonly whom: string;
      readonly orders: number;
      readonly longestMs: number;
      readonly first: string;
    }
  | { readonly kind: "consumers-stopped"; readonly names: readonly string[]; readonly stuck: boolean }
  | {
      readonly kind: "consumer-late";
      /** The one that is furthest behind. */
      readonly name: string;
      /** How many are late beside it. */
      readonly others: number;
      readonly events: number;
      readonly exact: boolean;
      readonly seconds: number;
    }
  | {
      readonly kind: "circuit";
      readonly system: string;
      readonly places: readonly string[];
      readonly waiting: number;
      readonly perSecond: number;
    }
  | {
      readonly kind: "letters";
      readonly consumer: string;
      readonly letters: number;
      /** The most frequent of them. */
      readonly error: string;
      /** How many kinds of failure there are. */
      readonly kinds: number;
      readonly money: boolean;
    }
  | { readonly kind: "disk"; readonly freeBytes: number }
  | { readonly kind: "connections"; readonly used: number; readonly most: number }
  | { readonly kind: "broker-away" }
  | { readonly kind: "log-away"; readonly reason: string }
  | { readonly kind: "unknown"; readonly part: PartName; readonly reason: string };

/** Something that needs a person. `bad`: money, or orders that do not go on; `warn`: it can wait until morning. */
export type Concern = Matter & {
  /** Stays the same while it is the same thing. */
  readonly id: string;
  readonly severity: "bad" | "warn";
  /** RFC 3339; absent where nobody knows. */
  readonly since?: string | undefined;
  readonly runbook: Anchor;
};

/** A part that cannot be asked. */
export const unknown = (part: PartName, reason: string, severity: "bad" | "warn", runbook: Anchor): Concern => ({
  kind: "unknown",
  id: `unknown ${part}`,
  part,
  reason,
  severity,
  runbook,
});

/** With the database away it is said once, and not once more for everything that lies in it. */
export const ownTrouble = (
  { database }: Overview,
  part: PartName,
  trouble: string | undefined,
  runbook: Anchor,
): Concern[] =>
  trouble === undefined || database.trouble !== undefined ? [] : [unknown(part, trouble, "warn", runbook)];
