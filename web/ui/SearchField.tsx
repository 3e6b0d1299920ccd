import type { Signal } from "@preact/signals";
import { Icon } from "./Icon.tsx";

/** A field that narrows the list below it while one types. */
export const SearchField = ({ label, value }: { label: string; value: Signal<string> }) => (
  <label class="search">
    <span class="unseen">{label}</span>
    <Icon name="search" />
    <input
      type="search"
      placeholder={label}
      value={value.value}
      onInput={(event) => {
        value.value = event.currentTarget.value;
      }}
    />
  </label>
);
