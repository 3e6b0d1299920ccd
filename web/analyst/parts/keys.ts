import { navigate } from "../../app/router.ts";
import { handlePageKey, stepRows } from "../../ui/page-keys.ts";
import { type Section, toSection } from "./links.ts";

export const SECTIONS: readonly Section[] = ["projections", "as-of", "what-if", "explain", "charts"];

/**
 * Carries out a key of the page. A row is marked by the focus on its `[data-row]` element, which Enter opens by itself;
 * the other keys press what carries them in `data-key`, in the marked row first.
 */
export const handleKey = (event: KeyboardEvent, showKeys: () => void): void =>
  handlePageKey(event, (key, target) => {
    const section = SECTIONS[Number(key) - 1];
    if (section !== undefined) return () => navigate(toSection(section));
    switch (key) {
      case "?":
        return showKeys;
      case "j":
        return () => stepRows(target, 1);
      case "k":
        return () => stepRows(target, -1);
      case "ArrowDown":
      case "ArrowUp":
        return target?.matches("[data-row]") ? () => stepRows(target, key === "ArrowDown" ? 1 : -1) : undefined;
      case "r":
      case "s":
      case "x":
        return () => press(target, key);
      default:
        return undefined;
    }
  });

function press(from: Element | undefined, key: string): void {
  const inRow = from?.closest("tr, li")?.querySelector<HTMLElement>(`[data-key="${key}"]`);
  const found = [...document.querySelectorAll<HTMLElement>(`main [data-key="${key}"]`)];
  if (inRow) inRow.click();
  else if (found.length === 1) found[0]?.click();
  else if (found.length > 1) stepRows(undefined, 1);
}
