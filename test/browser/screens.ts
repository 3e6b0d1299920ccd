import type { Page } from "playwright-core";

/** What people do on the screens, in their own words. Every step waits for what it needs to see. */

export const PHONE = { width: 390, height: 844 };
export const TABLET = { width: 1280, height: 800 };

const SITE = "sweet-crumbs";
const ORDER_PAGE = /\/orders\/([0-9a-f]{8}-[0-9a-f-]+)$/;

/** Says in the shop where somebody is: degrees, as they are typed. */
export async function standAt(page: Page, url: string, position: string): Promise<void> {
  await page.goto(`${url}/shop`);
  await page.getByRole("button", { name: "Choose", exact: true }).click();
  await page.getByRole("searchbox").fill(position);
  await page.getByRole("button", { name: "Take" }).click();
  await page.getByRole("button", { name: "Change", exact: true }).waitFor();
}

/** Chooses a cake with an inscription and a croissant, and fills in where it goes; the last button is not pressed. */
export async function fillBasket(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/shop`);
  await page.locator(`a[href*="${SITE}"]`).click();
  await page.locator('[data-sku="birthday-cake"]').getByRole("button", { name: "Add" }).click();
  await page.locator('[data-sku="butter-croissant"]').getByRole("button", { name: "Add" }).click();
  await page.getByRole("link", { name: /Review order|items/ }).click();
  const cake = page.locator(".line").filter({ hasText: "Birthday cake" });
  await cake.getByRole("button", { name: "Add a note" }).click();
  await cake.getByLabel("Note for Birthday cake").fill("Happy birthday Mia");
  await fillContact(page);
}

/** Says who gets the order, and where. */
export async function fillContact(page: Page): Promise<void> {
  await page.getByLabel("Name").fill("Mia Weber");
  await page.getByLabel("Phone", { exact: true }).fill("+49 30 123456");
  await page.getByLabel("Address").fill("Oranienstr. 12, Berlin");
}

export const placeButton = (page: Page) => page.getByRole("button", { name: /^Place order/ });

/** The id of the order whose tracker is shown. */
export async function trackedOrder(page: Page): Promise<string> {
  await page.waitForURL(ORDER_PAGE);
  const id = ORDER_PAGE.exec(page.url())?.[1];
  if (id === undefined) throw new Error(`not the page of an order: ${page.url()}`);
  return id;
}

/** The short number of an order, as people say it. */
export const numberOf = (orderId: string): string => orderId.slice(0, 6).toUpperCase();

/** Orders from basket to tracker. Resolves to the order's id. */
export async function order(page: Page, url: string): Promise<string> {
  await fillBasket(page, url);
  await placeButton(page).click();
  return trackedOrder(page);
}

/** The station of the tracker where the order is now. */
export const currentStation = (page: Page, name: string) =>
  page.locator(".way [aria-current=step]").filter({ hasText: name });

/** A fact on the tracker. */
export const fact = (page: Page, name: string) => page.locator('.way [data-state="done"]').filter({ hasText: name });

export const freshness = (page: Page, state: "live" | "reconnecting" | "polled" | "stale") =>
  page.locator(`.freshness[data-state="${state}"]`);

/** Opens the kitchen's display and takes the role that it asks for. */
export async function openKitchen(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/kitchen/${SITE}`);
  await page.getByRole("button", { name: /^Work at/ }).click();
  await freshness(page, "live").waitFor();
}

/** A ticket where it can be worked at, in one column of the display. */
export const ticketIn = (page: Page, column: string, orderId: string) =>
  page.locator(`[data-column="${column}"] .ticket[data-id^="${orderId}"][data-left="false"]`);

/** Orders that the person at this page has, by the API's word. */
export async function ordersOf(page: Page, url: string): Promise<readonly { readonly orderId: string }[]> {
  const held: unknown = await page.evaluate("localStorage.getItem('ordertrail.tokens')");
  const { shop } = JSON.parse(String(held)) as { shop: { token: string } }; // as the page itself has written it
  const response = await fetch(`${url}/api/orders`, { headers: { authorization: `Bearer ${shop.token}` } });
  return ((await response.json()) as { orders: { orderId: string }[] }).orders;
}
