import { useEffect } from "preact/hooks";
import { followMenu, menu, type ShownMenu } from "../state/shop/menu.ts";

/** The menu of a site with its stock, read anew while it is on the screen. */
export function useMenu(siteId: string): ShownMenu | undefined {
  useEffect(() => followMenu(siteId), [siteId]);
  return menu.value?.siteId === siteId ? menu.value : undefined;
}
