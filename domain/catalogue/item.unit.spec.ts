import { describe, expect, test } from "vitest";
import { specify } from "../../test/given.ts";
import { money } from "../money/money.ts";
import { decide, evolve, type ItemDetails, type ItemEvent, type ItemState, itemStream } from "./item.ts";

const fold = (events: readonly ItemEvent[]): ItemState => events.reduce<ItemState>(evolve, undefined);
const given = specify({ fold, decide });

const sku = "carrot-cake";
const details: ItemDetails = {
  name: "Carrot cake",
  description: "With cream cheese",
  price: money(1150, "EUR"),
  taxBasisPoints: 700,
  unit: "each",
  allergens: ["nuts", "milk"],
};
const listed: ItemEvent = { type: "item.listed", data: { sku, ...details } };
const withdrawn: ItemEvent = { type: "item.withdrawn", data: {} };
const dearer = { price: money(1250, "EUR") };
const changed: ItemEvent = { type: "item.changed", data: dearer };

describe("an item", () => {
  test("is listed once under its SKU", () => {
    given([]).when({ type: "list", sku, details }).then([listed]);
    given([listed]).when({ type: "list", sku, details }).refuses("item_exists");
    given([listed, withdrawn]).when({ type: "list", sku, details }).refuses("item_exists");
    expect([fold([listed]), itemStream(sku)]).toEqual([{ sku, ...details, withdrawn: false }, "item-carrot-cake"]);
  });

  test("changes in what is said of it, and in nothing else", () => {
    given([listed]).when({ type: "change", details: dearer }).then([changed]);
    expect(fold([listed, changed])).toEqual({ sku, ...details, ...dearer, withdrawn: false });
  });

  test("is withdrawn once, and changes no more", () => {
    given([listed]).when({ type: "withdraw" }).then([withdrawn]);
    given([listed, withdrawn]).when({ type: "withdraw" }).then([]);
    given([listed, withdrawn]).when({ type: "change", details: dearer }).refuses("item_withdrawn");
  });

  test("that does not exist can be neither changed nor withdrawn", () => {
    given([]).when({ type: "change", details: dearer }).refuses("item_unknown");
    given([]).when({ type: "withdraw" }).refuses("item_unknown");
  });

  test("folds every fact in every state", () => {
    const unknown = { type: "item.praised", data: {} } as unknown as ItemEvent; // written by a later version
    for (const event of [changed, withdrawn, unknown]) expect(fold([event])).toBeUndefined();
    expect(fold([listed, unknown, listed])).toEqual(fold([listed]));
    expect(fold([listed, withdrawn, changed])).toMatchObject({ withdrawn: true, ...dearer });
  });
});
