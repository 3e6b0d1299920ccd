import type { Money } from "../domain/money/money.ts";

/** How many decimals a currency has (ISO 4217). Unknown ones have two. */
export function decimalsOf(currency: string): number {
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

/** An amount as it is read out: `26.90 EUR`. */
export function amountText({ amount, currency }: Money): string {
  const decimals = decimalsOf(currency);
  return `${(amount / 10 ** decimals).toFixed(decimals)} ${currency}`;
}
