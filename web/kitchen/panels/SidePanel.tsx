import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { messages } from "../../messages/catalogue.ts";
import { Icon } from "../../ui/Icon.tsx";
import type { Panel } from "../keys.ts";

interface SidePanelProps {
  readonly title: string;
  readonly panel: Signal<Panel>;
  readonly children: ComponentChildren;
}

/** Something to look at beside the board, which goes on. */
export const SidePanel = ({ title, panel, children }: SidePanelProps) => (
  <aside class="side" aria-label={title}>
    <header>
      <h2>{title}</h2>
      <button
        type="button"
        aria-label={messages.value.common.close}
        onClick={() => {
          panel.value = "none";
        }}
      >
        <Icon name="cross" />
      </button>
    </header>
    {children}
  </aside>
);
