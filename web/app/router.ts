import { computed, signal } from "@preact/signals";

/** Pages with addresses of their own below them: `parts` is the address after the area's name. */
export type Area = "account" | "analyst" | "catalogue" | "courier" | "operations" | "phone" | "support";

const AREAS: readonly Area[] = ["account", "analyst", "catalogue", "courier", "operations", "phone", "support"];

/** Where the address bar points, as one of the pages there are. */
export type Route =
  /** The shop for a buyer; for others what they can do. */
  | { readonly page: "start" }
  | { readonly page: "shop"; readonly siteId: string | undefined; readonly step: "menu" | "basket" }
  | { readonly page: "orders" }
  | { readonly page: "placing" }
  | { readonly page: "order"; readonly orderId: string }
  | { readonly page: "kitchens" }
  | { readonly page: "kitchen"; readonly siteId: string; readonly station: string | undefined }
  | { readonly page: "receipt"; readonly orderId: string }
  | { readonly page: Area; readonly parts: readonly string[]; readonly query: string }
  | { readonly page: "signIn"; readonly to: string | undefined }
  | { readonly page: "missing" };

/** Reads a path and query as a route. */
export function parseRoute(path: string, query: string): Route {
  const parts = partsOf(path);
  const asked = new URLSearchParams(query);
  if (parts === undefined) return { page: "missing" };
  const [first, second, third] = parts;
  if (first === undefined && !asked.has("site")) return { page: "start" };
  if (first === undefined || (first === "shop" && second === undefined)) {
    return {
      page: "shop",
      siteId: asked.get("site") ?? undefined,
      step: asked.get("step") === "basket" ? "basket" : "menu",
    };
  }
  if (first === "orders" && third === undefined) {
    if (second === undefined) return { page: "orders" };
    return second === "placing" ? { page: "placing" } : { page: "order", orderId: second };
  }
  if (first === "orders" && second !== undefined && third === "receipt" && parts.length === 3) {
    return { page: "receipt", orderId: second };
  }
  if (first === "kitchen" && third === undefined) {
    if (second === undefined) return { page: "kitchens" };
    return { page: "kitchen", siteId: second, station: asked.get("station") ?? undefined };
  }
  const area = AREAS.find((name) => name === first);
  if (area !== undefined) return { page: area, parts: parts.slice(1), query };
  const name = parts.join("/");
  if (name === "sign-in" || name === "dev/roles") return { page: "signIn", to: placeHere(asked.get("to")) };
  return { page: "missing" };
}

/** Undefined for an address that is no text. */
function partsOf(path: string): readonly string[] | undefined {
  try {
    return path.split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** Only addresses of this site are gone on to: a link from elsewhere must not lead away after a sign-in. */
const placeHere = (to: string | null): string | undefined => (to !== null && /^\/(?![/\\])/.test(to) ? to : undefined);

const address = signal({ path: location.pathname, query: location.search });

const read = () => {
  address.value = { path: location.pathname, query: location.search };
};

addEventListener("popstate", read);

/** The page to show. */
export const route = computed(() => parseRoute(address.value.path, address.value.query));

/** The address of the page with its query, to come back to. */
export const place = computed(() => address.value.path + address.value.query);

/** The sign-in page, which leads back here. */
export const toSignIn = (): string => `/sign-in?to=${encodeURIComponent(place.value)}`;

/** Goes to a path of this site; `replace` leaves no step back. */
export function navigate(to: string, replace = false): void {
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  read();
  if (!replace) scrollTo(0, 0);
}

/** Turns clicks on links of this site into navigation without a reload; everything else stays the browser's. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (!(link instanceof HTMLAnchorElement) || link.target || link.origin !== location.origin) return;
  if (link.dataset.reload !== undefined) return;
  event.preventDefault();
  navigate(link.pathname + link.search);
}
