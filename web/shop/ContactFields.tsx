import { messages } from "../messages/catalogue.ts";
import { type ContactFault, type ContactForm, contact, setContact } from "../state/shop/contact.ts";
import { Icon } from "../ui/Icon.tsx";

type Faults = Partial<Record<keyof ContactForm, ContactFault>>;

/** Who gets the order and where; remembered on this device. */
export function ContactFields({ faults }: { faults: Faults }) {
  const words = messages.value.shop;
  return (
    <fieldset class="fields">
      <legend>
        <h2>{words.contact}</h2>
      </legend>
      <Field field="name" label={words.name} faults={faults} autoComplete="name" />
      <div class="pair">
        <Field field="phone" label={words.phone} faults={faults} autoComplete="tel" keyboard="tel" />
        <Field field="email" label={words.email} faults={faults} autoComplete="email" keyboard="email" />
      </div>
      <p class="quiet small">{words.phoneOrEmail}</p>
      <Field field="address" label={words.address} faults={faults} autoComplete="street-address" />
      <Field
        field="instructions"
        label={words.instructions}
        faults={faults}
        autoComplete="off"
        placeholder={words.instructionsHint}
      />
    </fieldset>
  );
}

interface FieldProps {
  readonly field: keyof ContactForm;
  readonly label: string;
  readonly faults: Faults;
  readonly autoComplete: "name" | "tel" | "email" | "street-address" | "off";
  /** What a phone offers to type with. */
  readonly keyboard?: "text" | "tel" | "email";
  readonly placeholder?: string;
}

function Field({ field, label, faults, keyboard = "text", autoComplete, placeholder }: FieldProps) {
  const id = `contact-${field}`;
  const fault = faults[field];
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="text"
        inputMode={keyboard}
        autoComplete={autoComplete}
        placeholder={placeholder}
        maxLength={300}
        value={contact.value[field]}
        aria-invalid={fault !== undefined}
        aria-describedby={fault && `${id}-wrong`}
        onInput={(event) => setContact({ [field]: event.currentTarget.value })}
      />
      {fault && (
        <span class="wrong" id={`${id}-wrong`}>
          <Icon name="warning" />
          {messages.value.shop[fault]}
        </span>
      )}
    </div>
  );
}
