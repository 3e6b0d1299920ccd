/** What is looked at in an order: what its customer and its card have bought before. Amounts in minor units. */
export interface Purchases {
  readonly amount: number;
  /** Orders within the window up to this one, which counts: by the customer, and paid with the same card. */
  readonly customerOrders: number;
  readonly customerAmount: number;
  readonly cardOrders: number;
  readonly cardAmount: number;
  /** Orders of the customer before this one, as far back as purchases are kept, and their average amount. */
  readonly earlierOrders: number;
  readonly usualAmount: number;
  /** Orders of the customer before this one with the same card. */
  readonly earlierWithCard: number;
}

/** Limits of the rules; settings FRAUD_*. Amounts in minor units, whatever the currency. */
export interface FraudLimits {
  /** Orders within the window that are still believed. */
  readonly windowOrders: number;
  readonly windowAmount: number;
  readonly amount: number;
  /** How many times the usual amount is unusual. */
  readonly usualTimes: number;
  /** What a card that the customer has not used before may pay at once. */
  readonly newCardAmount: number;
}

export type FraudRule = "velocity" | "amount" | "new_card";

/** From so many orders on a customer has an amount that is usual. */
const USUAL_FROM = 3;
/** Many times almost nothing is nothing yet: below this share of the limit no amount is unusual. */
const UNUSUAL_FROM = 0.2;

/** Too many orders, or too much money, in a short time, by one customer or one card. */
export const tooFast = (seen: Purchases, limits: FraudLimits): boolean =>
  Math.max(seen.customerOrders, seen.cardOrders) > limits.windowOrders ||
  Math.max(seen.customerAmount, seen.cardAmount) > limits.windowAmount;

/** More than anybody orders, or many times what this customer does. */
export const tooMuch = ({ amount, earlierOrders, usualAmount }: Purchases, limits: FraudLimits): boolean =>
  amount > limits.amount ||
  (earlierOrders >= USUAL_FROM && amount > limits.amount * UNUSUAL_FROM && amount > usualAmount * limits.usualTimes);

/** A card that this customer has never used, and much at once. */
export const newCard = ({ amount, earlierWithCard }: Purchases, limits: FraudLimits): boolean =>
  earlierWithCard === 0 && amount > limits.newCardAmount;

/** The rules that speak against an order; none where all is well. */
export function rulesAgainst(seen: Purchases, limits: FraudLimits, known: { readonly ownCard: boolean }): FraudRule[] {
  const rules: FraudRule[] = [];
  if (tooFast(seen, limits)) rules.push("velocity");
  if (tooMuch(seen, limits)) rules.push("amount");
  if (known.ownCard && newCard(seen, limits)) rules.push("new_card");
  return rules;
}

/** References that stand for no single card: the gateway's test cards are everybody's. They are no one's trace. */
const SHARED = "pm_card_";

/** The card that a payment method's reference stands for; undefined where it stands for nobody's. */
export const cardOf = (paymentMethod: string): string | undefined =>
  paymentMethod.startsWith(SHARED) ? undefined : paymentMethod;
