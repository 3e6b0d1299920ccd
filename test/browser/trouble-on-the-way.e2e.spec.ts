import { describe, expect, test } from "vitest";
import {
  fact,
  fillBasket,
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

const { system, visit } = visitedSystem();

describe("when something fails on the way", () => {
  test("with projections and payment stopped, a reload shows the own order as pending, and says what it waits for", async () => {
    const { page } = await visit();
    await fillBasket(page, system().url);
    await system().signal("workers", "SIGSTOP");
    try {
      await placeButton(page).click();
      const id = await trackedOrder(page);
      await page.getByText("We have your order.").waitFor();
      await page.reload();
      await page.getByText("We have your order.").waitFor();
      await page.getByText(numberOf(id)).waitFor();
      await page.getByText("Birthday cake").waitFor();
      // After ten seconds a pending order says what it waits for, and nothing stale is called live.
      await page.getByText(/^We are waiting for|^Kept on this device/).waitFor({ timeout: 20_000 });
      await freshness(page, "live").waitFor({ state: "detached", timeout: 30_000 });
      await page.getByRole("link", { name: "My orders" }).click();
      await page.getByText(numberOf(id)).waitFor();
      await page.goBack();
      await page.getByText("We have your order.").waitFor();
    } finally {
      await system().signal("workers", "SIGCONT");
    }
    await fact(page, "Payment confirmed").waitFor({ timeout: 60_000 });
    await freshness(page, "live").waitFor({ timeout: 30_000 });
  });

  test("a tracker without a network says so, stays readable, and comes back to the truth by itself", async () => {
    const [{ page, context }, { page: cook }] = [await visit(), await visit(TABLET)];
    const id = await order(page, system().url);
    await fact(page, "Payment confirmed").waitFor();
    await context.setOffline(true);
    await page.getByText(/as of .*, offline for/).waitFor({ timeout: 10_000 });
    await openKitchen(cook, system().url);
    await ticketIn(cook, "new", id).getByRole("button", { name: "Accept" }).click();
    await ticketIn(cook, "preparation", id).waitFor();
    await fact(page, "Payment confirmed").waitFor();
    expect(await fact(page, "Accepted by").count()).toBe(0);
    await context.setOffline(false);
    await fact(page, "Accepted by Sweet Crumbs Bakery").waitFor({ timeout: 20_000 });
    await freshness(page, "live").waitFor({ timeout: 20_000 });
  });

  test("an order that is placed without a network is kept, and placed once when there is one again", async () => {
    const { page, context } = await visit();
    await fillBasket(page, system().url);
    await context.setOffline(true);
    await placeButton(page).click();
    await page.getByText("Your order has not reached us yet").waitFor({ timeout: 20_000 });
    await context.setOffline(false);
    const id = await trackedOrder(page);
    await expect.poll(async () => (await ordersOf(page, system().url)).map(({ orderId }) => orderId)).toEqual([id]);
  });

  test("an order whose answer was lost is the same order after a reload", async () => {
    const { page, context } = await visit();
    await fillBasket(page, system().url);
    // The request arrives, its answer does not.
    let arrived = 0;
    await context.route("**/api/orders", async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      arrived++;
      if (arrived > 1) return route.continue();
      await route.fetch();
      await route.abort("connectionreset");
    });
    await placeButton(page).click();
    await page.getByText("Your order has not reached us yet").waitFor();
    await page.reload();
    const id = await trackedOrder(page);
    expect(arrived).toBeGreaterThan(1);
    await expect.poll(async () => (await ordersOf(page, system().url)).map(({ orderId }) => orderId)).toEqual([id]);
  });

  test("a kitchen whose server is killed says so within seconds, keeps its tickets, and works again by itself", async () => {
    const [{ page: buyer }, { page: cook }] = [await visit(), await visit(TABLET)];
    const id = await order(buyer, system().url);
    await openKitchen(cook, system().url);
    const ticket = ticketIn(cook, "new", id);
    await ticket.waitFor();
    await system().signal("api", "SIGSTOP");
    await cook.locator('.band[data-state="offline"]').waitFor({ timeout: 15_000 });
    await ticket.getByRole("button", { name: "Waits: no connection" }).waitFor();
    await system().signal("api", "SIGKILL");
    await freshness(cook, "live").waitFor({ timeout: 60_000 });
    await ticket.getByRole("button", { name: "Accept" }).click();
    await ticketIn(cook, "preparation", id).waitFor();
    await fact(buyer, "Accepted by Sweet Crumbs Bakery").waitFor({ timeout: 30_000 });
  });
});
