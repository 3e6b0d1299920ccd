import { describe, expect, test } from "vitest";
import type { OrderFilter } from "../../projections/orders/list.ts";
import { ORDER_STATUSES } from "./schemas.ts";
import { readSearchText } from "./search-text.ts";

const NOW = Date.parse("2026-11-21T10:00:00.000Z");
const read = (text: string) => readSearchText(text, { statuses: ORDER_STATUSES, now: NOW });
const ID = "d5bb6aab-29bf-5730-98b0-bf8a396e93eb";

describe("a search text", () => {
  test.each<[text: string, as: string, value: string, filter: OrderFilter]>([
    [ID.toUpperCase(), "id", ID, { id: ID }],
    ["D5BB6A", "number", "D5BB6A", { number: "d5bb6a" }],
    ["#d5b", "number", "D5B", { number: "d5b" }],
    ["2690", "number", "2690", { number: "2690" }],
    ["26.90", "amount", "26.90", { leastTotal: 2690, mostTotal: 2690 }],
    ["26,90 EUR", "amount", "26.90 EUR", { leastTotal: 2690, mostTotal: 2690, currency: "EUR" }],
    ["€26.9", "amount", "26.90 EUR", { leastTotal: 2690, mostTotal: 2690, currency: "EUR" }],
    ["1.234,50 €", "amount", "1234.50 EUR", { leastTotal: 123450, mostTotal: 123450, currency: "EUR" }],
    ["2690 jpy", "amount", "2690 JPY", { leastTotal: 2690, mostTotal: 2690, currency: "JPY" }],
    ["27", "amount", "27.00", { leastTotal: 2700, mostTotal: 2700 }],
    ["Out of stock", "status", "out of stock", { statuses: ["out_of_stock"] }],
    ["canceled", "status", "cancelled", { statuses: ["cancelled"] }],
    ["phone", "channel", "phone", { channel: "phone" }],
    ["parcel", "method", "parcel", { method: "parcel" }],
    ["late", "late", "late", { lateAt: "2026-11-21T10:00:00.000Z" }],
    ["storniert", "status", "cancelled", { statuses: ["cancelled"] }],
    ["Nicht bezahlt", "status", "payment failed", { statuses: ["payment_failed"] }],
    ["Paket", "method", "parcel", { method: "parcel" }],
    ["verspätet", "late", "late", { lateAt: "2026-11-21T10:00:00.000Z" }],
    ["heute", "day", "2026-11-21 (UTC)", { from: "2026-11-21T00:00:00.000Z", to: "2026-11-22T00:00:00.000Z" }],
    ["in Berlin", "city", "berlin", { city: "berlin" }],
    ["yesterday", "day", "2026-11-20 (UTC)", { from: "2026-11-20T00:00:00.000Z", to: "2026-11-21T00:00:00.000Z" }],
  ])("%s is read as what it is: %s %s", (text, as, value, filter) => {
    expect(read(text)).toMatchObject({ filter, understood: [{ as, value }], notUnderstood: [] });
  });

  test("says which words were read how, and which were not", () => {
    expect(read("slow  cancelled delivered yesterday in berlin 26.90 EUR")).toEqual({
      filter: {
        statuses: ["cancelled", "delivered"],
        from: "2026-11-20T00:00:00.000Z",
        to: "2026-11-21T00:00:00.000Z",
        city: "berlin",
        leastTotal: 2690,
        mostTotal: 2690,
        currency: "EUR",
      },
      understood: [
        { text: "cancelled", as: "status", value: "cancelled" },
        { text: "delivered", as: "status", value: "delivered" },
        { text: "yesterday", as: "day", value: "2026-11-20 (UTC)" },
        { text: "in berlin", as: "city", value: "berlin" },
        { text: "26.90 eur", as: "amount", value: "26.90 EUR" },
      ],
      notUnderstood: ["slow"],
    });
  });

  test.each(["in BERLIN", "berlin"])("knows a city that there is: %s", (text) => {
    const by = { statuses: ORDER_STATUSES, now: NOW, cities: ["Bern", "Berlin", "New York"] };
    expect(readSearchText(text, by).filter).toEqual({ city: "Berlin" });
    expect(readSearchText(`late ${text}`, by).filter.city).toBe("Berlin");
  });

  test("knows cities of several words", () => {
    const by = { statuses: ORDER_STATUSES, now: NOW, cities: ["New York", "New"] };
    expect(readSearchText("in new york paid", by)).toMatchObject({
      filter: { city: "New York", statuses: ["payment_confirmed"] },
      notUnderstood: [],
    });
  });

  test("means a day as it is where whoever asks is", () => {
    const { filter } = readSearchText("yesterday", { statuses: ORDER_STATUSES, now: NOW, timeZone: "Europe/Berlin" });
    expect(filter).toEqual({ from: "2026-11-19T23:00:00.000Z", to: "2026-11-20T23:00:00.000Z" });
  });

  test.each(["constructor", "maya", "9".repeat(200), "in", "\u0000", "%_'; DROP TABLE orders", "- . ,"])(
    "that nobody can read means nothing: %j",
    (text) => {
      expect(read(text)).toMatchObject({ filter: {}, understood: [] });
    },
  );
});
