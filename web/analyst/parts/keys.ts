import { navigate } from "../../app/router.ts";
import { type Section, toSection } from "./links.ts";

export const SECTIONS: readonly Section[] = ["projections", "as-of", "what-if", "explain", "charts"];

/**
 * Carries out a key of the page. A row is marked by the focus on its `[data-row]` element, which Enter opens by itself;
 * the other keys press what carries them in `data-key`, in the marked row first. Keys of a field or a dialog stay theirs.
 */
export function handleKey(event: KeyboardEvent, showKeys: () => void): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const target = event.target instanceof Element ? event.target : undefined;
  if (target?.closest("dialog, input, textarea, select")) return;
  const act = actFor(event.key, target, showKeys);
  if (!act) return;
  event.preventDefault();
  act();
}

function actFor(key: string, target: Element | undefined, showKeys: () => void): (() => void) | undefined {
  const section = SECTIONS[Number(key) - 1];
  if (section !== undefined) return () => navigate(toSection(section));
  switch (key) {
    case "?":
      return showKeys;
    case "j":
      return () => step(target, 1);
    case "k":
      return () => step(target, -1);
    case "ArrowDown":
    case "ArrowUp":
      return target?.matches("[data-row]") ? () => step(target, key === "ArrowDown" ? 1 : -1) : undefined;
    case "r":
    case "s":
    case "x":
      return () => press(target, key);
    default:
      return undefined;
  }
}

const all = (selector: string): readonly HTMLElement[] => [...document.querySelectorAll<HTMLElement>(selector)];

function step(from: Element | undefined, by: 1 | -1): void {
  const rows = all("main [data-row]");
  const holder = from?.closest("tr, li");
  const at = rows.findIndex((row) => row === from || (holder && row.closest("tr, li") === holder));
  const next = rows[at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function press(from: Element | undefined, key: string): void {
  const holder = from?.closest("tr, li");
  const inRow = holder?.querySelector<HTMLElement>(`[data-key="${key}"]`);
  const found = all(`main [data-key="${key}"]`);
  if (inRow) inRow.click();
  else if (found.length === 1) found[0]?.click();
  else if (found.length > 1) step(undefined, 1);
}
