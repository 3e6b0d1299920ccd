/**
 * Carries out a key of the page: j and k go from row to row, the others press what carries them in `data-key`. Keys of a
 * field or a dialog stay theirs.
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
  switch (key) {
    case "?":
      return showKeys;
    case "j":
      return () => step(target, 1);
    case "k":
      return () => step(target, -1);
    case "p":
    case "r":
    case "x": {
      const pressed = document.querySelector<HTMLElement>(`main [data-key="${key}"]`);
      return pressed ? () => pressed.click() : undefined;
    }
    default:
      return undefined;
  }
}

function step(from: Element | undefined, by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>("main [data-row]")];
  const at = from instanceof HTMLElement ? rows.indexOf(from) : -1;
  const next = rows[at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}
