import { describe, expect, test } from "vitest";
import { ACTIONS, type Action, may, type Resource, roleMay } from "./permissions.ts";
import { type Principal, principalKey, ROLES, type Role } from "./principal.ts";

const CUSTOMER = "018f2d3c-0000-4000-8000-000000000001";
const OTHER_CUSTOMER = "018f2d3c-0000-4000-8000-000000000002";

const callers: Record<Role, Principal> = {
  guest: { role: "guest", id: "g-1", sites: [] },
  customer: { role: "customer", id: CUSTOMER, sites: [] },
  kitchen: { role: "kitchen", id: "k-1", sites: ["sweet-crumbs"] },
  courier: { role: "courier", id: "018f2d3c-0000-4000-8000-000000000003", sites: [] },
  support: { role: "support", id: "s-1", sites: [] },
  admin: { role: "admin", id: "a-1", sites: [] },
  analyst: { role: "analyst", id: "n-1", sites: [] },
  operator: { role: "operator", id: "o-1", sites: [] },
};

/** Everything of it is the caller's own. */
const ownOf = (principal: Principal): Resource => ({
  ...(principal.role === "customer" ? { customerId: principal.id } : {}),
  placedBy: principalKey(principal),
  siteId: "sweet-crumbs",
  siteIds: ["elsewhere", "sweet-crumbs"],
  courierId: principal.id,
});

/** Nothing of it is any caller's own. */
const foreign: Resource = {
  customerId: OTHER_CUSTOMER,
  placedBy: "guest:somebody-else",
  siteId: "elsewhere",
  siteIds: ["elsewhere"],
  courierId: "018f2d3c-0000-4000-8000-00000000000f",
};

/** `any`: also what is others'; `own`: only what is theirs; `-`: nothing. Columns in the order of ROLES. */
const TABLE: Record<Action, string> = {
  //                       guest customer kitchen courier support admin analyst operator
  "catalogue.read": "        any   any      any     any     any     any   any     any",
  "availability.read": "     any   any      any     any     any     any   any     any",
  "catalogue.write": "       -     -        -       -       -       any   -       -",
  "customer.register": "     own   own      -       -       any     any   -       -",
  "customer.hold": "         -     -        -       -       -       any   -       -",
  "customer.read": "         -     own      -       -       any     any   -       -",
  "customer.search": "       -     -        -       -       any     any   -       -",
  "order.place": "           own   own      -       -       -       -     -       -",
  "order.place-on-behalf": " -     -        -       -       -       any   -       -",
  "order.read": "            own   own      own     own     any     any   -       -",
  "order.pin": "             own   own      -       -       any     -     -       -",
  "order.cancel": "          own   own      -       -       any     any   -       -",
  "kitchen.act": "           -     -        own     -       -       -     -       -",
  "courier.act": "           -     -        -       own     -       -     -       -",
  "stock.receive": "         -     -        own     -       -       any   -       -",
  "timeline.read": "         -     -        -       -       any     any   -       -",
  "topic.order": "           own   own      own     own     any     any   -       -",
  "topic.kitchen": "         -     -        own     -       any     any   -       -",
  "topic.courier": "         -     -        -       own     -       -     -       -",
  "integrity.read": "        -     -        -       -       any     any   any     any",
  "analytics.read": "        -     -        -       -       -       any   any     any",
  "replay.read": "           -     -        -       -       -       any   any     any",
  "replay.run": "            -     -        -       -       -       any   any     any",
  "dead-letters.read": "     -     -        -       -       any     any   -       any",
  "dead-letters.resolve": "  -     -        -       -       any     any   -       any",
  "radar.read": "            -     -        -       -       any     any   -       any",
  "reconciliation.run": "    -     -        -       -       -       any   -       any",
  "reconciliation.settle": " -     -        -       -       -       any   -       any",
  "ops.read": "              -     -        -       -       -       any   -       any",
};

const cases = ACTIONS.flatMap((action) => {
  const columns = TABLE[action].trim().split(/ +/);
  expect(columns).toHaveLength(ROLES.length);
  return ROLES.map((role, index) => ({ action, role, reach: columns[index] ?? "" }));
});

describe("permissions", () => {
  test("the table of this test names every action", () => {
    expect(Object.keys(TABLE).sort()).toEqual([...ACTIONS].sort());
  });

  test.each(cases)("$role may do $action to: $reach", ({ action, role, reach }) => {
    const principal = callers[role];
    expect(may(principal, action, ownOf(principal))).toBe(reach !== "-");
    expect(may(principal, action, foreign)).toBe(reach === "any");
    expect(roleMay(role, action)).toBe(reach !== "-");
  });

  test.each(ACTIONS)("nobody known may not do %s", (action) => {
    expect(may(undefined, action, {})).toBe(false);
  });

  test.each(
    cases.filter(({ action, reach }) => reach === "own" && action !== "customer.register" && action !== "order.place"),
  )("$role may not do $action to a resource that says nothing about whose it is", ({ action, role }) => {
    expect(may(callers[role], action, {})).toBe(false);
  });

  test("a guest may read the order they placed, though it has an account that was registered with it", () => {
    const order = { customerId: OTHER_CUSTOMER, placedBy: "guest:g-1", siteIds: ["sweet-crumbs"] };
    expect(may(callers.guest, "order.read", order)).toBe(true);
    expect(may({ ...callers.guest, id: "g-2" }, "order.read", order)).toBe(false);
  });

  test("an id is a caller's own only under the same role", () => {
    const order = { customerId: CUSTOMER, placedBy: `customer:${CUSTOMER}` };
    expect(may({ role: "guest", id: CUSTOMER, sites: [] }, "order.read", order)).toBe(false);
    expect(may({ role: "courier", id: CUSTOMER, sites: [] }, "order.read", order)).toBe(false);
  });

  test("a customer may read an order that an admin placed on their behalf", () => {
    expect(may(callers.customer, "order.read", { customerId: CUSTOMER, placedBy: "admin:a-1" })).toBe(true);
  });

  test("nobody orders on another's account, and a guest on none that exists", () => {
    expect(may(callers.customer, "order.place", { customerId: OTHER_CUSTOMER })).toBe(false);
    expect(may(callers.guest, "order.place", { customerId: CUSTOMER })).toBe(false);
    expect(may(callers.guest, "order.place", {})).toBe(true);
  });

  test("a kitchen acts for the one site that is named, not for another site of the same order", () => {
    const ticket = { siteId: "elsewhere", siteIds: ["elsewhere", "sweet-crumbs"] };
    expect(may(callers.kitchen, "kitchen.act", ticket)).toBe(false);
    expect(may(callers.kitchen, "order.read", ticket)).toBe(true);
  });
});
