import type { Sight } from "../../state/kitchen/places.ts";

/** Whether the browser holds on to what it shows while something above it is taken out. */
const ANCHORS = typeof CSS !== "undefined" && CSS.supports("overflow-anchor", "auto");

/** Which tickets of a list can be seen; undefined while nobody can see any. */
export function sightOf(list: HTMLElement, alone: boolean): Sight | undefined {
  if (document.hidden || list.clientHeight === 0) return undefined;
  const { top, bottom } = list.getBoundingClientRect();
  const ids = new Set<string>();
  for (const item of list.children) {
    const place = item.getBoundingClientRect();
    if (place.top >= bottom) break;
    const id = place.bottom <= top ? undefined : item.getAttribute("data-id");
    if (id !== undefined && id !== null) ids.add(id);
  }
  // Side by side they would go on to the row above.
  return { ids, anchored: ANCHORS && !alone };
}
