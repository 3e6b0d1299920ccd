import { describe, expect, test } from "vitest";
import type { MenuItem } from "../../../projections/views.ts";
import type { Site } from "../../api/phone.ts";
import { cityOf, kilometres, rankSites } from "./nearness.ts";
import { matching, readTyped } from "./typed-item.ts";

const item = (name: string, available = 5): MenuItem => ({
  sku: name.toLowerCase().replaceAll(/[^a-z]+/g, "-"),
  name,
  description: "",
  price: { amount: 100, currency: "EUR" },
  taxBasisPoints: 700,
  unit: "each",
  allergens: [],
  available,
});

const site = (
  siteId: string,
  kind: Site["kind"],
  city: string,
  lat: number,
  status: Site["status"] = "open",
): Site => ({
  siteId,
  status,
  kind,
  name: siteId,
  city,
  region: "local",
  timeZone: "Europe/Berlin",
  position: { lat, lon: 13_400_000 },
  hours: {},
  stations: [],
  currency: "EUR",
  deliveryFee: 0,
});

describe("typed for an item", () => {
  test.each([
    ["cheese", undefined, "cheese"],
    ["3 cheese", 3, "cheese"],
    ["3x cheese cake", 3, "cheese cake"],
    ["3 x cheese", 3, "cheese"],
    ["cheese 3", 3, "cheese"],
    ["cheese x3", 3, "cheese"],
    ["250 g flour", 250, "flour"],
    ["12", 12, ""],
    ["0 cheese", undefined, "cheese"],
    ["", undefined, ""],
  ])("%j", (typed, quantity, text) => expect(readTyped(typed)).toEqual({ quantity, text }));

  test("the best comes first, and what is sold out last", () => {
    const menu = [item("Apfel-Käsekuchen"), item("Käsekuchen", 0), item("Käsestange"), item("Brot mit Käse")];
    expect(matching(menu, "kase", 3).map(({ name }) => name)).toEqual([
      "Käsestange",
      "Apfel-Käsekuchen",
      "Brot mit Käse",
    ]);
    expect(matching(menu, "käse kuchen", 9).map(({ name }) => name)).toEqual(["Apfel-Käsekuchen", "Käsekuchen"]);
    expect(matching(menu, "pizza", 9)).toEqual([]);
  });
});

describe("the site of an order", () => {
  const sites = [
    site("far", "bakery", "Hamburg", 53_550_000),
    site("near", "bakery", "Berlin", 52_521_000),
    site("paused", "bakery", "Berlin", 52_520_000, "suspended"),
    site("store", "warehouse", "Leipzig", 51_340_000),
  ];
  const rank = (method: "courier" | "parcel", contact = {}, lastSiteId?: string) =>
    rankSites(sites, { method, contact, lastSiteId }).map(({ site: { siteId } }) => siteId);

  test("is the nearest open one for a courier, and never a warehouse", () => {
    expect(rank("courier", { position: { lat: 52_520_000, lon: 13_400_000 } })).toEqual(["near", "far", "paused"]);
  });
  test("is the warehouse for a parcel", () => {
    expect(rank("parcel", { position: { lat: 53_550_000, lon: 13_400_000 } })[0]).toBe("store");
  });
  test("is one of the city in the address, and where they ordered last", () => {
    expect(rank("courier", { address: "Elbe 1, 20095 hamburg" })[0]).toBe("far");
    expect(rank("courier", { address: "Torstr. 1" }, "near")[0]).toBe("near");
  });
  test("distances are those on the globe", () => {
    expect(kilometres({ lat: 52_520_008, lon: 13_404_954 }, { lat: 53_551_086, lon: 9_993_682 })).toBeCloseTo(255, 0);
    expect(cityOf("Weg 1, Frankfurt am Main", ["Frankfurt", "Frankfurt am Main", "Berlin"])).toBe("Frankfurt am Main");
  });
});
