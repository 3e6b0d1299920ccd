import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { SiteView } from "../../projections/views.ts";
import { Later } from "../app/Later.tsx";
import { navigate } from "../app/router.ts";
import { messages } from "../messages/catalogue.ts";
import { kitchenWords } from "../messages/kitchen.ts";
import type { Display } from "../state/kitchen/display.ts";
import { keepShown, pathOf, shownBy } from "../state/kitchen/shown.ts";
import { allowSound, prepareSound } from "../state/kitchen/sound.ts";
import { Header } from "../ui/Header.tsx";
import { Icon } from "../ui/Icon.tsx";
import { afterPaint } from "./board/after-paint.ts";
import { Column } from "./board/Column.tsx";
import { handleKey, type Panel } from "./keys.ts";
import { OfflineBand } from "./OfflineBand.tsx";
import { AllDay } from "./panels/AllDay.tsx";
import { OffSale } from "./panels/OffSale.tsx";
import { Stations } from "./panels/Stations.tsx";
import { Questions } from "./questions/Questions.tsx";
import { Selection } from "./selection.ts";
import { Tools } from "./Tools.tsx";

/** The view of the pass is fetched once the board stands; from then on it opens without a connection too. */
const expoView = () => import("./expo/ExpoView.tsx").then(({ ExpoView }) => ExpoView);
const FETCHED_AFTER = 10_000;

interface DisplayViewProps {
  readonly site: SiteView;
  readonly display: Display;
  /** What the address asks for: columns, all of them, or the view of the pass. */
  readonly station: string | undefined;
}

/** The display of a kitchen: one column for each station, or the view of the pass, with what it needs around it. */
export function DisplayView({ site: { siteId, name }, display, station }: DisplayViewProps) {
  const panel = useSignal<Panel>("none");
  const shown = shownBy(siteId, station);
  const all = display.board.columns.value;
  const chosen = shown.view === "some" ? all.filter((column) => shown.columns.includes(column)) : all;
  const columns = chosen.length > 0 ? chosen : all;
  const expo = shown.view === "expo";
  const selection = useMemo(() => new Selection(display), [display]);
  selection.columns = expo ? [] : columns;
  const switchExpo = () => navigate(pathOf(siteId, { view: expo ? "all" : "expo" }), true);

  useEffect(() => {
    display.watch(columns);
    keepShown(siteId, shown);
  }, [display, siteId, station, all]);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      allowSound();
      handleKey(event, { selection, panel, switchExpo });
      afterPaint(() => display.handled(selection.column.peek(), true));
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [display, selection, expo]);

  useEffect(() => {
    const timers = [
      setTimeout(prepareSound, 1_500),
      // Where it cannot be fetched now it is when somebody opens it.
      setTimeout(() => void expoView().catch(() => undefined), FETCHED_AFTER),
    ];
    return () => timers.forEach(clearTimeout);
  }, []);

  useEffect(() => {
    const released = () => display.board.released();
    // A click that a key has made is not the end of a touch.
    const touched = ({ target, detail }: MouseEvent) => {
      const column =
        target instanceof Element ? target.closest<HTMLElement>("[data-column]")?.dataset.column : undefined;
      if (detail > 0) afterPaint(() => display.handled(column, false));
    };
    addEventListener("pointerdown", allowSound);
    addEventListener("pointerup", released);
    addEventListener("pointercancel", released);
    addEventListener("click", touched);
    return () => {
      removeEventListener("pointerdown", allowSound);
      removeEventListener("pointerup", released);
      removeEventListener("pointercancel", released);
      removeEventListener("click", touched);
    };
  }, [display]);

  const isEmpty = useComputed(() => display.feed.loaded.value && display.entries.value.length === 0).value;
  return (
    <div class="kitchen" data-single={columns.length === 1 && !expo}>
      <div class="head">
        <Header live home="/kitchen" title={name} keys={kitchenWords.value.keyHelp}>
          <Tools panel={panel} expo={expo} switchExpo={switchExpo} />
        </Header>
        <OfflineBand feed={display.feed} />
      </div>
      <div class="stage">
        <main class={expo ? "expo" : "board"} style={`--columns: ${columns.length}`}>
          <h1 class="unseen">{messages.value.common.page.kitchen}</h1>
          {expo ? (
            <Later load={expoView} display={display} />
          ) : (
            columns.map((column) => (
              <Column
                key={column}
                siteId={siteId}
                column={column}
                alone={columns.length === 1}
                display={display}
                selection={selection}
              />
            ))
          )}
          {isEmpty && (
            <p class="board-empty">
              <Icon name="check" />
              {kitchenWords.value.empty}
            </p>
          )}
        </main>
        {panel.value === "all-day" && <AllDay display={display} panel={panel} />}
        {panel.value === "stations" && <Stations siteId={siteId} display={display} panel={panel} shown={shown} />}
        {panel.value === "off-sale" && <OffSale siteId={siteId} feed={display.feed} panel={panel} />}
      </div>
      <Questions display={display} selection={selection} />
    </div>
  );
}
