import { handlePageKey, stepRows } from "../ui/page-keys.ts";

/**
 * Carries out a key of the page: j and k go from row to row, digits to the parts of the page, the others press what
 * carries them in `data-key`.
 */
export const handleKey = (event: KeyboardEvent, showKeys: () => void): void =>
  handlePageKey(event, (key, target) => {
    switch (key) {
      case "?":
        return showKeys;
      case "j":
        return () => stepRows(target, 1);
      case "k":
        return () => stepRows(target, -1);
      case "1":
      case "2":
      case "3":
        return pressing(`.sections [data-section="${key}"]`);
      case "c":
      case "p":
      case "r":
      case "x":
        return pressing(`main [data-key="${key}"]`);
      default:
        return undefined;
    }
  });

function pressing(selector: string): (() => void) | undefined {
  const pressed = document.querySelector<HTMLElement>(selector);
  return pressed ? () => pressed.click() : undefined;
}
