import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { ApiClient } from "../../cli/simulate/api-client.ts";
import type { OrderView } from "../../projections/views.ts";
import { seriousFaults, tabTo } from "./analyst-steps.ts";
import { kitchenOrders } from "./kitchen-orders.ts";
import { freshness, numberOf, order, standAt, TABLET } from "./screens.ts";
import { visitedSystem } from "./visited-system.ts";

const { system, visit } = visitedSystem();
const SITE = "sweet-crumbs";

/** The kitchen makes an order that it was told of: up to its acceptance, or to its end. */
async function cook(orderId: string, upTo: "accepted" | "ready"): Promise<void> {
  const signal = AbortSignal.timeout(60_000);
  const kitchen = new ApiClient(system().url, { role: "kitchen", id: "cook", sites: [SITE] }, signal);
  const post = async (base: string, what: string) => {
    const { status, body } = await kitchen.post(`${base}/${what}`, {}, randomUUID());
    if (status >= 300) throw new Error(`${what}: ${JSON.stringify(body)}`);
  };
  await expect
    .poll(async () => (await kitchen.get(`/api/orders/${orderId}`)).body?.status, { timeout: 30_000 })
    .toMatch(/restaurant_notified|restaurant_accepted/);
  const order = (await kitchen.get(`/api/orders/${orderId}`)).body as unknown as OrderView; // as the API describes it
  const [part] = order.fulfilments;
  const base = `/api/orders/${orderId}/fulfilments/${part?.fulfilmentId}`;
  if (upTo === "accepted") return await post(base, "accept");
  for (const station of part?.stations ?? []) {
    await post(base, `stations/${station}/start`);
    await post(base, `stations/${station}/complete`);
  }
  await post(base, "ready");
}

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

/** Reaches a button by keyboard alone, and presses it. */
async function press(page: Page, name: string): Promise<void> {
  const pressable = button(page, name).and(page.locator(":enabled:not([aria-disabled=true])"));
  await pressable.waitFor({ timeout: 20_000 });
  await tabTo(page, pressable);
  await page.keyboard.press("Enter");
}

describe("a courier", () => {
  test("carries an order by keyboard alone, through a tunnel and a reload; what was tapped is sent once and in order", async () => {
    const [{ page, context }, buyer] = [await visit(), await visit()];
    const { facts } = kitchenOrders(system().url, SITE);
    const tracked = buyer.page.locator(".delivery-pin strong");
    await context.grantPermissions(["geolocation"], { origin: system().url });
    await context.setGeolocation({ latitude: 52.51, longitude: 13.41 });
    await page.goto(`${system().url}/courier`);
    await page.getByRole("button", { name: /^Take the role Courier/ }).click();
    await page.getByText("You are off shift").waitFor();
    await page.getByLabel("City").selectOption("Berlin");
    expect(await seriousFaults(page)).toEqual([]);
    await tabTo(page, page.getByRole("switch", { name: "Go on shift" }));
    await page.keyboard.press("Enter");
    await page.getByText("On shift in Berlin").waitFor();

    await standAt(buyer.page, system().url, "52.5026, 13.4170");
    const id = await order(buyer.page, system().url);
    await cook(id, "accepted");
    await page.getByRole("heading", { name: "New offer" }).waitFor({ timeout: 30_000 });
    await page.getByRole("timer").filter({ hasText: "seconds left" }).waitFor();
    expect(await page.getByText("Oranienstr. 12").count()).toBe(0);
    expect(await seriousFaults(page)).toEqual([]);
    await press(page, "Accept");
    await page.getByRole("heading", { name: `Order ${numberOf(id)}` }).waitFor();
    await page.getByText("Oranienstr. 12").waitFor();
    await freshness(page, "live").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await press(page, "Show it");
    await page.getByText("The customer sees how you come along").waitFor();
    expect(await tracked.count()).toBe(0);
    await context.setOffline(true);
    await freshness(page, "stale").waitFor();
    await press(page, "I have arrived");
    await page.getByText("Waiting to be sent").waitFor();
    await press(page, "Picked up");
    await page.getByText("Picked up, ").waitFor();
    await cook(id, "ready");
    // The pages come again, the API does not.
    await context.route(/\/(api|ws)/, (route) => route.abort());
    await context.setOffline(false);
    await page.reload();
    await page.getByText("Oranienstr. 12").waitFor();
    await context.setOffline(true);
    await context.unroute(/\/(api|ws)/);
    await freshness(page, "stale").waitFor();
    await press(page, "Delivered");
    await page.getByRole("dialog").getByRole("button", { name: "It is delivered" }).press("Enter");
    await page.getByText("Type the PIN, or say where it is.").waitFor();
    await page.getByLabel("PIN of the customer").fill("47110");
    await page.keyboard.press("Enter");
    await page.getByText("A PIN has 4 digits.").waitFor();
    // Nobody knows the PIN before the site knows that the order was picked up: this one is a slip.
    await page.getByLabel("PIN of the customer").fill("4711");
    await page.getByLabel("Your own words").fill("to Ms Weber");
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press("Enter");
    await page.getByText("Delivered, ").waitFor();
    await context.setOffline(false);
    await page.getByText(`Order ${numberOf(id)} is not delivered yet`).waitFor({ timeout: 30_000 });
    await page.getByText("This is not the PIN of this order.").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await tracked.filter({ hasText: /^\d{4}$/ }).waitFor({ timeout: 20_000 });
    await buyer.page.getByText(/^About \d+ min to you$/).waitFor({ timeout: 20_000 });
    expect(await seriousFaults(buyer.page)).toEqual([]);
    await press(page, "Type the PIN again");
    await expect.poll(() => page.getByLabel("Your own words").inputValue()).toBe("to Ms Weber");
    await page.getByLabel("PIN of the customer").fill((await tracked.textContent()) ?? "");
    await page.keyboard.press("Enter");
    await page.getByText(`Order ${numberOf(id)} is delivered`).waitFor({ timeout: 30_000 });
    await tracked.waitFor({ state: "detached" });
    await tabTo(page, page.getByRole("switch", { name: "End shift" }));
    await page.keyboard.press("Enter");
    await page.getByText("You are off shift").waitFor();
    const carried = (await facts(id)).filter((type) => /^driver\.(accepted|arrived)|picked_up|delivered/.test(type));
    expect(carried).toEqual(["driver.accepted", "driver.arrived", "order.picked_up", "order.delivered"]);
  });

  test("is told plainly that an order was cancelled while there was no connection, and nothing more is sent for it", async () => {
    const { page, context } = await visit();
    const { place, cancel, facts } = kitchenOrders(system().url, SITE);
    await page.goto(`${system().url}/courier`);
    await page.getByRole("button", { name: /^Take the role Courier/ }).click();
    await page.getByLabel("City").selectOption("Berlin");
    await page.getByRole("switch", { name: "Go on shift" }).click();
    await page.getByText("On shift in Berlin").waitFor();
    const id = await place({ sku: "cheesecake" });
    await cook(id, "accepted");
    await button(page, "Accept").click({ timeout: 30_000 });
    await page.getByText("Oranienstr. 12").waitFor();
    await context.setOffline(true);
    await button(page, "I have arrived").click();
    await button(page, "Picked up").click();
    await cancel(id);
    await context.setOffline(false);
    await page.getByText(`“Arrived” was not taken for order ${numberOf(id)}`).waitFor({ timeout: 30_000 });
    await page.getByText("The order has ended meanwhile.").waitFor();
    await page.getByText("What you tapped after it was not sent.").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await press(page, "Understood");
    await page.getByText("Waiting for an offer").waitFor();
    expect(await facts(id)).not.toContain("driver.arrived");
  });
});

test("the operations page says in a sentence whether all is well, what is not, and links its runbook, by keyboard alone", async () => {
  const { page } = await visit(TABLET);
  const keys = page.keyboard;
  const headline = page.locator(".headline h1");
  await page.goto(`${system().url}/operations`);
  await page.getByRole("button", { name: /^Take the role/ }).click();
  await headline.waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await keys.press("c");
  await page.getByRole("dialog").getByText("Nothing is charged.").waitFor();
  await keys.press("Enter");
  await headline.filter({ hasText: "Money is safe." }).waitFor({ timeout: 30_000 });
  await headline.filter({ hasText: "Nothing needs you." }).waitFor({ timeout: 30_000 });

  await system().signal("workers", "SIGSTOP");
  await system().signal("events", "SIGSTOP");
  try {
    await page.getByText("The event store cannot be asked").waitFor({ timeout: 30_000 });
    await page.getByText(/^Nobody runs .*payment/).waitFor({ timeout: 30_000 });
    await expect.poll(() => headline.textContent()).toContain("things need you.");
    expect(await seriousFaults(page)).toEqual([]);
    await keys.press("j");
    await keys.press("Enter");
    await page.getByRole("heading", { level: 1, name: "The event node has ended" }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
  } finally {
    await system().signal("workers", "SIGCONT");
    await system().signal("events", "SIGCONT");
  }
  await keys.press("1");
  await headline.filter({ hasText: "Nothing needs you." }).waitFor({ timeout: 30_000 });
});
