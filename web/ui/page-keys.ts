/** What a key of a page does; undefined leaves it to the browser. */
type Acting = (key: string, target: Element | undefined) => (() => void) | undefined;

/** Carries out a key of a page. Keys of a field or a dialog, and those with another key held, stay theirs. */
export function handlePageKey(event: KeyboardEvent, actFor: Acting): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const target = event.target instanceof Element ? event.target : undefined;
  if (target?.closest("dialog, input, textarea, select")) return;
  const act = actFor(event.key, target);
  if (!act) return;
  event.preventDefault();
  act();
}

/**
 * Goes to the next row of the page, or the one before: a row is marked by the focus on its `[data-row]` element, or on
 * something beside it in the same line of a table or list.
 */
export function stepRows(from: Element | undefined, by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>("main [data-row]")];
  const holder = from?.closest("tr, li");
  const at = rows.findIndex((row) => row === from || (holder && row.closest("tr, li") === holder));
  const next = rows[at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}
