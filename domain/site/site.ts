import type { SiteKind } from "../order/events.ts";
import { Refusal } from "../refusal.ts";
import type { OpeningHours } from "./opening-hours.ts";

// Stored for ever: see domain/order/events.ts for the rules of change.

export const siteStream = (siteId: string): string => `site-${siteId}`;

/** Ids of sites and items: lower-case words joined by single hyphens. */
export const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Preparation stages by kind of site, in their order; a site may name its own. */
export const STATIONS: Readonly<Record<SiteKind, readonly string[]>> = {
  bakery: ["preparation", "baking", "quality_check", "packaging"],
  restaurant: ["preparing", "cooking", "packing"],
  dark_store: ["picking", "packing"],
  warehouse: ["picking", "packing"],
};

/** Within how many minutes a site of each kind promises its orders: quick commerce 15, parcels three days. */
export const PROMISED_MINUTES: Readonly<Record<SiteKind, number>> = {
  dark_store: 15,
  restaurant: 45,
  bakery: 60,
  warehouse: 72 * 60,
};

/** What can be said of a site. Position in integer microdegrees. */
export interface SiteDetails {
  readonly kind: SiteKind;
  readonly name: string;
  readonly city: string;
  readonly region: string;
  readonly timeZone: string;
  readonly position: { readonly lat: number; readonly lon: number };
  readonly hours: OpeningHours;
  readonly stations: readonly string[];
  readonly currency: string;
  readonly deliveryFee: number;
  /** SKUs that the site sells. */
  readonly menu: readonly string[];
}

type Fact<Type extends string, Data> = { readonly type: Type; readonly data: Data };

export type SiteEvent =
  | Fact<"site.opened", SiteDetails & { siteId: string }>
  | Fact<"site.changed", Partial<SiteDetails>>
  | Fact<"site.suspended", { cause: string }>
  | Fact<"site.resumed", Record<string, never>>
  | Fact<"site.closed", Record<string, never>>;

export interface Site extends SiteDetails {
  readonly siteId: string;
  readonly status: "open" | "suspended" | "closed";
}

export type SiteState = Site | undefined;

/** Folds one event; accepts every fact in every state. */
export function evolve(state: SiteState, event: SiteEvent): SiteState {
  if (event.type === "site.opened") return state ?? { ...event.data, status: "open" };
  if (!state) return state;
  switch (event.type) {
    case "site.changed":
      return { ...state, ...event.data };
    case "site.suspended":
      return { ...state, status: "suspended" };
    case "site.resumed":
      return { ...state, status: "open" };
    case "site.closed":
      return { ...state, status: "closed" };
    default:
      return state;
  }
}

export type SiteCommand =
  | { readonly type: "open"; readonly siteId: string; readonly details: SiteDetails }
  | { readonly type: "change"; readonly details: Partial<SiteDetails> }
  | { readonly type: "suspend"; readonly cause: SuspendCause }
  | { readonly type: "resume" }
  | { readonly type: "close" };

/** Why a site takes no orders for a while. A word and no text: what a person types would be personal. */
export const SUSPEND_CAUSES = ["too_busy", "short_of_staff", "short_of_goods", "broken_equipment", "other"] as const;
export type SuspendCause = (typeof SUSPEND_CAUSES)[number];

/** Decides a command; throws Refusal `site_exists` or `site_unknown`. */
export function decide(command: SiteCommand, state: SiteState): readonly SiteEvent[] {
  if (command.type === "open") {
    if (state) throw new Refusal("site_exists", `there is a site ${command.siteId} already; change it instead`);
    return [{ type: "site.opened", data: { siteId: command.siteId, ...command.details } }];
  }
  if (!state || state.status === "closed") throw new Refusal("site_unknown", "there is no such site");
  switch (command.type) {
    case "change":
      return [{ type: "site.changed", data: command.details }];
    case "suspend":
      return state.status === "suspended" ? [] : [{ type: "site.suspended", data: { cause: command.cause } }];
    case "close":
      return [{ type: "site.closed", data: {} }];
    case "resume":
      return state.status === "open" ? [] : [{ type: "site.resumed", data: {} }];
  }
}
