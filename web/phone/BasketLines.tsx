import { formatMoney } from "../messages/format.ts";
import { phoneWords } from "../messages/phone.ts";
import type { PricedLine } from "../state/phone/call.ts";
import { setLine } from "../state/phone/draft.ts";
import { Icon } from "../ui/Icon.tsx";

/** The basket: quantities and notes can be typed over. */
export function BasketLines({ lines }: { lines: readonly PricedLine[] }) {
  return (
    <ul class="lines" aria-label={phoneWords.value.basket.lines}>
      {lines.map((line) => (
        <Line key={line.sku} line={line} />
      ))}
    </ul>
  );
}

function Line({ line }: { line: PricedLine }) {
  const { sku, name, quantity, unit, note, sum, fault } = line;
  const words = phoneWords.value.basket;
  return (
    <li data-fault={fault} data-sku={sku}>
      <input
        class="amount"
        type="number"
        inputMode="numeric"
        min={1}
        max={1_000_000}
        step={unit === "g" ? 50 : 1}
        aria-label={words.quantity(name)}
        aria-invalid={fault !== undefined}
        value={quantity}
        onChange={(event) => {
          const amount = Math.round(Number(event.currentTarget.value));
          if (amount >= 1 && amount <= 1_000_000) setLine(sku, { quantity: amount });
          else event.currentTarget.value = String(quantity);
        }}
      />
      <span class="line-name">
        {unit === "g" && <span class="quiet">g </span>}
        {name}
      </span>
      <span class="n">{formatMoney(sum)}</span>
      <button
        type="button"
        class="icon-button"
        aria-label={words.remove(name)}
        title={words.remove(name)}
        onClick={() => {
          setLine(sku, { quantity: 0 });
          document.getElementById("find-item")?.focus();
        }}
      >
        <Icon name="cross" />
      </button>
      <input
        class="line-note"
        type="text"
        maxLength={300}
        aria-label={words.note(name)}
        placeholder={words.noteHint}
        value={note}
        onInput={(event) => setLine(sku, { note: event.currentTarget.value })}
      />
      {fault && (
        <p class="wrong">
          <Icon name="warning" />
          {words.faults[fault]}
        </p>
      )}
    </li>
  );
}
