import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { tokenFor } from "../system.ts";
import { seriousFaults } from "./analyst-steps.ts";
import { freshness, numberOf } from "./screens.ts";
import { settle } from "./seats.ts";
import { visitedSystem } from "./visited-system.ts";

const DESK = { width: 1280, height: 800 };
const { system, visit } = visitedSystem();

/** Asks the API as somebody. */
async function ask<T>(token: string, method: "GET" | "POST", path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${system().url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      "idempotency-key": randomUUID(),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T; // as the API says
}

/** Somebody orders two croissants; resolves to the order's id. */
async function orderFor(
  name: string,
  reached = { email: "petra@example.org", phone: "+49 30 5550123" },
): Promise<string> {
  const { id } = await ask<{ id: string }>(await tokenFor(system().url, "guest"), "POST", "/api/orders", {
    siteId: "sweet-crumbs",
    lines: [{ sku: "butter-croissant", quantity: 2 }],
    contact: { name, ...reached, address: "Oranienstr. 12, Berlin" },
    delivery: { method: "courier" },
    paymentMethod: "pm_card_visa",
  });
  return id;
}

/** Support sits down at the desk. */
const sit = async (page: Page): Promise<void> =>
  settle(page, { role: "support", id: "sam", token: await tokenFor(system().url, "support", { id: "sam" }) });

test("support finds an order by its customer's name, reads its story, looks back and cancels it, by keyboard alone", async () => {
  const orderId = await orderFor("Petra Kaminski");
  const { page, context } = await visit(DESK);
  const keys = page.keyboard;
  await sit(page);
  await page.goto(`${system().url}/support`);
  await page
    .getByRole("link", { name: numberOf(orderId) })
    .first()
    .waitFor();
  expect(await seriousFaults(page)).toEqual([]);

  await keys.type("kaminski today in berlin");
  await page.getByText("1 customer found").waitFor();
  await page.locator(".found[data-old=false] [data-row]").first().waitFor();
  await expect.poll(() => page.locator(".found [data-row]").count()).toBe(1);
  await keys.press("Enter");
  await keys.press("Enter");

  await page.getByRole("heading", { name: `Order ${numberOf(orderId)}` }).waitFor();
  await page.getByText(/^On \d+ \w+ at .* the customer ordered at Sweet Crumbs Bakery/).waitFor();
  await page.getByText("it waits for the answer of Sweet Crumbs Bakery").waitFor();
  await page.getByText("Petra Kaminski").waitFor();
  await page.getByText("That you have read this order is on record.").waitFor();
  await page.getByText(/events, unchanged since written\./).waitFor();
  await page.getByText("the witness agrees").waitFor();
  await freshness(page, "live").waitFor();
  expect(await seriousFaults(page)).toEqual([]);

  // The source of a sentence is one click away, and says what it changed.
  await page.locator(".story .source").first().press("Enter");
  await page.locator("#event-0[aria-expanded=true]").waitFor();
  await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("event-0");
  await keys.press("j");
  await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("event-1");
  await page.getByText("“Your order is confirmed").or(page.getByText("Your order is confirmed")).first().waitFor();

  // Back to when it was only placed: what the customer saw, and what had happened.
  const slider = page.getByRole("slider", { name: "Moment in the order's life" });
  await slider.focus();
  await keys.press("Home");
  await page.getByRole("heading", { name: "What the customer saw" }).waitFor();
  await page.locator(".saw [data-state=current]").waitFor();
  await expect
    .poll(() => page.locator(".saw [data-state=done]").allTextContents())
    .toEqual([expect.stringContaining("Order")]);
  await page.getByText("No message had been sent.").waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await page.locator("#event-1").focus();
  await keys.press("Escape");
  await page.getByRole("heading", { name: "What the customer saw" }).waitFor({ state: "detached" });

  // What happens meanwhile appears below without being asked for.
  const kitchen = await tokenFor(system().url, "kitchen", { sites: ["sweet-crumbs"] });
  await ask(kitchen, "POST", `/api/orders/${orderId}/fulfilments/1.1/accept`, {});
  await page.locator(".event", { hasText: "Sweet Crumbs Bakery accepted the order." }).waitFor();

  await keys.press("c");
  const dialog = page.getByRole("dialog");
  await dialog.getByText(/^€\d+\.\d\d are given back to the way it was paid\.$/).waitFor();
  await dialog.getByText("Sweet Crumbs Bakery is told to stop.").waitFor();
  await dialog.getByText("The customer gets a message that the order is cancelled.").waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Cancel the order" }).press("Enter");
  await dialog.getByText("Say why, in three letters or more.").waitFor();
  await dialog.getByRole("textbox").fill("the doorbell is broken");
  await keys.press("Enter");
  await page.locator(".event", { hasText: "The order was cancelled by support." }).waitFor();
  await page.locator(".event", { hasText: "the doorbell is broken" }).waitFor();
  await page
    .getByText("everything that was paid is given back")
    .or(page.getByText(/given back at/))
    .first()
    .waitFor();
  await page.getByText("Cannot be cancelled any more: the order has ended.").waitFor();

  // The same in German, made by the server in that language; and without a network nothing is called live.
  await page.evaluate(`localStorage.setItem("ordertrail.language", '"de"')`);
  await page.reload();
  await page.getByText("Die Bestellung wurde vom Kundendienst storniert.").waitFor();
  await page.getByText(/^Am \d+\. \w+ um .* hat der Kunde bei Sweet Crumbs Bakery/).waitFor();
  await context.setOffline(true);
  await page.locator('.freshness[data-state="stale"]').waitFor({ timeout: 15_000 });
  await page.getByText("Die Bestellung wurde vom Kundendienst storniert.").waitFor();
});

test("support finds an order by its caller's phone, as the display shows it or by its end, and by email", async () => {
  const { page } = await visit(DESK);
  const jonas = await orderFor("Jonas Weber", { email: "jonas.weber@example.org", phone: "+49 170 9988776" });
  await orderFor("Lena Weber", { email: "lena@example.org", phone: "+49 170 9988111" });
  await sit(page);
  await page.goto(`${system().url}/support`);
  const rows = page.locator(".found[data-old=false] [data-row]");
  for (const said of ["0170 99 88 776", "8776", "jonas.weber@example.org"]) {
    await page.getByRole("searchbox").fill(said);
    await page.getByText("1 customer found").waitFor();
    await expect.poll(() => rows.allTextContents()).toEqual([numberOf(jonas)]);
    await page.getByRole("searchbox").fill("nobody at all");
    await page.getByText("Nothing was found for this").waitFor();
  }
});

test("an order that does not exist is said not to, with a way on", async () => {
  const { page } = await visit(DESK);
  await sit(page);
  await page.goto(`${system().url}/support/orders/${randomUUID()}`);
  await page.getByRole("heading", { name: "There is no such order" }).waitFor();
  await page.getByRole("link", { name: "All orders" }).waitFor();
  // Nothing more is waited for.
  await freshness(page, "polled").waitFor();
});
