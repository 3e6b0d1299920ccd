import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seriousFaults } from "./analyst-steps.ts";
import { type Visitor, whyNoBrowser } from "./chromium.ts";
import { courierAtWork } from "./courier-at-work.ts";
import {
  currentStation,
  fact,
  fillBasket,
  fillContact,
  freshness,
  numberOf,
  openKitchen,
  order,
  ordersOf,
  placeButton,
  TABLET,
  ticketIn,
  trackedOrder,
} from "./screens.ts";
import { visitedSystem } from "./visited-system.ts";

const STATIONS = ["preparation", "baking", "quality_check", "packaging"];

const { system, visit } = visitedSystem();
let endShift: (() => Promise<void>) | undefined;

beforeAll(() => {
  if (whyNoBrowser() === undefined) endShift = courierAtWork(system().url);
});
afterAll(() => endShift?.());

describe("from the shop to the door", () => {
  test("an order is placed, made by touch and delivered; the tracker shows each station as it happens", async () => {
    const [{ page: buyer }, { page: cook }] = [await visit(), await visit(TABLET)];
    await openKitchen(cook, system().url);
    const id = await order(buyer, system().url);
    await fact(buyer, "Payment confirmed").waitFor();

    const fresh = ticketIn(cook, "new", id);
    await fresh.and(cook.locator('[data-fresh="true"]')).waitFor();
    expect(await fresh.innerText()).toContain(numberOf(id));
    await fresh.getByText("Happy birthday Mia").waitFor();
    await fresh.getByRole("button", { name: "Accept" }).click();
    await fact(buyer, "Accepted by Sweet Crumbs Bakery").waitFor();

    for (const station of STATIONS) {
      const ticket = ticketIn(cook, station, id);
      await ticket.getByRole("button", { name: "Start" }).click();
      await currentStation(buyer, wordFor(station)).waitFor();
      await ticket.getByRole("button", { name: "Done" }).click();
      await fact(buyer, wordFor(station)).waitFor();
    }
    await ticketIn(cook, "ready", id).getByRole("button", { name: "Ready" }).click();
    await buyer.getByText(/^Delivered at/).waitFor({ timeout: 60_000 });
    await fact(buyer, "Delivered").waitFor();
    // The ticket has left the kitchen.
    await cook.getByText("All done.").waitFor({ timeout: 30_000 });
  });

  test("a completed station is taken back within ten seconds", async () => {
    const [{ page: buyer }, { page: cook }] = [await visit(), await visit(TABLET)];
    const id = await order(buyer, system().url);
    await openKitchen(cook, system().url);
    await ticketIn(cook, "new", id).getByRole("button", { name: "Accept" }).click();
    const ticket = ticketIn(cook, "preparation", id);
    await ticket.getByRole("button", { name: "Start" }).click();
    await ticket.getByRole("button", { name: "Done" }).click();
    await ticketIn(cook, "baking", id).waitFor();
    await cook.getByRole("button", { name: /^Undo/ }).click();
    await ticket.getByRole("button", { name: "Done" }).waitFor();
    await currentStation(buyer, "Preparation").waitFor();
  });

  test("the kitchen works by keyboard alone", async () => {
    const [{ page: buyer }, { page: cook }] = [await visit(), await visit(TABLET)];
    const id = await order(buyer, system().url);
    await openKitchen(cook, system().url);
    await cook.goto(`${system().url}/kitchen/sweet-crumbs?station=new`);
    await ticketIn(cook, "new", id).waitFor();
    await cook.keyboard.press("?");
    await cook.getByRole("dialog").getByText("accept, start or finish it").waitFor();
    await cook.keyboard.press("Escape");
    await choose(cook, id);
    await cook.keyboard.press("Space");
    await fact(buyer, "Accepted by Sweet Crumbs Bakery").waitFor();
    for (const station of STATIONS) {
      await cook.goto(`${system().url}/kitchen/sweet-crumbs?station=${station}`);
      const ticket = ticketIn(cook, station, id);
      await ticket.waitFor();
      await choose(cook, id);
      await cook.keyboard.press("Space");
      await ticket.getByRole("button", { name: "Done" }).waitFor();
      await cook.keyboard.press("Space");
      await fact(buyer, wordFor(station)).waitFor();
    }
    await cook.goto(`${system().url}/kitchen/sweet-crumbs?station=ready`);
    await ticketIn(cook, "ready", id).waitFor();
    await choose(cook, id);
    await cook.keyboard.press("Space");
    await fact(buyer, "Packed and ready").waitFor();
  });

  test("a button pressed three times places one order", async () => {
    const { page } = await visit();
    await fillBasket(page, system().url);
    await placeButton(page).click({ clickCount: 3, noWaitAfter: true });
    const id = await trackedOrder(page);
    await freshness(page, "live").waitFor();
    await expect.poll(async () => (await ordersOf(page, system().url)).map(({ orderId }) => orderId)).toEqual([id]);
  });

  test("a place is chosen by keyboard, what comes there comes first, and what may replace an item goes with the order", async () => {
    const { page } = await visit();
    await page.goto(`${system().url}/shop`);
    expect(await seriousFaults(page)).toEqual([]);
    await press(page, page.getByRole("button", { name: "Choose" }));
    await page.getByPlaceholder(/^District/).fill("neuko");
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Comes to you" }).waitFor();
    await page.locator(".site .promise").first().waitFor();
    await press(page, page.locator('a[href*="sweet-crumbs"]'));
    await press(page, page.getByRole("button", { name: "Add Birthday cake" }));
    expect(await seriousFaults(page)).toEqual([]);
    await press(page, page.getByRole("link", { name: /1 item/ }));
    await page.getByLabel("If it is missing: Birthday cake").selectOption("cheesecake");
    await page.reload();
    await expect.poll(() => page.getByLabel("If it is missing: Birthday cake").inputValue()).toBe("cheesecake");
    await page.locator(".sum-line").getByText("€34.50 + €2.90 delivery, €2.26 tax included").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await fillContact(page);
    const [request] = await Promise.all([
      page.waitForRequest((asked) => asked.method() === "POST" && asked.url().endsWith("/api/orders")),
      press(page, placeButton(page)),
    ]);
    expect(request.postDataJSON().lines).toEqual([{ sku: "birthday-cake", quantity: 1, substitutes: ["cheesecake"] }]);
    await trackedOrder(page);
    await fact(page, "Payment confirmed").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
  });

  test("a paid order has a receipt; who makes an account keeps seeing what was ordered as a guest", async () => {
    const { page } = await visit();
    const id = await order(page, system().url);
    await page.getByRole("link", { name: "Receipt" }).click();
    await page.getByText("€39.80").first().waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save as PDF" }).click(),
    ]);
    expect(file.suggestedFilename()).toBe(`${numberOf(id)}.pdf`);
    await page.goto(`${system().url}/account`);
    await page.getByRole("button", { name: "Create an account" }).click();
    await page.getByRole("heading", { name: "Hello Mia Weber" }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.getByLabel("Address").fill("Torstr. 1, Berlin");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText(/^Saved\./).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Hello Mia Weber" }).waitFor();
    await expect.poll(() => page.getByLabel("Address").inputValue()).toBe("Torstr. 1, Berlin");
    await page.getByText(numberOf(id)).click();
    await freshness(page, "live").waitFor();
    await fact(page, "Payment confirmed").waitFor();
  });

  test("a declined card says what happened, that nothing was charged, and leads back to the filled basket", async () => {
    const { page } = await visit();
    await fillBasket(page, system().url);
    await page.getByText("Declined").click();
    await placeButton(page).click();
    await page.getByText("Your bank declined the card.").waitFor({ timeout: 60_000 });
    await page.getByText("Nothing was charged.").waitFor();
    await page.getByRole("button", { name: "Try to pay again" }).click();
    await page.locator(".line").filter({ hasText: "Birthday cake" }).waitFor();
  });

  test("an order is cancelled by its buyer; the kitchen sees it struck through until somebody takes note", async () => {
    const [{ page: buyer }, { page: cook }] = [await visit(), await visit(TABLET)];
    await openKitchen(cook, system().url);
    const id = await order(buyer, system().url);
    await ticketIn(cook, "new", id).waitFor();
    await buyer.getByRole("button", { name: "Cancel order" }).click();
    await buyer.getByRole("button", { name: "Yes, cancel it" }).click();
    await buyer.getByText("Your order is cancelled.").waitFor();
    const stopped = ticketIn(cook, "new", id).and(cook.locator('[data-stopped="true"]'));
    await stopped.waitFor();
    await stopped.getByRole("button", { name: "Understood" }).click();
    await stopped.waitFor({ state: "detached" });
    await buyer.getByText(/were given back/).waitFor({ timeout: 60_000 });
  });
});

/** Comes to an element as the keyboard does, and presses Enter. */
async function press(page: Visitor["page"], target: ReturnType<Visitor["page"]["locator"]>): Promise<void> {
  await target.focus();
  await page.keyboard.press("Enter");
}

/** Goes down the column with the arrow keys until the ticket is chosen. */
async function choose(cook: Visitor["page"], id: string): Promise<void> {
  await cook.keyboard.press("1");
  const chosen = cook.locator(`.ticket[data-id^="${id}"][data-chosen="true"]`);
  for (let step = 0; step < 20 && (await chosen.count()) === 0; step++) await cook.keyboard.press("ArrowDown");
  await chosen.waitFor();
}

const wordFor = (station: string): string =>
  ({ preparation: "Preparation", baking: "Baking", quality_check: "Quality check", packaging: "Packaging" })[station] ??
  station;
