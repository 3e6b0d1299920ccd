import { useState } from "preact/hooks";
import type { MenuItem } from "../../projections/views.ts";
import { formatMoney, formatQuantity } from "../messages/format.ts";
import { phoneWords } from "../messages/phone.ts";
import { menu } from "../state/phone/call.ts";
import { addItem, change, draft } from "../state/phone/draft.ts";
import { matching, readTyped } from "../state/phone/typed-item.ts";
import { Icon } from "../ui/Icon.tsx";

const SHOWN = 7;
/** From so many on it is not said how many are left. */
const PLENTY = 20;
const GRAMS = 100;

/** The field that fills the basket: how many and what, arrows choose, Enter adds. */
export function ItemField() {
  const { item: typed, lines } = draft.value;
  const words = phoneWords.value.basket;
  const [marked, setMarked] = useState(0);
  const [said, setSaid] = useState("");
  const { quantity, text } = readTyped(typed);
  const items = menu.data.value?.items ?? [];
  const list = text === "" ? [] : matching(items, text, SHOWN);
  const at = Math.min(marked, Math.max(0, list.length - 1));
  const add = (n: number) => {
    const item = list[n];
    if (!item || item.available <= 0) return;
    const amount = quantity ?? (item.unit === "g" ? GRAMS : 1);
    addItem(item, amount);
    setSaid(words.added(formatQuantity({ amount, unit: item.unit }), item.name));
    change({ item: "" });
    setMarked(0);
  };
  return (
    <div class="find item-field">
      <label class="search">
        <span class="small strong">{words.item}</span>
        <Icon name="search" />
        <input
          id="find-item"
          type="text"
          role="combobox"
          autoComplete="off"
          spellcheck={false}
          aria-keyshortcuts="i"
          aria-expanded={list.length > 0}
          aria-controls="found-items"
          aria-autocomplete="list"
          aria-activedescendant={list.length > 0 ? `item-${at}` : undefined}
          aria-describedby="item-keys"
          placeholder={words.itemHint}
          maxLength={120}
          value={typed}
          onInput={(event) => {
            setMarked(0);
            setSaid("");
            change({ item: event.currentTarget.value });
          }}
          onKeyDown={(event) => {
            if (event.ctrlKey || event.metaKey || event.isComposing) return;
            const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
            if (step !== undefined) setMarked(Math.max(0, Math.min(list.length - 1, at + step)));
            else if (event.key === "Enter") add(at);
            else if (event.key === "Escape") change({ item: "" });
            else return;
            event.preventDefault();
          }}
        />
      </label>
      <p class="quiet small" id="item-keys" role="status">
        {text !== "" && menu.data.value && list.length === 0
          ? words.noItem(text)
          : (lines.length > 0 && said) || words.itemKeys}
      </p>
      <div class="choices-list over" id="found-items" role="listbox" aria-label={words.item}>
        {list.map((item, n) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field's keys choose
          <div
            key={item.sku}
            id={`item-${n}`}
            role="option"
            tabIndex={-1}
            aria-selected={n === at}
            aria-disabled={item.available <= 0}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => add(n)}
          >
            <strong>{item.name}</strong>
            <Stock item={item} />
            <span class="n">{formatMoney(item.price)}</span>
          </div>
        ))}
      </div>
    </div>
  );
}

function Stock({ item: { available } }: { item: MenuItem }) {
  const words = phoneWords.value.basket;
  if (available <= 0) {
    return (
      <span class="tag" data-kind="bad">
        {words.soldOut}
      </span>
    );
  }
  return <span class="quiet small">{available < PLENTY ? words.left(available) : ""}</span>;
}
