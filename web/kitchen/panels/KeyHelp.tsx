import type { Signal } from "@preact/signals";
import { messages } from "../../messages/catalogue.ts";
import { KeyList } from "../../ui/KeyList.tsx";
import type { Panel } from "../keys.ts";
import { SidePanel } from "./SidePanel.tsx";

/** The keys of the display. */
export const KeyHelp = ({ panel }: { panel: Signal<Panel> }) => (
  <SidePanel title={messages.value.kitchen.keys} panel={panel}>
    <KeyList keys={messages.value.kitchen.keyHelp} />
  </SidePanel>
);
