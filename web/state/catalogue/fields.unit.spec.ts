import { describe, expect, test } from "vitest";
import { composeItem, composeSite, differences, itemTexts, newTexts, siteTexts } from "./fields.ts";

const cake = {
  name: "Cake",
  description: "",
  price: { amount: 3450, currency: "EUR" },
  taxBasisPoints: 750,
  unit: "each" as const,
  allergens: ["gluten", "milk"],
  emoji: "🍰",
};
const site = {
  kind: "bakery" as const,
  name: "Crumbs",
  city: "Berlin",
  region: "local",
  timeZone: "Europe/Berlin",
  position: { lat: 52_520_008, lon: -13_404_954 },
  hours: { mon: [{ from: "08:00", to: "12:00" }] },
  stations: ["preparation", "quality_check"],
  currency: "EUR",
  deliveryFee: 290,
  menu: ["cake", "tart"],
};

describe("a form of the catalogue", () => {
  test("says of an item and a site what is there", () => {
    expect(composeItem(itemTexts(cake))).toEqual({ details: cake, faults: {} });
    expect(composeSite(siteTexts(site))).toEqual({ details: site, faults: {} });
    expect(differences(site, composeSite(siteTexts(site)).details)).toEqual([]);
  });

  test("takes what people type", () => {
    const typed = { ...siteTexts(site), position: "52.52 13.4", stations: "Preparation; quality check", tue: "8-12" };
    expect(composeSite(typed).details).toMatchObject({
      position: { lat: 52_520_000, lon: 13_400_000 },
      stations: ["preparation", "quality_check"],
      hours: { tue: [{ from: "08:00", to: "12:00" }] },
    });
    expect(composeItem({ ...itemTexts(cake), price: "3,5", tax: "19 %" }).details).toMatchObject({
      price: { amount: 350 },
      taxBasisPoints: 1900,
    });
  });

  test("says which field is wrong, and how", () => {
    expect(composeItem({ ...newTexts("items"), price: "1.234", tax: "101", currency: "eur" }).faults).toEqual({
      name: "needed",
      price: "price",
      tax: "tax",
      currency: "currency",
    });
    const typed = {
      ...siteTexts(site),
      position: "91, 0",
      timeZone: "Mars/Base",
      mon: "12-8",
      menu: "Two Words",
      stations: "",
    };
    expect(composeSite(typed).faults).toEqual({
      position: "position",
      timeZone: "zone",
      mon: "day",
      menu: "skus",
      stations: "needed",
    });
  });

  test("tells what changes, whatever the sequence of keys", () => {
    const after = { ...cake, price: { currency: "EUR", amount: 3450 }, allergens: ["gluten"] };
    expect(differences(cake, after)).toEqual([{ field: "allergens", before: ["gluten", "milk"], after: ["gluten"] }]);
  });
});
