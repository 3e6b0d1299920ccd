import type { Signal } from "@preact/signals";
import { messages } from "../messages/catalogue.ts";
import type { Panel } from "./keys.ts";
import { SidePanel } from "./SidePanel.tsx";

/** The keys of the display. */
export const KeyHelp = ({ panel }: { panel: Signal<Panel> }) => (
  <SidePanel title={messages.value.kitchen.keys} panel={panel}>
    <dl class="keys">
      {messages.value.kitchen.keyHelp.map(([key, what]) => (
        <div key={key}>
          <dt>
            <kbd>{key}</kbd>
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
  </SidePanel>
);
