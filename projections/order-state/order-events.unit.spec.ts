import { expect, test } from "vitest";
import { chained } from "../../test/fixtures/chained.ts";
import { happened, ORDER } from "../../test/fixtures/order-examples.ts";
import { mayBeOfOrder, touchedOrders } from "./order-events.ts";

test("a batch touches the orders of its events only, each once", () => {
  const others = chained("ledger-sweet-crumbs.0", [{ type: "processing.parked", data: {} }]);
  const own = chained(`order-${ORDER}`, [happened.placed("bakery"), happened.paid()]);
  expect(touchedOrders([...own, ...others])).toEqual([ORDER]);
});

test("every type of event that the domain has for orders may be of one, and those of other streams are not", () => {
  const { placed, started, completed, recalled, ...others } = happened;
  const events = [placed("bakery"), started("baking"), completed("baking"), recalled("baking")];
  for (const { type } of [...events, ...Object.values(others).map((make) => make())]) {
    expect(mayBeOfOrder(type)).toBe(true);
  }
  for (const type of ["ledger.opened", "site.opened", "item.listed", "courier.claimed", "access.read"]) {
    expect(mayBeOfOrder(type)).toBe(false);
  }
});
