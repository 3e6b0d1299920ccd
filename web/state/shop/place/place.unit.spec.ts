import { beforeAll, describe, expect, test, vi } from "vitest";
import type { SiteSummary } from "../../../../projections/views.ts";
import { districtsOf, matchingDistricts, nearestDistrict } from "./districts.ts";

let parsePosition: typeof import("./place.ts").parsePosition;
beforeAll(async () => {
  vi.stubGlobal("addEventListener", () => {});
  ({ parsePosition } = await import("./place.ts"));
});

describe("a typed position", () => {
  test.each([
    ["52.52, 13.405", 52_520_000, 13_405_000],
    ["52,52 13,405", 52_520_000, 13_405_000],
    ["  -33.8688;151.2093 ", -33_868_800, 151_209_300],
    ["52.52° 13.405°", 52_520_000, 13_405_000],
  ])("%s is read in microdegrees", (text, lat, lon) => {
    expect(parsePosition(text)).toEqual({ lat, lon });
  });

  test.each(["Kreuzberg", "52.52", "95, 13", "52, 200", "10999 Berlin", ""])("%s is none", (text) => {
    expect(parsePosition(text)).toBeUndefined();
  });
});

describe("districts", () => {
  const site = (city: string, lat: number, lon: number): SiteSummary => ({
    siteId: `${city}-${lat}`,
    status: "open",
    kind: "bakery",
    name: city,
    city,
    region: "local",
    timeZone: "UTC",
    position: { lat, lon },
    hours: {},
    stations: [],
    currency: "EUR",
    deliveryFee: 0,
  });
  const all = districtsOf([site("Berlin", 52_500_000, 13_400_000), site("Oslo", 10, 20), site("Oslo", 30, 40)]);

  test("are those of cities that have a site; a city that is not known is one", () => {
    expect(new Set(all.map(({ city }) => city))).toEqual(new Set(["Berlin", "Oslo"]));
    expect(all.filter(({ city }) => city === "Oslo")).toEqual([{ name: "Oslo", city: "Oslo", lat: 20, lon: 30 }]);
  });

  test("are found as people type them, by their own name first", () => {
    const names = (asked: string) => matchingDistricts(all, asked).map(({ name }) => name);
    expect(names("neuko")).toEqual(["Neukölln"]);
    expect(names("berlin kreuz")).toEqual(["Kreuzberg"]);
    expect(names("berg")[0]).toBe("Prenzlauer Berg");
    expect(names("nowhere")).toEqual([]);
  });

  test("are found by a point near them", () => {
    expect(nearestDistrict(all, { lat: 52_497_000, lon: 13_410_000 })?.name).toBe("Kreuzberg");
  });
});
