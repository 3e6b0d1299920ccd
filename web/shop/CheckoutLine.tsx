import { useSignal } from "@preact/signals";
import { messages } from "../messages/catalogue.ts";
import { formatMoney, formatQuantity } from "../messages/format.ts";
import { setNote, setQuantity } from "../state/shop/basket.ts";
import type { ShownMenu } from "../state/shop/menu.ts";
import { type BasketLine, stepOf } from "../state/shop/pricing.ts";
import { Icon } from "../ui/Icon.tsx";
import { Picture } from "./Picture.tsx";
import { Stepper } from "./Stepper.tsx";
import { SubstituteChoice } from "./SubstituteChoice.tsx";

const LONGEST_NOTE = 200;

interface CheckoutLineProps {
  readonly siteId: string;
  readonly menu: ShownMenu;
  readonly line: BasketLine;
}

/** One line of the basket: how many, the price, a note for the kitchen, and what may come in its place. */
export function CheckoutLine({ siteId, menu, line }: CheckoutLineProps) {
  const words = messages.value.shop;
  const { item, quantity, price, note, short } = line;
  const open = useSignal(note !== "");
  const id = `note-${item.sku}`;
  return (
    <li class="line" data-short={short}>
      <Picture item={item} />
      <div class="what">
        <strong>{item.name}</strong>
        {short && (
          <span class="wrong small">
            <Icon name="warning" />
            {item.available < stepOf(item)
              ? words.gone(item.name)
              : words.fewer(item.name, formatQuantity({ amount: item.available, unit: item.unit }))}
          </span>
        )}
        {!open.value && (
          <button
            type="button"
            class="note-button small"
            onClick={() => {
              open.value = true;
            }}
          >
            <Icon name="note" />
            {words.addNote}
          </button>
        )}
      </div>
      <span class="sum">{formatMoney(price)}</span>
      <Stepper
        name={item.name}
        quantity={quantity}
        unit={item.unit}
        step={stepOf(item)}
        most={item.available}
        onChange={(next) => setQuantity(siteId, item.sku, next)}
      />
      <SubstituteChoice siteId={siteId} menu={menu} line={line} />
      {open.value && (
        <div class="field note-field">
          <label class="unseen" for={id}>
            {words.noteFor(item.name)}
          </label>
          <input
            id={id}
            maxLength={LONGEST_NOTE}
            placeholder={words.noteHint}
            value={note}
            onInput={(event) => setNote(siteId, item.sku, event.currentTarget.value)}
          />
        </div>
      )}
    </li>
  );
}
