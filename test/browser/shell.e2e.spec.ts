import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { seriousFaults, tabTo } from "./analyst-steps.ts";
import { freshness, openKitchen, PHONE, TABLET } from "./screens.ts";
import { visitedSystem } from "./visited-system.ts";

const { system, visit } = visitedSystem();

const menu = (page: Page) => page.getByRole("button", { name: "Menu" });
const line = (page: Page) => page.locator(".freshness");

describe("the shell around all pages", () => {
  test("a page that the role may not see keeps its address, and shows itself once the role is taken, by keyboard alone", async () => {
    const { page } = await visit(TABLET);
    await page.goto(`${system().url}/support?q=abc`);
    await page.getByText("You are not signed in here.").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await tabTo(page, page.getByRole("button", { name: "Take the role Support" }));
    await page.keyboard.press("Enter");
    await page.getByText("You are not signed in here.").waitFor({ state: "detached" });
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe("/support?q=abc");
  });

  test("somebody at work starts from their screens; the menu changes the role, language and light without leaving", async () => {
    const { page } = await visit(TABLET);
    await page.goto(`${system().url}/dev/roles`);
    await page.getByRole("button", { name: /^Take.*Admin/ }).click();
    await page.getByRole("link", { name: "Go on" }).click();
    await page.getByRole("heading", { name: "You are here as Admin" }).waitFor();
    await page.getByText("nothing waits").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard" }).getByText("Phone orders").waitFor();
    await page.keyboard.press("Escape");
    await tabTo(page, menu(page));
    await page.keyboard.press("Enter");
    await page.getByRole("radio", { name: "Deutsch" }).check();
    await page.getByRole("heading", { name: "Du bist hier als Verwaltung" }).waitFor();
    await page.getByRole("radio", { name: "Dunkel" }).check();
    await page.locator("html[data-theme=dark]").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByLabel("Rolle (Entwicklung)").selectOption("operator");
    await page.getByRole("heading", { name: "Du bist hier als Betrieb" }).waitFor();
    await page.keyboard.press("2");
    await page.waitForURL(/\/analyst$/);
    await page.reload();
    await page.locator("html[data-theme=dark]").waitFor();
    await menu(page)
      .or(page.getByRole("button", { name: "Menü" }))
      .click();
    await page.getByRole("button", { name: "Abmelden" }).click();
    await page.waitForURL(/\/sign-in$/);
  });

  test("an address that names nothing is told so, with a way on, and programs get a problem", async () => {
    const { page } = await visit(PHONE);
    const answer = await page.goto(`${system().url}/no/such/page`);
    expect(answer?.status()).toBe(404);
    await page.getByText("There is no page at this address.").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByRole("link", { name: "To the start" }).click();
    await page.getByRole("heading", { name: "Where would you like to order?" }).waitFor();
    const asked = await fetch(`${system().url}/no/such/page`, { signal: AbortSignal.timeout(5_000) });
    expect(asked.headers.get("content-type")).toContain("application/problem+json");
  });

  test("a page that fails keeps the header, says what to do, and the next page works", async () => {
    const { page } = await visit(PHONE);
    // What no server of this release would answer.
    await page.route("**/api/sites?*", (route) =>
      route.fulfill({ json: { sites: [{ siteId: "x", status: "open" }] } }),
    );
    await page.goto(`${system().url}/shop`);
    await page.getByText("This page has failed.").waitFor();
    await page.getByRole("button", { name: "Load again" }).waitFor();
    await menu(page).click();
    await page.getByRole("link", { name: "My orders" }).last().click();
    await page.getByText("You have not ordered anything yet.").waitFor();
  });

  test("installed, pages open without a network, say since when, show nothing as fresh, and come back by themselves", async () => {
    const { page, context } = await visit(PHONE, { installs: true });
    await openKitchen(page, system().url);
    await page.evaluate("navigator.serviceWorker.ready");
    await page.waitForFunction("navigator.serviceWorker.controller !== null");
    const linked = await page.locator('link[rel="manifest"]').getAttribute("href");
    expect(linked).toBe("/kitchen.webmanifest");
    await context.setOffline(true);
    await page.goto(`${system().url}/courier`);
    await line(page)
      .getByText(/^offline since \d/)
      .waitFor();
    await page.goto(`${system().url}/shop`);
    await line(page)
      .getByText(/^offline since \d/)
      .waitFor();
    await page.getByText("No connection at the moment.").first().waitFor();
    // Nothing that the API ever answered is kept.
    const kept = await page.evaluate(
      "caches.keys().then(async (names) => (await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)))).flat())",
    );
    expect(kept).toContain("/index.html");
    expect((kept as string[]).filter((path) => /^\/(api|dev|sign-in)/.test(path))).toEqual([]); // paths, by the line above
    await context.setOffline(false);
    await line(page)
      .getByText(/offline/)
      .waitFor({ state: "detached", timeout: 20_000 });
    await page.goto(`${system().url}/kitchen/sweet-crumbs`);
    await freshness(page, "live").waitFor({ timeout: 20_000 });
  });
});
