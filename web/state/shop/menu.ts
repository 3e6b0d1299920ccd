import { signal } from "@preact/signals";
import type { SiteView } from "../../../projections/views.ts";
import { getMenu, getSite, type Menu } from "../../api/endpoints.ts";
import { freshness } from "../freshness.ts";

/** A menu with its site, and when it was read. */
export interface ShownMenu extends Menu {
  readonly site: SiteView;
  readonly readAt: number;
}

export const menu = signal<ShownMenu | undefined>(undefined);
export const menuTrouble = signal<unknown>(undefined);

const EVERY = 15_000;

/** Reads the stock of one site again and again while its menu is looked at. Returns how to stop. */
export function followMenu(siteId: string): () => void {
  if (menu.value?.siteId !== siteId) menu.value = undefined;
  menuTrouble.value = undefined;
  freshness.value = { kind: "reconnecting" };
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failedSince: number | undefined;

  const read = async () => {
    clearTimeout(timer);
    try {
      const site = menu.value?.site ?? (await getSite("shop", siteId)).data;
      const { data, ageMs } = await getMenu(siteId);
      if (stopped) return;
      const readAt = Date.now() - ageMs;
      menu.value = { ...data, site, readAt };
      menuTrouble.value = failedSince = undefined;
      freshness.value = { kind: "polled", asOf: readAt, delayed: ageMs > 60_000 };
    } catch (error) {
      if (stopped) return;
      menuTrouble.value = error;
      failedSince ??= Date.now();
      freshness.value = { kind: "stale", asOf: menu.value?.readAt, offlineSince: failedSince };
    }
    if (!stopped) timer = setTimeout(read, failedSince === undefined ? EVERY : 3_000);
  };

  const again = () => {
    if (document.visibilityState === "visible") void read();
  };
  document.addEventListener("visibilitychange", again);
  addEventListener("online", again);
  void read();
  return () => {
    stopped = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", again);
    removeEventListener("online", again);
  };
}
