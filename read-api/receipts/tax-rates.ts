import { type Money, taxIncluded } from "../../domain/money/money.ts";

/**
 * Rates of value added tax that are in use, in basis points; the more usual ones first. An order freezes the tax of a
 * line as an amount, and a receipt has to name the rate.
 */
const RATES_IN_USE = [
  700, 1900, 0, 2000, 1000, 2100, 2200, 2500, 500, 600, 550, 900, 1200, 1300, 1350, 1400, 800, 810, 260, 380, 250, 1500,
  1600, 1700, 1800, 2300, 2400, 2550, 2700,
] as const;

/** A gross amount with the tax in it. */
export interface Taxed {
  readonly price: Money;
  readonly tax: Money;
}

/**
 * The rate of each line, in basis points. Small amounts fit several rates because the tax is rounded: of those that fit
 * a line, the one that fits the most lines is taken, then the more usual one. A rate that nobody uses is computed, to a
 * tenth of a percent.
 */
export function taxRates(lines: readonly Taxed[]): readonly number[] {
  const fits = (line: Taxed, rate: number): boolean => taxIncluded(line.price, rate).amount === line.tax.amount;
  const most = RATES_IN_USE.map((rate) => ({ rate, lines: lines.filter((line) => fits(line, rate)).length }));
  return lines.map((line) => {
    const fitting = most.filter(({ rate }) => fits(line, rate));
    const best = fitting.reduce<(typeof fitting)[number] | undefined>(
      (found, one) => (found === undefined || one.lines > found.lines ? one : found),
      undefined,
    );
    return best?.rate ?? computed(line);
  });
}

function computed({ price, tax }: Taxed): number {
  const net = price.amount - tax.amount;
  return net <= 0 ? 0 : Math.round((tax.amount * 1_000) / net) * 10;
}
