import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { add, MoneyError, money, priceOf, subtract, taxIncluded } from "./money.ts";

const eur = (amount: number) => money(amount, "EUR");
const MOST = Number.MAX_SAFE_INTEGER;

describe("amounts", () => {
  test("of one currency are added and subtracted, below zero too", () => {
    expect(add(eur(1250), eur(50))).toEqual(eur(1300));
    expect(subtract(eur(100), eur(250))).toEqual(eur(-150));
    expect(subtract(eur(MOST), eur(MOST))).toEqual(eur(0));
  });

  test.each<[string, () => unknown]>([
    ["the sum of two currencies", () => add(eur(1), money(1, "USD"))],
    ["the difference of two currencies", () => subtract(eur(1), money(1, "USD"))],
    ["a fraction of a cent", () => eur(0.5)],
    ["an amount beyond the safe integers", () => eur(MOST + 1)],
    ["a sum beyond the safe integers", () => add(eur(MOST), eur(1))],
    ["a difference beyond the safe integers", () => subtract(eur(-MOST), eur(2))],
    ["what is no number", () => eur(Number.NaN)],
  ])("%s is an error, never a wrong amount", (_, calculate) => {
    expect(calculate).toThrow(MoneyError);
  });
});

describe("the price of a quantity", () => {
  test.each([
    ["three pieces", 1150, 3, "each", 3450],
    ["a free piece", 0, 5, "each", 0],
    ["250 g at 19.90 a kilo", 1990, 250, "g", 498],
    ["1 g at 19.90 a kilo", 1990, 1, "g", 2],
    ["half a cent, rounded up", 500, 1, "g", 1],
    ["a bit less than half a cent, rounded down", 499, 1, "g", 0],
    ["one kilo", 1990, 1000, "g", 1990],
  ] as const)("%s", (_, perUnit, amount, unit, price) => {
    expect(priceOf(eur(perUnit), { amount, unit })).toEqual(eur(price));
  });

  test("is exact even where the product before the division is beyond the safe integers", () => {
    expect(priceOf(eur(MOST - 1), { amount: 1_000, unit: "g" })).toEqual(eur(MOST - 1));
    expect(priceOf(eur(9_007_199_254_741), { amount: 999_999, unit: "g" })).toEqual(eur(9_007_190_247_541_745));
  });

  test.each([
    ["too many pieces", MOST, 2, "each"],
    ["too many grams", MOST, 2_000, "g"],
    ["a fraction of a gram", 100, 1.5, "g"],
    ["a price that is no integer", 1.5, 2, "each"],
  ] as const)("%s is an error", (_, perUnit, amount, unit) => {
    expect(() => priceOf({ amount: perUnit, currency: "EUR" }, { amount, unit })).toThrow(MoneyError);
  });
});

describe("the tax contained in a gross amount", () => {
  test.each([
    ["7% of 10.70", 1070, 700, 70],
    ["19% of 11.90", 1190, 1900, 190],
    ["7% of 1.00, rounded", 100, 700, 7],
    ["exactly half a cent, rounded up", 3, 2000, 1],
    ["nothing of nothing", 0, 1900, 0],
    ["nothing at 0%", 1000, 0, 0],
    ["half at 100%", 1000, 10_000, 500],
  ])("%s", (_, gross, basisPoints, tax) => {
    expect(taxIncluded(eur(gross), basisPoints)).toEqual(eur(tax));
  });

  test("is exact for the largest amounts", () => {
    expect(taxIncluded(eur(9_007_199_254_740_990), 10_000)).toEqual(eur(4_503_599_627_370_495));
    expect(taxIncluded(eur(9_007_199_254_740_955), 1_900)).toEqual(eur(1_438_124_250_756_959));
  });

  test.each([[-700], [7.5], [Number.NaN]])("a rate of %d basis points is an error", (rate) => {
    expect(() => taxIncluded(eur(100), rate)).toThrow(MoneyError);
  });

  test("is within half a cent of the exact quotient, for gains and for refunds", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.nat({ max: 10_000 }), (gross, rate) => {
        const base = 10_000n + BigInt(rate);
        const error = 2n * (BigInt(taxIncluded(eur(gross), rate).amount) * base - BigInt(gross) * BigInt(rate));
        expect(error > -base && error <= base).toBe(true);
      }),
    );
  });
});

test("the tax of lines never exceeds their price", () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 1_000_000 }),
      fc.integer({ min: 1, max: 50_000 }),
      fc.nat({ max: 2_500 }),
      (p, q, rate) => {
        const price = priceOf(eur(p), { amount: q, unit: "g" });
        const tax = taxIncluded(price, rate);
        expect(tax.amount >= 0 && tax.amount <= price.amount).toBe(true);
      },
    ),
  );
});
