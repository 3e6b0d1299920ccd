import type { ComponentChildren } from "preact";

interface TableFrameProps {
  readonly caption: string;
  /** The caption is said elsewhere on the screen, and is for screen readers alone. */
  readonly quiet?: boolean;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** A table that scrolls sideways by itself where the screen is too narrow for it, by keyboard as well. */
export const TableFrame = ({ caption, quiet = false, class: more = "", children }: TableFrameProps) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
  <section class="table-frame" aria-label={caption} tabIndex={0}>
    <table class={more}>
      <caption class={quiet ? "unseen" : ""}>{caption}</caption>
      {children}
    </table>
  </section>
);
