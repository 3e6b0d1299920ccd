import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { buildPages } from "../../cli/up/web-pages.ts";
import { seriousFaults } from "./analyst-steps.ts";
import { startBrowser, type TestBrowser, whyNoBrowser } from "./chromium.ts";
import { type DeadLettersStand, startStand } from "./dead-letters-stand.ts";

const DESK = { width: 1280, height: 800 };
let stand: DeadLettersStand;
let browser: TestBrowser;

beforeAll(async () => {
  if (whyNoBrowser() !== undefined) return;
  await buildPages();
  [stand, browser] = await Promise.all([startStand(), startBrowser()]);
});
beforeEach(({ skip }) => skip(whyNoBrowser() !== undefined, whyNoBrowser()));
afterAll(async () => {
  await browser?.close();
  await stand?.stop();
});

test("dead letters are found, looked at, discarded and redriven by keyboard, and when nothing is parked the page says so", async () => {
  const { page, context, faults } = await browser.visitor(DESK);
  const keys = page.keyboard;
  await stand.sit(page, "operator");
  await page.goto(`${stand.url}/operations/dead-letters`);
  await page.getByRole("heading", { name: "Nothing is parked" }).waitFor();
  await stand.park(3);
  await page.locator("[data-row]").nth(2).waitFor();
  expect(await seriousFaults(page)).toEqual([]);

  await keys.press("j");
  await keys.press("Enter");
  await page.getByRole("button", { name: "What would happen?" }).waitFor();
  await keys.press("p");
  await page.getByText("It would fail again. TypeError").waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  expect(await isAskedAtOnce(page, "x")).toBe(true);
  await keys.press("Enter");
  await page.getByText("Say why, in three letters or more.").waitFor();
  await page.getByRole("dialog").getByLabel("Why").fill("a test order");
  await keys.press("Enter");
  await page.getByText("Discarded by admin:olga").waitFor();

  stand.mend();
  await page.getByRole("link", { name: "All letters" }).press("Enter");
  await page.locator("[data-row]").first().waitFor();
  await keys.press("r");
  await page.getByRole("dialog").getByRole("heading", { name: "Redrive 2 letters?" }).waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "Redrive" }).press("Enter");
  await page.getByRole("heading", { name: "Nothing is parked" }).waitFor();
  await page.getByText("2 of 2 done").waitFor();
  expect(faults).toEqual([]);
  await context.close();
});

/** Whether a dialog is open before another key could arrive: within the task that handles this one. */
function isAskedAtOnce(page: Page, key: string): Promise<boolean> {
  return page.evaluate<boolean>(`(async () => {
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "${key}", bubbles: true, cancelable: true }));
    await Promise.resolve();
    return document.querySelector("dialog")?.open === true;
  })()`);
}
