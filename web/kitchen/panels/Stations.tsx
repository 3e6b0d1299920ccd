import type { Signal } from "@preact/signals";
import { navigate } from "../../app/router.ts";
import { kitchenWords } from "../../messages/kitchen.ts";
import type { ColumnId } from "../../state/kitchen/acts.ts";
import type { Display } from "../../state/kitchen/display.ts";
import { pathOf, type Shown } from "../../state/kitchen/shown.ts";
import { Icon } from "../../ui/Icon.tsx";
import { columnName } from "../board/column-name.ts";
import type { Panel } from "../keys.ts";
import { SidePanel } from "./SidePanel.tsx";

interface StationsProps {
  readonly siteId: string;
  readonly display: Display;
  readonly panel: Signal<Panel>;
  readonly shown: Shown;
}

/** Which columns this display shows. It keeps the choice for the next time it is switched on. */
export function Stations({ siteId, display, panel, shown }: StationsProps) {
  const words = kitchenWords.value;
  const all = display.board.columns.value;
  const on = shown.view === "some" ? all.filter((column) => shown.columns.includes(column)) : all;
  const show = (next: Shown) => navigate(pathOf(siteId, next), true);
  const toggle = (column: ColumnId) => {
    if (shown.view !== "some") return show({ view: "some", columns: [column] });
    const columns = all.filter((one) => (one === column ? !on.includes(one) : on.includes(one)));
    show(columns.length === 0 || columns.length === all.length ? { view: "all" } : { view: "some", columns });
  };
  return (
    <SidePanel title={words.stationsHere} panel={panel}>
      <p class="quiet small">{words.stationsHint}</p>
      <div class="choices">
        <Choice name={words.allStations} on={shown.view === "all"} onClick={() => show({ view: "all" })} />
        {all.map((column) => (
          <Choice
            key={column}
            name={columnName(column)}
            on={shown.view === "some" && on.includes(column)}
            onClick={() => toggle(column)}
          />
        ))}
      </div>
    </SidePanel>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly on: boolean;
  readonly onClick: () => void;
}

const Choice = ({ name, on, onClick }: ChoiceProps) => (
  <button type="button" class="button choice" aria-pressed={on} onClick={onClick}>
    {name}
    {on && <Icon name="check" />}
  </button>
);
