import { describe, expect, test } from "vitest";
import { AT, happened, orderOf, until } from "../../test/fixtures/order-examples.ts";
import { previewCancel } from "./cancel-preview.ts";

const preview = (events: Parameters<typeof orderOf>[0]) => previewCancel(orderOf(events), "support", AT);
const said = (events: Parameters<typeof orderOf>[0]): readonly string[] => {
  const found = preview(events);
  return found.possible ? found.consequences.map(({ about, what }) => `${about} ${what}`) : [found.code];
};

describe("before support cancels an order it is said", () => {
  test.each([
    ["that nothing was paid", until("stock_reserved"), ["money nothing", "stock released", "customer told"]],
    [
      "that a payment under way is stopped",
      until("payment_processing"),
      ["stock released", "money stopped", "customer told"],
    ],
    [
      "that money goes back and the site hears of it",
      until("restaurant_accepted"),
      ["stock released", "money refunded", "site told", "customer told"],
    ],
    [
      "that what is made already is used up, and its courier called off",
      until("driver_assigned"),
      ["stock used_up", "money refunded", "site told", "courier withdrawn", "customer told"],
    ],
    [
      "once that a courier is called off, however many were asked",
      [
        ...until("restaurant_accepted"),
        happened.assigned(),
        happened.declined(1, "c", "declined"),
        happened.assigned(2),
      ],
      ["stock released", "money refunded", "site told", "courier withdrawn", "customer told"],
    ],
    ["that it is too late", until("picked_up"), ["cancel_too_late"]],
    ["that it has ended", [...until("placed"), happened.outOfStock()], ["order_final"]],
    ["that it is cancelled already", [...until("placed"), happened.cancelled()], ["order_final"]],
  ])("%s", (_what, events, expected) => {
    expect(said(events)).toEqual(expected);
  });

  test("how much goes back", () => {
    const found = preview(until("payment_confirmed"));
    expect(found.possible && found.consequences).toContainEqual({
      about: "money",
      what: "refunded",
      amount: { amount: 2690, currency: "EUR" },
    });
  });
});
