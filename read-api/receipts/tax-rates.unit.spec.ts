import { expect, test } from "vitest";
import { money, taxIncluded } from "../../domain/money/money.ts";
import { taxRates } from "./tax-rates.ts";

const line = (amount: number, rate: number) => {
  const price = money(amount, "EUR");
  return { price, tax: taxIncluded(price, rate) };
};

test("the rate of a line is told from its price and tax", () => {
  expect(taxRates([line(3_450, 700), line(1_290, 1_900), line(500, 0)])).toEqual([700, 1_900, 0]);
});

test("an amount so small that several rates fit has the rate of the other lines", () => {
  expect(taxRates([line(10, 2_000), line(9_999, 2_000)])).toEqual([2_000, 2_000]);
});

test("a rate that nobody uses is computed to a tenth of a percent", () => {
  expect(taxRates([line(1_000_000, 1_230)])).toEqual([1_230]);
});

test("what costs nothing carries no surprising rate", () => {
  expect(taxRates([line(0, 700)])).toEqual([700]);
});
