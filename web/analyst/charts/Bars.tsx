/** One of a list of amounts. */
export interface Bar {
  readonly key: string;
  readonly label: string;
  /** What it belongs to, smaller. */
  readonly of?: string | undefined;
  readonly value: number;
  readonly text: string;
  /** Said beside the amount. */
  readonly note?: string | undefined;
}

/** Amounts side by side, each named and with its figure; nothing depends on colour. */
export function Bars({ bars }: { bars: readonly Bar[] }) {
  const most = Math.max(1, ...bars.map(({ value }) => value));
  return (
    <ol class="bars">
      {bars.map(({ key, label, of, value, text, note }) => (
        <li key={key}>
          <span class="name">
            {label}
            {of !== undefined && <small class="quiet"> {of}</small>}
          </span>
          <span class="track" aria-hidden="true">
            <span class="amount" style={{ width: `${Math.max(0.4, (value / most) * 100)}%` }} />
          </span>
          <span class="figures-text">
            {text}
            {note !== undefined && <span class="tag">{note}</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}
