import { type Principal, principalKey, type Role } from "./principal.ts";

/** How far a permission reaches. */
type Scope =
  /** Whatever the resource. */
  | "any"
  /** An order of the caller's own account, or one that this very principal placed. */
  | "own-order"
  /** The caller's own account, or one that the request itself registers (no `customerId` yet). */
  | "own-account"
  /** The caller's own account, which has to be named. */
  | "named-account"
  /** The one site that is acted for. */
  | "own-site"
  /** An order of which at least one fulfilment is made at a site of the caller. */
  | "order-of-own-site"
  /** What belongs to this courier: the shift, or the order that is claimed. */
  | "own-courier";

const EVERYBODY = {
  guest: "any",
  customer: "any",
  kitchen: "any",
  courier: "any",
  support: "any",
  admin: "any",
  analyst: "any",
  operator: "any",
} as const satisfies Record<Role, Scope>;

const READERS_OF_AN_ORDER = {
  guest: "own-order",
  customer: "own-order",
  kitchen: "order-of-own-site",
  courier: "own-courier",
  support: "any",
  admin: "any",
} as const satisfies Partial<Record<Role, Scope>>;

/** Who may do what. What is not written here is refused. */
export const PERMISSIONS = {
  "catalogue.read": EVERYBODY,
  "availability.read": EVERYBODY,
  "catalogue.write": { admin: "any" },
  "customer.register": { guest: "own-account", customer: "own-account", support: "any", admin: "any" },
  "customer.hold": { admin: "any" },
  "customer.read": { customer: "named-account", support: "any", admin: "any" },
  "customer.search": { support: "any", admin: "any" },
  "order.place": { guest: "own-account", customer: "own-account" },
  "order.place-on-behalf": { admin: "any" },
  "order.read": READERS_OF_AN_ORDER,
  "order.pin": { guest: "own-order", customer: "own-order", support: "any" },
  "order.cancel": { guest: "own-order", customer: "own-order", support: "any", admin: "any" },
  "kitchen.act": { kitchen: "own-site" },
  "courier.act": { courier: "own-courier" },
  "stock.receive": { kitchen: "own-site", admin: "any" },
  "timeline.read": { support: "any", admin: "any" },
  "topic.order": READERS_OF_AN_ORDER,
  "topic.kitchen": { kitchen: "own-site", support: "any", admin: "any" },
  "topic.courier": { courier: "own-courier" },
  "integrity.read": { support: "any", admin: "any", analyst: "any", operator: "any" },
  "analytics.read": { admin: "any", analyst: "any", operator: "any" },
  "replay.read": { admin: "any", analyst: "any", operator: "any" },
  "replay.run": { admin: "any", analyst: "any", operator: "any" },
  "dead-letters.read": { support: "any", admin: "any", operator: "any" },
  "dead-letters.resolve": { support: "any", admin: "any", operator: "any" },
  "radar.read": { support: "any", admin: "any", operator: "any" },
  "reconciliation.run": { admin: "any", operator: "any" },
  "reconciliation.settle": { admin: "any", operator: "any" },
  "ops.read": { admin: "any", operator: "any" },
} as const satisfies Record<string, Partial<Record<Role, Scope>>>;

/** What a route or a topic is for. Every one declares its action. */
export type Action = keyof typeof PERMISSIONS;

export const ACTIONS = Object.keys(PERMISSIONS) as readonly Action[];

/** What is acted on, as far as permissions depend on it. A field that is left out never matches. */
export interface Resource {
  /** Account of the order, or that the request names. */
  readonly customerId?: string | undefined;
  /** The site that is acted for. */
  readonly siteId?: string | undefined;
  /** All sites of an order's fulfilments. */
  readonly siteIds?: readonly string[] | undefined;
  /** The courier of the shift, or the one assigned to the order. */
  readonly courierId?: string | undefined;
  /** Key (`type:id`) of the principal that placed the order. */
  readonly placedBy?: string | undefined;
}

const scopeOf = (role: Role, action: Action): Scope | undefined =>
  (PERMISSIONS[action] as Partial<Record<Role, Scope>>)[role];

const ownsAccount = (principal: Principal, customerId: string | undefined): boolean =>
  principal.role === "customer" && customerId === principal.id;

function reaches(scope: Scope, principal: Principal, resource: Resource): boolean {
  switch (scope) {
    case "any":
      return true;
    case "own-order":
      return resource.placedBy === principalKey(principal) || ownsAccount(principal, resource.customerId);
    case "own-account":
      return resource.customerId === undefined || ownsAccount(principal, resource.customerId);
    case "named-account":
      return ownsAccount(principal, resource.customerId);
    case "own-site":
      return resource.siteId !== undefined && principal.sites.includes(resource.siteId);
    case "order-of-own-site":
      return (resource.siteIds ?? []).some((site) => principal.sites.includes(site));
    case "own-courier":
      return resource.courierId === principal.id;
  }
}

/** Whether this caller may do this to this resource. Nobody known (`undefined`) may do nothing. */
export function may(principal: Principal | undefined, action: Action, resource: Resource = {}): boolean {
  if (principal === undefined) return false;
  const scope = scopeOf(principal.role, action);
  return scope !== undefined && reaches(scope, principal, resource);
}

/** Whether there is any resource on which this role may do this: asked before the resource is known. */
export const roleMay = (role: Role, action: Action): boolean => scopeOf(role, action) !== undefined;
