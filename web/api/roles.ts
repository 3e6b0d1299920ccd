import type { Role } from "../../infra/auth/principal.ts";

export type { Role };

/** Every role there is, in the order in which they are offered. */
export const ROLES: readonly Role[] = [
  "guest",
  "customer",
  "kitchen",
  "courier",
  "support",
  "admin",
  "analyst",
  "operator",
];
