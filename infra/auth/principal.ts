import type { Actor } from "../../domain/chain/envelope.ts";

/** What a caller may be. A guest may browse and order; nothing else is allowed without a role that allows it. */
export const ROLES = ["guest", "customer", "kitchen", "courier", "support", "admin", "analyst", "operator"] as const;
export type Role = (typeof ROLES)[number];

/** A caller as its signed token names it. */
export interface Principal {
  readonly role: Role;
  /** Id within the role: a customer's or courier's UUID, an employee's id. Unique together with the role. */
  readonly id: string;
  /** Sites that a kitchen principal may act for. Empty for other roles. */
  readonly sites: readonly string[];
}

/** `type:id`, the form that ids are derived from (see the contract, "Ids"). */
export const principalKey = (principal: Principal): string => `${principal.role}:${principal.id}`;

const ACTOR_OF_ROLE = {
  guest: "customer",
  customer: "customer",
  kitchen: "restaurant",
  courier: "driver",
  support: "support",
  admin: "admin",
  analyst: "admin",
  operator: "admin",
} as const satisfies Record<Role, Actor["type"]>;

/** The actor that a principal's events carry. */
export const actorOf = (principal: Principal, onBehalfOf?: string): Actor => ({
  type: ACTOR_OF_ROLE[principal.role],
  id: principal.id,
  ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
});
