import type { Signal } from "@preact/signals";
import { messages } from "../messages/catalogue.ts";

const METHODS = ["pm_card_visa", "pm_card_chargeDeclined", "pm_card_chargeDeclinedInsufficientFunds"] as const;

/** A test payment method, by the gateway's own name. */
export type PaymentMethod = (typeof METHODS)[number];

/** How a test payment shall turn out. */
export function PaymentChoice({ value }: { value: Signal<PaymentMethod> }) {
  const words = messages.value.shop;
  return (
    <fieldset class="choices">
      <legend>
        <h2>{words.payment}</h2>
      </legend>
      <p class="quiet small">{words.paymentHint}</p>
      <div class="choice-row">
        {METHODS.map((method) => (
          <label key={method} class="choice">
            <input
              type="radio"
              name="payment"
              checked={value.value === method}
              onChange={() => {
                value.value = method;
              }}
            />
            <span>{words.methods[method]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
