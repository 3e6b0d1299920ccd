interface ChoiceProps<T extends string> {
  readonly title: string;
  /** Of the group of radio buttons; one on a page. */
  readonly name: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string; readonly lang?: string }[];
  onChoose(value: T): void;
}

/** One of a few, side by side. */
export const Choice = <T extends string>({ title, name, value, options, onChoose }: ChoiceProps<T>) => (
  <fieldset class="segmented">
    <legend>{title}</legend>
    <div class="segmented-options">
      {options.map((option) => (
        <label key={option.value} lang={option.lang}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChoose(option.value)}
          />
          <span>{option.label}</span>
        </label>
      ))}
    </div>
  </fieldset>
);
