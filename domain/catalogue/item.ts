import type { Money } from "../money/money.ts";
import { Refusal } from "../refusal.ts";

// Stored for ever: see domain/order/events.ts for the rules of change.

export const itemStream = (sku: string): string => `item-${sku}`;

/** What can be bought. The price is gross, for one piece or for 1,000 g; tax in basis points. */
export interface ItemDetails {
  readonly name: string;
  readonly description: string;
  readonly price: Money;
  readonly taxBasisPoints: number;
  readonly unit: "each" | "g";
  readonly allergens: readonly string[];
  readonly emoji?: string | undefined;
  /** Path of its picture on our own pages, such as `/pictures/cheesecake.svg`: pages load none from elsewhere. */
  readonly picture?: string | undefined;
}

type Fact<Type extends string, Data> = { readonly type: Type; readonly data: Data };

export type ItemEvent =
  | Fact<"item.listed", ItemDetails & { sku: string }>
  | Fact<"item.changed", Partial<ItemDetails>>
  | Fact<"item.withdrawn", Record<string, never>>;

export interface Item extends ItemDetails {
  readonly sku: string;
  readonly withdrawn: boolean;
}

export type ItemState = Item | undefined;

/** Folds one event; accepts every fact in every state. */
export function evolve(state: ItemState, event: ItemEvent): ItemState {
  if (event.type === "item.listed") return state ?? { ...event.data, withdrawn: false };
  if (!state) return state;
  switch (event.type) {
    case "item.changed":
      return { ...state, ...event.data };
    case "item.withdrawn":
      return { ...state, withdrawn: true };
    default:
      return state;
  }
}

export type ItemCommand =
  | { readonly type: "list"; readonly sku: string; readonly details: ItemDetails }
  | { readonly type: "change"; readonly details: Partial<ItemDetails> }
  | { readonly type: "withdraw" };

/** Decides a command; throws Refusal `item_exists` or `item_unknown`. */
export function decide(command: ItemCommand, state: ItemState): readonly ItemEvent[] {
  if (command.type === "list") {
    if (state) throw new Refusal("item_exists", `there is an item ${command.sku} already; change it instead`);
    return [{ type: "item.listed", data: { sku: command.sku, ...command.details } }];
  }
  if (!state) throw new Refusal("item_unknown", "there is no such item");
  if (command.type === "withdraw") return state.withdrawn ? [] : [{ type: "item.withdrawn", data: {} }];
  if (state.withdrawn) throw new Refusal("item_withdrawn", "the item has been withdrawn");
  return [{ type: "item.changed", data: command.details }];
}
