import { messages } from "../messages/catalogue.ts";
import { formatQuantity } from "../messages/format.ts";
import { Icon } from "../ui/Icon.tsx";

interface StepperProps {
  readonly name: string;
  readonly quantity: number;
  readonly unit: "each" | "g";
  readonly step: number;
  /** How much there is at most. */
  readonly most: number;
  readonly onChange: (quantity: number) => void;
}

/** How many of something: one less, the number, one more. */
export function Stepper({ name, quantity, unit, step, most, onChange }: StepperProps) {
  const words = messages.value.shop;
  return (
    <span class="stepper">
      <button type="button" aria-label={words.oneLess(name)} onClick={() => onChange(quantity - step)}>
        <Icon name="minus" />
      </button>
      <output aria-live="polite">{formatQuantity({ amount: quantity, unit })}</output>
      <button
        type="button"
        aria-label={words.oneMore(name)}
        disabled={quantity + step > most}
        onClick={() => onChange(quantity + step)}
      >
        <Icon name="plus" />
      </button>
    </span>
  );
}
