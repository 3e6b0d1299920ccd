import type { Principal } from "../infra/auth/principal.ts";
import type { ReadServices } from "./services.ts";

/** Roles that see orders which are not their own affair: each reading is recorded. */
const RECORDED = new Set<Principal["role"]>(["support", "admin"]);

/** Puts on record that this principal is about to be shown an order, where it is not their own. */
export async function recordAccess(
  { access }: Pick<ReadServices, "access">,
  principal: Principal,
  orderId: string,
  what: "order" | "timeline" | "live",
): Promise<void> {
  if (RECORDED.has(principal.role)) await access.record(principal, orderId, what);
}
