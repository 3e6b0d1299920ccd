import type { Money } from "../../domain/money/money.ts";

/** What is said back to a customer on the phone. */
export interface Spoken {
  readonly lines: readonly {
    readonly name: string;
    readonly amount: number;
    readonly unit: "each" | "g";
    readonly note: string;
  }[];
  readonly method: "courier" | "parcel";
  /** The address; undefined where none is known. */
  readonly to: string | undefined;
  readonly money: Money;
}
