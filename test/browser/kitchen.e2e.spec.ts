import { describe, expect, test } from "vitest";
import { seriousFaults } from "./analyst-steps.ts";
import type { Visitor } from "./chromium.ts";
import { type KitchenOrders, kitchenOrders } from "./kitchen-orders.ts";
import { freshness, openKitchen, TABLET, ticketIn } from "./screens.ts";
import { visitedSystem } from "./visited-system.ts";

type Page = Visitor["page"];

const SITE = "sweet-crumbs";
const { system, visit } = visitedSystem();

/** A display of the kitchen, with the orders that come to it. */
async function display(): Promise<{ page: Page; context: Visitor["context"]; orders: KitchenOrders }> {
  const { page, context } = await visit(TABLET);
  await openKitchen(page, system().url);
  return { page, context, orders: kitchenOrders(system().url, SITE) };
}

describe("a kitchen with two displays", () => {
  test("both act on the same ticket at the same moment: one wins, the other says so, nothing is done twice", async () => {
    const { page: left, orders } = await display();
    const { page: right } = await display();
    const id = await orders.place({ sku: "birthday-cake" });
    const steps = [
      ["new", "Accept", "restaurant.accepted"],
      ["preparation", "Start", "kitchen.stage_started preparation"],
      ["preparation", "Done", "kitchen.stage_completed preparation"],
    ] as const;
    for (const [column, button] of steps) {
      const both = [left, right].map((page) => ticketIn(page, column, id).getByRole("button", { name: button }));
      for (const one of both) await one.and(one.page().locator('[aria-disabled="false"]')).waitFor();
      await atTheSameMoment([left, right], () => Promise.all(both.map((one) => one.click())));
      // Who came second is told by the store, on the ticket that was touched.
      const said = async () =>
        (await Promise.all([left, right].map((page) => page.getByText("had done it already").count()))).toSorted();
      await expect.poll(said).toEqual([0, 1]);
    }
    for (const page of [left, right]) await ticketIn(page, "baking", id).waitFor();
    const known = steps.map(([, , fact]) => fact);
    await expect
      .poll(async () => (await orders.facts(id)).filter((fact) => known.some((one) => one === fact)))
      .toEqual(known);
  });
});

describe("a kitchen where two displays work side by side", () => {
  test("what one takes moves nothing on the other, which closes up when it is touched itself", async () => {
    const { page, orders } = await display();
    const { page: other } = await display();
    const taken = await orders.place({ sku: "cheesecake" });
    await ticketIn(page, "new", taken).waitFor();
    const below = await orders.place({ sku: "butter-croissant" });
    const stays = ticketIn(page, "new", below);
    await stays.waitFor();
    const before = await stays.boundingBox();
    await page.evaluate(NOTE_SHIFTS);
    await ticketIn(other, "new", taken).getByRole("button", { name: "Accept" }).click();
    await ticketIn(page, "preparation", taken).waitFor();
    await page.locator(`[data-column="new"] .ticket[data-id^="${taken}"][data-over="true"]`).waitFor();
    expect(await stays.boundingBox()).toEqual(before);
    expect(await page.evaluate("globalThis.shifted")).toBe(0);
    await page.locator('[data-column="ready"] .tickets').click();
    await expect.poll(async () => (await stays.boundingBox())?.y).toBeLessThan(before?.y ?? 0);
    expect(await page.evaluate("globalThis.shifted")).toBe(0);
  });
});

describe("a kitchen's display", () => {
  test("by keyboard alone a ticket is chosen, started and taken back, and goes through to the pass", async () => {
    const { page, orders } = await display();
    const id = await orders.place({ sku: "cheesecake" });
    await ticketIn(page, "new", id).waitFor();
    await choose(page, "new", id);
    await page.keyboard.press("Space");
    await ticketIn(page, "preparation", id).waitFor();
    await choose(page, "preparation", id);
    await actsBySpace(page, ticketIn(page, "preparation", id), "Start");
    await actsBySpace(page, ticketIn(page, "preparation", id), "Done");
    await page.getByRole("button", { name: /^Undo/ }).waitFor();
    await page.keyboard.press("u");
    await ticketIn(page, "preparation", id).getByRole("button", { name: "Done" }).waitFor();
    await page.keyboard.press("e");
    const order = page.locator(`.expo-group[data-group="working"] .ticket[data-id^="${id}"]`);
    await order.getByText("waits for Preparation").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press("e");
    await page.keyboard.press("s");
    await page.getByRole("complementary", { name: "On this display" }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press("Escape");
  });

  test("an item is reported missing from the ticket after saying what that does, and put back on sale", async () => {
    const { page, orders } = await display();
    const id = await orders.place({ sku: "cinnamon-roll", substitutes: ["butter-croissant"] }, { sku: "cheesecake" });
    await ticketIn(page, "new", id).getByRole("button", { name: "Accept" }).click();
    await ticketIn(page, "preparation", id).waitFor();
    await choose(page, "preparation", id);
    await page.keyboard.press("x");
    const question = page.getByRole("dialog");
    await question.getByRole("button", { name: "Cinnamon roll" }).click();
    await question.getByText("The customer takes instead, if there is some: Butter croissant.").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await question.getByRole("button", { name: "Cinnamon roll is missing" }).click();
    await ticketIn(page, "preparation", id).getByText("instead of Cinnamon roll").waitFor();
    await page.keyboard.press("o");
    const panel = page.getByRole("complementary", { name: "Off sale" });
    await panel.getByRole("listitem").filter({ hasText: "Cinnamon roll" }).getByRole("button").click();
    await panel.getByText("Everything on the menu can be ordered.").waitFor();
  });

  test("cut off it says since when, keeps its tickets readable and its buttons waiting; a cancelled ticket stays until somebody has taken note", async () => {
    const { page, context, orders } = await display();
    const id = await orders.place({ sku: "sourdough-loaf" });
    const ticket = ticketIn(page, "new", id);
    await ticket.waitFor();
    await context.setOffline(true);
    await page.getByText(/^No connection since/).waitFor({ timeout: 6_000 });
    await ticket.getByText("Sourdough loaf").waitFor();
    await expect.poll(() => ticket.getByRole("button", { name: "Waits: no connection" }).isDisabled()).toBe(true);
    await choose(page, "new", id);
    await page.keyboard.press("Space");
    await ticket.getByText("Not sent: there is no connection.").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await orders.cancel(id);
    await context.setOffline(false);
    await freshness(page, "live").waitFor({ timeout: 20_000 });
    const stopped = ticket.and(page.locator('[data-stopped="true"]'));
    await stopped.getByText("Cancelled").waitFor();
    await choose(page, "new", id);
    await actsBySpace(page, stopped, "Understood");
    await stopped.waitFor({ state: "detached" });
  });
});

/** Sums up what moves on a page by itself, as Chromium counts it. */
const NOTE_SHIFTS = `
  globalThis.shifted = 0;
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) globalThis.shifted += value;
  }).observe({ type: "layout-shift" });
`;

/** Holds back what displays send until each of them has sent something: then all of it goes out at once. */
async function atTheSameMoment(pages: readonly Page[], touch: () => Promise<unknown>): Promise<void> {
  const waiting: (() => void)[] = [];
  const pattern = "**/api/orders/*/fulfilments/**";
  for (const page of pages) {
    await page.route(pattern, async (route) => {
      await new Promise<void>((go) => {
        waiting.push(go);
        if (waiting.length === pages.length) for (const one of waiting) one();
      });
      await route.continue();
    });
  }
  await touch();
  await expect.poll(() => waiting.length).toBe(pages.length);
  for (const page of pages) await page.unroute(pattern);
}

/** Goes to a column with the arrow keys, and down until the ticket is chosen. */
async function choose(page: Page, column: string, id: string): Promise<void> {
  const chosen = page.locator(`[data-column="${column}"] .ticket[data-id^="${id}"][data-chosen="true"]`);
  await page.keyboard.press("1");
  for (let turn = 0; turn < 8; turn++) {
    for (let step = 0; step < 6 && (await chosen.count()) === 0; step++) await page.keyboard.press("ArrowDown");
    if ((await chosen.count()) > 0) return;
    await page.keyboard.press("ArrowRight");
  }
  throw new Error(`cannot be reached with arrow keys: ${id} in ${column}`);
}

/** Presses Space when the chosen ticket's button says this and may be touched. */
async function actsBySpace(page: Page, ticket: ReturnType<typeof ticketIn>, name: string): Promise<void> {
  const button = ticket.getByRole("button", { name, exact: true });
  await button.and(page.locator('[aria-disabled="false"]')).waitFor();
  await page.keyboard.press("Space");
}
