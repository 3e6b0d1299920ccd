import type { Signal } from "@preact/signals";
import { switchSound } from "../state/kitchen/sound.ts";
import type { Selection } from "./selection.ts";

/** What is open beside the board. */
export type Panel = "none" | "all-day" | "stations" | "off-sale";

/** What keys of the display work on. */
export interface KeyTargets {
  readonly selection: Selection;
  readonly panel: Signal<Panel>;
  /** Changes between the board and the view of the pass. */
  switchExpo(): void;
}

/** Carries out a key of the display. Keys that belong to a field or a focused button stay theirs. */
export function handleKey(event: KeyboardEvent, targets: KeyTargets): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const target = event.target instanceof Element ? event.target : undefined;
  if (target?.closest("dialog, input, textarea, select")) return;
  const act = actFor(event.key, targets);
  if (!act) return;
  if ((event.key === " " || event.key === "Enter") && target?.closest("button, a")) return;
  event.preventDefault();
  if (event.key !== "Escape") targets.selection.byKeys.value = true;
  if (!event.repeat || event.key.startsWith("Arrow")) act();
}

function actFor(key: string, { selection, panel, switchExpo }: KeyTargets): (() => void) | undefined {
  if (/^[1-9]$/.test(key)) return () => selection.nth(Number(key) - 1);
  const toggle = (which: Panel) => () => {
    panel.value = panel.value === which ? "none" : which;
  };
  switch (key) {
    case " ":
      return () => selection.advance();
    case "ArrowDown":
      return () => selection.step(1);
    case "ArrowUp":
      return () => selection.step(-1);
    case "ArrowRight":
      return () => selection.turn(1);
    case "ArrowLeft":
      return () => selection.turn(-1);
    case "u":
    case "U":
    case "Backspace":
      return () => selection.recall();
    case "a":
    case "A":
      return toggle("all-day");
    case "e":
    case "E":
      return switchExpo;
    case "s":
    case "S":
      return toggle("stations");
    case "o":
    case "O":
      return toggle("off-sale");
    case "x":
    case "X":
      return () => selection.askChosen();
    case "m":
    case "M":
      return switchSound;
    case "Escape":
      return () => {
        panel.value = "none";
      };
    default:
      return undefined;
  }
}
