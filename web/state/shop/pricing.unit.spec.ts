import { describe, expect, test } from "vitest";
import type { MenuItem } from "../../../projections/views.ts";
import type { ShownMenu } from "./menu.ts";
import { priced, standIns } from "./pricing.ts";

const item = (sku: string, amount: number, change: Partial<MenuItem> = {}): MenuItem => ({
  sku,
  name: sku,
  description: "",
  price: { amount, currency: "EUR" },
  taxBasisPoints: 700,
  unit: "each",
  allergens: [],
  available: 10,
  ...change,
});

const menu: ShownMenu = {
  siteId: "corner",
  openState: "open",
  items: [
    item("cake", 3_450),
    item("cheesecake", 2_890),
    item("roll", 240),
    item("caviar", 9_000),
    item("tart", 480, { available: 0 }),
    item("flour", 100, { unit: "g" }),
    item("wine", 1_000, { taxBasisPoints: 1_900 }),
  ],
  site: {
    siteId: "corner",
    status: "open",
    kind: "bakery",
    name: "Corner",
    city: "Berlin",
    region: "local",
    timeZone: "Europe/Berlin",
    position: { lat: 0, lon: 0 },
    hours: {},
    stations: [],
    currency: "EUR",
    deliveryFee: 290,
    menu: [],
  },
  readAt: 0,
};
const [cake] = menu.items;

describe("what may stand in for an item", () => {
  test("is nothing dearer, nothing sold otherwise, nothing sold out and nothing in the basket; the likest first", () => {
    const basket = { cake: { quantity: 1 }, roll: { quantity: 1 } };
    expect(cake && standIns(menu, cake, basket).map(({ sku }) => sku)).toEqual(["cheesecake", "wine"]);
  });

  test("is left out of the order once it is ordered itself", () => {
    const wish = { quantity: 1, substitutes: ["cheesecake", "wine"] };
    const [line] = priced(menu, { cake: wish, cheesecake: { quantity: 1 } }).lines;
    expect(line?.substitutes.map(({ sku }) => sku)).toEqual(["wine"]);
  });
});

test("a basket says what is in its total: items, delivery, and the tax by rate", () => {
  const basket = priced(menu, { cake: { quantity: 2 }, wine: { quantity: 1 } });
  expect(basket.total.amount).toBe(6_900 + 1_000 + 290);
  expect(basket.taxes.map(({ basisPoints, amount }) => [basisPoints, amount.amount])).toEqual([
    [1_900, 160],
    [700, 451],
  ]);
});
