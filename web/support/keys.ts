import { handlePageKey, stepRows } from "../ui/page-keys.ts";

/** Keys of the console's own; each presses what carries it in `data-key`. */
const PRESSED = new Set(["c", "v", "[", "]", "Escape"]);

/** Carries out a key of the console: j and k go from row to row, Enter opens one by itself. */
export const handleKey = (event: KeyboardEvent): void =>
  handlePageKey(event, (key, target) => {
    switch (key) {
      case "/":
        return () => document.querySelector<HTMLInputElement>("main input[type=search]")?.select();
      case "j":
        return () => stepRows(target, 1);
      case "k":
        return () => stepRows(target, -1);
      case "ArrowDown":
      case "ArrowUp":
        return target?.matches("[data-row]") ? () => stepRows(target, key === "ArrowDown" ? 1 : -1) : undefined;
      default: {
        if (!PRESSED.has(key)) return undefined;
        const pressed = [...document.querySelectorAll<HTMLButtonElement>("main [data-key]")].find(
          (one) => one.dataset.key === key && !one.disabled,
        );
        return pressed && (() => pressed.click());
      }
    }
  });
