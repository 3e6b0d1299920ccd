import type { Signal } from "@preact/signals";
import { formatQuantity } from "../../messages/format.ts";
import { kitchenWords } from "../../messages/kitchen.ts";
import type { Display } from "../../state/kitchen/display.ts";
import type { Panel } from "../keys.ts";
import { SidePanel } from "./SidePanel.tsx";

/** How much of each item is to be made in all. */
export function AllDay({ display, panel }: { display: Display; panel: Signal<Panel> }) {
  const words = kitchenWords.value;
  const counts = display.counts.value;
  return (
    <SidePanel title={words.allDay} panel={panel}>
      <p class="quiet small">{counts.length === 0 ? words.allDayEmpty : words.allDayHint}</p>
      <dl class="counts">
        {counts.map(({ sku, name, amount, unit }) => (
          <div key={sku}>
            <dt>{name}</dt>
            <dd>{formatQuantity({ amount, unit })}</dd>
          </div>
        ))}
      </dl>
    </SidePanel>
  );
}
