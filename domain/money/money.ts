/** An amount of money: safe-integer minor units (cents) of one currency (ISO 4217). */
export interface Money {
  readonly amount: number;
  readonly currency: string;
}

/** Amounts of different currencies, or beyond what an integer holds exactly. */
export class MoneyError extends Error {
  readonly code = "money";
}

const checked = (amount: number, currency: string): Money => {
  if (!Number.isSafeInteger(amount)) throw new MoneyError(`${amount} is beyond what minor units can hold exactly`);
  return { amount, currency };
};

export const money = (amount: number, currency: string): Money => checked(amount, currency);

/** Sum of two amounts of the same currency. */
export function add(a: Money, b: Money): Money {
  if (a.currency !== b.currency) throw new MoneyError(`cannot add ${a.currency} and ${b.currency}`);
  return checked(a.amount + b.amount, a.currency);
}

/** `a - b` of the same currency; may be negative. */
export const subtract = (a: Money, b: Money): Money => add(a, { amount: -b.amount, currency: b.currency });

/** Price of a quantity. `perUnit` is the price of one piece, or of 1,000 g where the unit is grams; rounded half up. */
export function priceOf(perUnit: Money, quantity: Quantity): Money {
  if (quantity.unit === "each") return checked(perUnit.amount * quantity.amount, perUnit.currency);
  return checked(Math.floor((perUnit.amount * quantity.amount + 500) / 1000), perUnit.currency);
}

/** Tax contained in a gross amount, at a rate in basis points (700 = 7%); rounded half up. */
export function taxIncluded(gross: Money, basisPoints: number): Money {
  const base = 10_000 + basisPoints;
  return checked(Math.floor((2 * gross.amount * basisPoints + base) / (2 * base)), gross.currency);
}

/** How much of something: pieces, or grams. */
export interface Quantity {
  readonly amount: number;
  readonly unit: "each" | "g";
}
