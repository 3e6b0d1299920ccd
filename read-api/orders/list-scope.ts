import { may } from "../../infra/auth/permissions.ts";
import { type Principal, principalKey } from "../../infra/auth/principal.ts";
import { Problem } from "../../infra/http/problems.ts";
import type { ListScope } from "../../projections/orders/list.ts";

/** Sites of one caller whose orders are listed together. */
const MOST_SITES = 20;

/**
 * The orders that a caller may list; every one of them passes `order.read`. Throws Problem `forbidden`.
 *
 * @param siteId the only site that the caller asks for, if any
 * @param inHand the order that a courier carries or is offered
 */
export async function scopeFor(
  principal: Principal,
  siteId: string | undefined,
  inHand: (courierId: string) => Promise<string | undefined>,
): Promise<ListScope> {
  switch (principal.role) {
    case "support":
    case "admin":
      return { kind: "all" };
    case "kitchen": {
      if (siteId === undefined) return { kind: "sites", siteIds: principal.sites.slice(0, MOST_SITES) };
      if (!may(principal, "order.read", { siteIds: [siteId] })) {
        throw new Problem("forbidden", `this kitchen may not list the orders of ${siteId}`);
      }
      return { kind: "sites", siteIds: [siteId] };
    }
    case "courier": {
      const orderId = await inHand(principal.id);
      return { kind: "orders", orderIds: orderId === undefined ? [] : [orderId] };
    }
    case "customer":
      return { kind: "own", placedBy: principalKey(principal), customerId: principal.id };
    case "guest":
      return { kind: "own", placedBy: principalKey(principal) };
    default:
      throw new Problem("forbidden", `a ${principal.role} may not list orders`);
  }
}
