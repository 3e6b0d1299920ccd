import { messages } from "../messages/catalogue.ts";
import type { ContactFault, ContactForm } from "../state/shop/contact.ts";
import { Icon } from "../ui/Icon.tsx";

type Faults = Partial<Record<keyof ContactForm, ContactFault>>;

interface ContactFieldsProps {
  readonly title: string;
  readonly form: ContactForm;
  readonly faults: Faults;
  readonly onChange: (change: Partial<ContactForm>) => void;
}

/** Who gets an order and where. */
export function ContactFields({ title, ...shared }: ContactFieldsProps) {
  const words = messages.value.shop;
  return (
    <fieldset class="fields">
      <legend>
        <h2>{title}</h2>
      </legend>
      <Field field="name" label={words.name} {...shared} autoComplete="name" />
      <div class="pair">
        <Field field="phone" label={words.phone} {...shared} autoComplete="tel" keyboard="tel" />
        <Field field="email" label={words.email} {...shared} autoComplete="email" keyboard="email" />
      </div>
      <p class="quiet small">{words.phoneOrEmail}</p>
      <Field field="address" label={words.address} {...shared} autoComplete="street-address" />
      <Field
        field="instructions"
        label={words.instructions}
        {...shared}
        autoComplete="off"
        placeholder={words.instructionsHint}
      />
    </fieldset>
  );
}

interface FieldProps extends Omit<ContactFieldsProps, "title"> {
  readonly field: keyof ContactForm;
  readonly label: string;
  readonly autoComplete: "name" | "tel" | "email" | "street-address" | "off";
  /** What a phone offers to type with. */
  readonly keyboard?: "text" | "tel" | "email";
  readonly placeholder?: string;
}

function Field({ field, label, form, faults, onChange, keyboard = "text", autoComplete, placeholder }: FieldProps) {
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
        value={form[field]}
        aria-invalid={fault !== undefined}
        aria-describedby={fault && `${id}-wrong`}
        onInput={(event) => onChange({ [field]: event.currentTarget.value })}
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
