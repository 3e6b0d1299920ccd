import { describe, expect, test } from "vitest";
import { dayText, parseDay } from "../site/hours-text.ts";
import { decimal, decimalText, itemsTable, readBulk, sitesTable } from "./bulk.ts";

const cake = {
  sku: "cheesecake",
  name: 'Cheesecake, "large"',
  description: "=two\nlines",
  price: { amount: 3450, currency: "EUR" },
  taxBasisPoints: 700,
  unit: "each" as const,
  allergens: ["gluten", "milk"],
  emoji: "🍰",
  picture: "/pictures/cheesecake.svg",
};
const site = {
  siteId: "parcel-house",
  kind: "warehouse" as const,
  name: "Parcel House",
  city: "Berlin",
  region: "local",
  timeZone: "Europe/Berlin",
  position: { lat: 52_500_001, lon: -13_400_000 },
  hours: {
    mon: [
      { from: "08:00", to: "12:00" },
      { from: "13:30", to: "18:00" },
    ],
    sat: [{ from: "00:00", to: "24:00" }],
  },
  stations: ["picking", "packing"],
  currency: "EUR",
  deliveryFee: 490,
  menu: ["cheesecake", "tart"],
};

const values = (rows: ReturnType<typeof readBulk>) => rows.map(({ value }) => value);

describe("a file of the catalogue", () => {
  test("reads back what was written, as a table and as JSON", () => {
    expect(values(readBulk("items", itemsTable([cake])))).toEqual([cake]);
    expect(values(readBulk("sites", sitesTable([site])))).toEqual([site]);
    expect(values(readBulk("items", JSON.stringify([cake, cake])))).toEqual([cake, cake]);
    expect(readBulk("items", `${JSON.stringify(cake)}\n\n${JSON.stringify(cake)}\n`)).toEqual([
      { line: 1, value: cake },
      { line: 3, value: cake },
    ]);
  });

  test("may come from a German spreadsheet", () => {
    const text = "\uFEFFsku;name;price;tax\r\nbrot;Brot, frisch;3,50;7\r\n;;;\r\n";
    expect(readBulk("items", text)).toEqual([
      {
        line: 2,
        value: { sku: "brot", name: "Brot, frisch", price: { amount: 350, currency: "EUR" }, taxBasisPoints: 700 },
      },
    ]);
  });

  test.each([
    ["items", "sku,name,colour\na,b,red", "no column colour"],
    ["items", "name\nb", "name the column sku"],
    ["items", 'sku,name\na,"b', "never closed"],
    ["items", "sku,price\na,1.234", '"1.234" is no number'],
    ["sites", "siteId,mon\na,8-7", "mon: write opening hours as"],
    ["items", "{]", "not JSON"],
  ] as const)("says what is wrong with %s %j", (kind, text, fault) =>
    expect(readBulk(kind, text)[0]?.fault).toContain(fault),
  );

  test("an empty file has no entries", () => {
    expect(readBulk("items", "")).toEqual([]);
    expect(readBulk("items", "sku,name\n")).toEqual([]);
  });
});

test.each([
  ["", []],
  ["-", []],
  [
    "8-12, 13:30–18:00",
    [
      { from: "08:00", to: "12:00" },
      { from: "13:30", to: "18:00" },
    ],
  ],
  [
    "18:00-24:00; 00:00-02:00",
    [
      { from: "00:00", to: "02:00" },
      { from: "18:00", to: "24:00" },
    ],
  ],
  ["8", undefined],
  ["12-8", undefined],
  ["8-12, 11-13", undefined],
  ["8-25", undefined],
  ["24:00-24:30", undefined],
  ["8-9-10", undefined],
] as const)("opening hours of a day written %j", (text, expected) => {
  expect(parseDay(text)).toEqual(expected);
  if (expected) expect(parseDay(dayText(expected))).toEqual(expected);
});

test.each([
  ["34.50", 2, 3450],
  ["34,5", 2, 3450],
  ["34", 2, 3400],
  ["-0.1", 1, -1],
  ["1.230", 2, 123],
  ["1.234", 2, undefined],
  ["1e3", 2, undefined],
  ["", 2, undefined],
])("the number %j with %i places", (text, places, expected) => {
  expect(decimal(text, places)).toBe(expected);
  if (expected !== undefined) expect(decimal(decimalText(expected, places), places)).toBe(expected);
});
