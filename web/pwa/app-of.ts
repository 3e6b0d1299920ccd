import type { Route } from "../app/router.ts";

/** One of the applications that can be put on a device's home screen. */
export type InstalledApp = "shop" | "kitchen" | "courier";

/** Which of them a page belongs to; the manifest of that one is linked. */
export const appOf = (page: Route["page"]): InstalledApp =>
  page === "kitchen" || page === "kitchens" ? "kitchen" : page === "courier" ? "courier" : "shop";

/** Links the manifest and icon of the application that this page belongs to. */
export function linkManifest(page: Route["page"]): void {
  const app = appOf(page);
  for (const [rel, href] of [
    ["manifest", `/${app}.webmanifest`],
    ["apple-touch-icon", `/icons/${app}-180.png`],
  ] as const) {
    const link = document.querySelector(`link[rel="${rel}"]`);
    if (link?.getAttribute("href") !== href) link?.setAttribute("href", href);
  }
}
