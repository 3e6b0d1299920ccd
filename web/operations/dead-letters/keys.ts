import { handlePageKey, stepRows } from "../../ui/page-keys.ts";

/** Carries out a key of the page: j and k go from row to row, the others press what carries them in `data-key`. */
export const handleKey = (event: KeyboardEvent, showKeys: () => void): void =>
  handlePageKey(event, (key, target) => {
    switch (key) {
      case "?":
        return showKeys;
      case "j":
        return () => stepRows(target, 1);
      case "k":
        return () => stepRows(target, -1);
      case "p":
      case "r":
      case "x": {
        const pressed = document.querySelector<HTMLElement>(`main [data-key="${key}"]`);
        return pressed ? () => pressed.click() : undefined;
      }
      default:
        return undefined;
    }
  });
