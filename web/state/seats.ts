import type { Role } from "../../infra/auth/principal.ts";

/**
 * Who sits at a page. A shop, a kitchen display, a courier's page and a desk may be open in one browser, so each has its
 * own token: taking the kitchen's role does not take the guest's orders away. `guest` is whom the shop's customer was
 * before signing in: what was ordered then stays theirs to see.
 */
export type Seat = "shop" | "guest" | "kitchen" | "courier" | "desk";

const SEAT_OF: Readonly<Record<Role, Seat>> = {
  guest: "shop",
  customer: "shop",
  kitchen: "kitchen",
  courier: "courier",
  support: "desk",
  admin: "desk",
  analyst: "desk",
  operator: "desk",
};

/** Where somebody with this role sits. */
/** Where somebody with this role sits. */
export const seatOf = (role: Role): Seat => SEAT_OF[role];

/** Whether somebody with a role of this name can sit anywhere. */
export const isRole = (text: string): text is Role => Object.hasOwn(SEAT_OF, text);
