import { expect, test } from "vitest";
import { stepsOf } from "../../tracker/way/steps.ts";
import { expectedView } from "./expected.ts";
import type { OwnOrder } from "./own-orders.ts";
import { fulfilment, minute, view } from "./testing-view.ts";

const eur = (amount: number) => ({ amount, currency: "EUR" });

const own: OwnOrder = {
  id: "11111111-1111-5111-8111-111111111111",
  revision: "1",
  status: "stock_reserved",
  position: "9",
  placedAt: minute(0),
  site: { siteId: "sweet-crumbs", name: "Sweet Crumbs" },
  lines: [{ sku: "cake", name: "Cake", unit: "each", quantity: 1 }],
  total: eur(110),
  expected: {
    kind: "bakery",
    city: "Berlin",
    timeZone: "Europe/Berlin",
    stations: ["preparation", "baking"],
    method: "courier",
    promisedAt: "2026-03-01T11:00:00.000Z",
    deliveryFee: eur(10),
    prices: [eur(100)],
  },
};

test("an order that was just placed has the line that the server will tell of, so that nothing moves", () => {
  const told = view({ status: "stock_reserved", fulfilments: [fulfilment()] });
  const kinds = (one: ReturnType<typeof stepsOf>) => one.map(({ kind, stage, state }) => [kind, stage, state]);
  const expected = expectedView(own);
  expect(expected && kinds(stepsOf(expected, false))).toEqual(kinds(stepsOf(told, false)));
  expect(expected).toMatchObject({ subtotal: told.subtotal, total: told.total });
});

test("nothing is made up of an order of which the device knows too little", () => {
  expect(expectedView({ ...own, expected: undefined })).toBeUndefined();
});
