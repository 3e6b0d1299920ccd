import type { Signal } from "@preact/signals";
import { kitchenWords } from "../../messages/kitchen.ts";
import { KeyList } from "../../ui/KeyList.tsx";
import type { Panel } from "../keys.ts";
import { SidePanel } from "./SidePanel.tsx";

/** The keys of the display. */
export const KeyHelp = ({ panel }: { panel: Signal<Panel> }) => (
  <SidePanel title={kitchenWords.value.keys} panel={panel}>
    <KeyList keys={kitchenWords.value.keyHelp} />
  </SidePanel>
);
