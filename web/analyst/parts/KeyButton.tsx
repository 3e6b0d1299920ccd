import type { ComponentChildren } from "preact";

interface KeyButtonProps {
  /** The key that presses it. */
  readonly press: "r" | "s" | "x";
  /** It is what most people come for. */
  readonly main?: boolean;
  /** Where its words do not say what it is about. */
  readonly label?: string;
  readonly onClick: () => void;
  readonly children: ComponentChildren;
}

/** A button that a key of the page presses as well. */
export const KeyButton = ({ press, main = false, label, onClick, children }: KeyButtonProps) => (
  <button
    type="button"
    class={main ? "button slim main" : "button slim"}
    data-key={press}
    aria-keyshortcuts={press}
    aria-label={label}
    onClick={onClick}
  >
    {children}
  </button>
);
