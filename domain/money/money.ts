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
  const { amount } = checked(perUnit.amount, perUnit.currency);
  if (!Number.isSafeInteger(quantity.amount)) throw new MoneyError(`${quantity.amount} is not a whole quantity`);
  const product = BigInt(amount) * BigInt(quantity.amount);
  return fromBig(quantity.unit === "each" ? product : halfUp(product, 1_000n), perUnit.currency);
}

/** Tax contained in a gross amount, at a rate in basis points (700 = 7%); rounded half up. */
export function taxIncluded(gross: Money, basisPoints: number): Money {
  const { amount } = checked(gross.amount, gross.currency);
  if (!Number.isSafeInteger(basisPoints) || basisPoints < 0) throw new MoneyError(`${basisPoints} is not a tax rate`);
  return fromBig(halfUp(BigInt(amount) * BigInt(basisPoints), BigInt(10_000 + basisPoints)), gross.currency);
}

// A price times a quantity can pass what a number holds exactly before it is divided again: computed in BigInt.

const fromBig = (amount: bigint, currency: string): Money => checked(Number(amount), currency);

/** `numerator / denominator` to the nearest integer, halves upwards; the denominator is positive. */
function halfUp(numerator: bigint, denominator: bigint): bigint {
  const doubled = 2n * numerator + denominator;
  const quotient = doubled / (2n * denominator);
  return doubled < 0n && quotient * 2n * denominator !== doubled ? quotient - 1n : quotient;
}

/** How much of something: pieces, or grams. */
export interface Quantity {
  readonly amount: number;
  readonly unit: "each" | "g";
}
