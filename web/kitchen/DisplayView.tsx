import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { SiteView } from "../../projections/views.ts";
import { messages } from "../messages/catalogue.ts";
import type { Display } from "../state/kitchen/display.ts";
import { allowSound } from "../state/kitchen/sound.ts";
import { Header } from "../ui/Header.tsx";
import { Icon } from "../ui/Icon.tsx";
import { AllDay } from "./AllDay.tsx";
import { Column } from "./Column.tsx";
import { KeyHelp } from "./KeyHelp.tsx";
import { handleKey, type Panel, Selection } from "./keys.ts";
import { MissingDialog } from "./MissingDialog.tsx";
import { OfflineBand } from "./OfflineBand.tsx";
import { RejectDialog } from "./RejectDialog.tsx";
import { Tools } from "./Tools.tsx";

interface DisplayViewProps {
  readonly site: SiteView;
  readonly display: Display;
  readonly station: string | undefined;
}

/** The board of a kitchen: one column for each station, with what it needs around it. */
export function DisplayView({ site, display, station }: DisplayViewProps) {
  const panel = useSignal<Panel>("none");
  const columns = display.board.columns.value;
  const shown = station !== undefined && columns.includes(station) ? [station] : columns;
  const selection = useMemo(() => new Selection(display), [display]);
  selection.columns = shown;

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      allowSound();
      handleKey(event, selection, panel);
    };
    addEventListener("keydown", onKey);
    addEventListener("pointerdown", allowSound);
    return () => {
      removeEventListener("keydown", onKey);
      removeEventListener("pointerdown", allowSound);
    };
  }, [selection]);

  const words = messages.value.kitchen;
  return (
    <div class="kitchen" data-single={shown.length === 1}>
      <Header live home="/kitchen" title={site.name}>
        <Tools panel={panel} />
      </Header>
      <OfflineBand feed={display.feed} />
      <div class="stage">
        <main class="board" style={`--columns: ${shown.length}`}>
          <h1 class="unseen">{messages.value.common.page.kitchen}</h1>
          {shown.map((column) => (
            <Column
              key={column}
              siteId={site.siteId}
              column={column}
              alone={shown.length === 1}
              display={display}
              selection={selection}
            />
          ))}
          {display.feed.loaded.value && display.size.value === 0 && (
            <p class="board-empty">
              <Icon name="check" />
              {words.empty}
            </p>
          )}
        </main>
        {panel.value === "all-day" && <AllDay display={display} panel={panel} />}
        {panel.value === "keys" && <KeyHelp panel={panel} />}
      </div>
      <RejectDialog display={display} selection={selection} />
      <MissingDialog display={display} selection={selection} />
    </div>
  );
}
