import type { BulkKind } from "../../domain/catalogue/bulk.ts";
import { DAYS } from "../../domain/site/opening-hours.ts";
import { messages } from "../messages/catalogue.ts";
import { goodsWords } from "../messages/goods.ts";
import { FIELDS, type FieldFault, type Texts } from "../state/catalogue/fields.ts";
import { Icon } from "../ui/Icon.tsx";

interface FieldsProps {
  readonly kind: BulkKind;
  readonly isNew: boolean;
  readonly texts: Texts;
  readonly faults: Readonly<Partial<Record<string, FieldFault>>>;
  readonly onChange: (change: Texts) => void;
}

const SITE_KINDS = ["restaurant", "bakery", "dark_store", "warehouse"] as const;
const SHORT = new Set([
  "price",
  "currency",
  "tax",
  "unit",
  "emoji",
  "deliveryFee",
  "kind",
  "city",
  "region",
  "timeZone",
]);
const isDay = (field: string): boolean => DAYS.some((day) => day === field);

/** The fields of an item or a site, each with what is wrong with it. */
export function Fields({ kind, isNew, ...shared }: FieldsProps) {
  const words = goodsWords.value;
  const fields = [...(isNew ? ["id"] : []), ...FIELDS[kind]];
  const days = fields.filter(isDay);
  return (
    <div class="goods-fields">
      {fields
        .filter((field) => !isDay(field) && field !== "menu")
        .map((field) => (
          <Field key={field} field={field} {...shared} />
        ))}
      {days.length > 0 && (
        <fieldset class="hours">
          <legend>{words.fields.hours}</legend>
          <p class="quiet small">{words.hints.hours}</p>
          {days.map((day) => (
            <Field key={day} field={day} {...shared} />
          ))}
          <button
            type="button"
            class="button"
            onClick={() => shared.onChange(Object.fromEntries(DAYS.map((day) => [day, shared.texts.mon ?? ""])))}
          >
            {words.copyHours}
          </button>
        </fieldset>
      )}
      {kind === "sites" && <Field field="menu" {...shared} />}
    </div>
  );
}

function Field({ field, texts, faults, onChange }: Omit<FieldsProps, "kind" | "isNew"> & { readonly field: string }) {
  const words = goodsWords.value;
  const fault = faults[field];
  const hint = words.hints[field];
  const id = `field-${field}`;
  const shared = {
    id,
    value: texts[field] ?? "",
    "aria-invalid": fault !== undefined,
    "aria-describedby": `${id}-said`,
    onInput: (event: { readonly currentTarget: { readonly value: string } }) =>
      onChange({ [field]: event.currentTarget.value }),
  };
  return (
    <div class="field" data-short={SHORT.has(field)} data-wide={field === "description" || field === "menu"}>
      <label for={id}>{words.fields[field]}</label>
      <Control field={field} shared={shared} />
      <span id={`${id}-said`} class={fault ? "wrong" : "quiet small"}>
        {fault && <Icon name="warning" />}
        {fault ? words.faults[fault] : hint}
      </span>
    </div>
  );
}

interface Shared {
  readonly id: string;
  readonly value: string;
  readonly "aria-invalid": boolean;
  readonly "aria-describedby": string;
  readonly onInput: (event: { readonly currentTarget: { readonly value: string } }) => void;
}

function Control({ field, shared }: { field: string; shared: Shared }) {
  const words = goodsWords.value;
  if (field === "unit" || field === "kind") {
    const options: readonly (readonly [string, string])[] =
      field === "unit"
        ? Object.entries(words.units)
        : SITE_KINDS.map((kind) => [kind, messages.value.kinds[kind]] as const);
    return (
      <select {...shared}>
        {options.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    );
  }
  if (field === "menu") return <textarea rows={8} spellcheck={false} {...shared} />;
  if (field === "description") return <textarea rows={2} maxLength={1000} {...shared} />;
  return <input type="text" autoComplete="off" spellcheck={field === "name"} maxLength={500} {...shared} />;
}
