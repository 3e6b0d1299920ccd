import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { ALWAYS_OPEN } from "../../domain/site/opening-hours.ts";
import { tokenFor } from "../system.ts";
import { seriousFaults } from "./analyst-steps.ts";
import { whyNoBrowser } from "./chromium.ts";
import { visitedSystem } from "./visited-system.ts";

const DESK = { width: 1280, height: 800 };
const HOUSE = "parcel-house";

const { system, visit } = visitedSystem();
let admin: string;
let held: string;

beforeAll(async () => {
  if (whyNoBrowser() !== undefined) return;
  admin = await tokenFor(system().url, "admin");
  await post("/api/items", {
    sku: "large-cheesecake",
    name: "large cheesecake",
    price: { amount: 3450, currency: "EUR" },
  });
  await post("/api/sites", {
    siteId: HOUSE,
    kind: "warehouse",
    name: "Parcel House",
    city: "Berlin",
    timeZone: "Europe/Berlin",
    position: { lat: 52_480_000, lon: 13_440_000 },
    hours: ALWAYS_OPEN,
    menu: ["large-cheesecake"],
  });
  await post(`/api/sites/${HOUSE}/stock/receive`, { lines: [{ sku: "large-cheesecake", quantity: 5 }] });
  await post("/api/customers", {
    contact: { name: "Jürgen Müller", phone: "0170 1234567", address: "Torstr. 1, Berlin" },
  });
  held = (
    await post("/api/customers", { contact: { name: "Petra Gesperrt", phone: "030 5550000", address: "Berlin" } })
  ).id;
  await post(`/api/customers/${held}/hold`, { cause: "abuse" });
});

async function ask<T>(token: string, method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { authorization: `Bearer ${token}`, "idempotency-key": randomUUID() };
  if (body !== undefined) headers["content-type"] = "application/json";
  const response = await fetch(system().url + path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T; // the API's own answer
}

const post = (path: string, body: unknown) => ask<{ readonly id: string }>(admin, "POST", path, body);

/** Waits until the read model shows something. */
const shows = (path: string, what: object) =>
  expect.poll(() => ask<object>(admin, "GET", path).catch(() => undefined), { timeout: 10_000 }).toMatchObject(what);

async function takeDesk(page: Page, path: string): Promise<void> {
  await page.goto(system().url + path);
  await page.getByRole("button", { name: "Take the role Admin" }).click();
}

/** What the people of a site do with an order until it can be sent. */
async function makeAt(siteId: string, orderId: string): Promise<void> {
  const kitchen = await tokenFor(system().url, "kitchen", { sites: [siteId] });
  const at = `/api/orders/${orderId}/fulfilments/1.1`;
  await expect
    .poll(
      () =>
        ask(kitchen, "POST", `${at}/accept`, {}).then(
          () => true,
          () => false,
        ),
      { timeout: 15_000 },
    )
    .toBe(true);
  for (const stage of ["picking", "packing"]) {
    await ask(kitchen, "POST", `${at}/stations/${stage}/start`, {});
    await ask(kitchen, "POST", `${at}/stations/${stage}/complete`, {});
  }
  await ask(kitchen, "POST", `${at}/ready`, {});
}

test("an order is taken on the phone by keyboard alone, survives a cut and a reload, and is seen to be scheduled", async () => {
  const { page, context } = await visit(DESK);
  const keys = page.keyboard;
  await takeDesk(page, "/phone");
  await page.locator("#find-customer").waitFor();

  await keys.type("gesp");
  await page.locator("#customer-0").waitFor();
  await keys.press("Enter");
  await page.getByText("No orders are taken from this customer").waitFor();
  await page.getByRole("button", { name: "Other customer" }).press("Enter");

  await page.locator("#find-customer").focus();
  await keys.type("567");
  await page.getByRole("option", { name: /Jürgen Müller/ }).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await keys.press("Enter");
  await page.locator("#find-item:focus").waitFor();
  await keys.press("Shift+Tab");
  await keys.press("Shift+Tab");
  await keys.press("ArrowRight");
  await page
    .getByRole("combobox", { name: "From" })
    .locator("option:checked", { hasText: "Parcel House" })
    .waitFor({ state: "attached" });
  await keys.press("Tab");
  await keys.press("Tab");
  await keys.type("9 large");
  await page.getByRole("option", { name: /large cheesecake/ }).waitFor();
  await keys.press("Enter");
  await page.getByText("Not so many are left here.").waitFor();
  await keys.press("Control+Enter");
  await page.getByText("Something in the basket cannot be had at this site.").waitFor();
  const amount = page.getByLabel("Quantity of large cheesecake");
  await amount.fill("1");
  await amount.press("Tab");
  await page
    .getByText("“That is one large cheesecake, by parcel to Torstr. 1, Berlin, 34.50 euros. Shall I place it?”")
    .waitFor();
  expect(await seriousFaults(page)).toEqual([]);

  await context.setOffline(true);
  await keys.press("Control+Enter");
  await page.getByText("The order has not been answered yet").waitFor();
  await context.setOffline(false);
  await page.reload();
  await page.getByText("The order has not been answered yet").waitFor();
  await keys.press("Control+Enter");
  const placed = page.locator(".placed");
  await placed.getByText("one large cheesecake").waitFor();
  const row = page.locator(".today tbody tr");
  await row.first().waitFor();
  await expect.poll(() => row.count()).toBe(1);
  const orderId = (await row.getAttribute("data-order")) ?? "";
  await makeAt(HOUSE, orderId);
  await page.locator('.placed[data-status="scheduled"], .placed[data-status="shipped"]').waitFor();
  await placed.getByText(/34\.50 euros: (scheduled|shipped)\./).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
});

test("an item is found and changed by keyboard, a change of somebody else is shown first, and a file is imported after a look", async () => {
  const { page } = await visit(DESK);
  const keys = page.keyboard;
  await takeDesk(page, "/catalogue");
  await page.locator("[data-row]").first().waitFor();
  await keys.press("/");
  await keys.type("tiram");
  await expect.poll(() => page.locator("[data-row]").count()).toBe(1);
  expect(await seriousFaults(page)).toEqual([]);
  await page.locator("[data-row]").press("Enter");
  const price = page.getByLabel("Price", { exact: true });
  await price.fill("7,x");
  await keys.press("Control+Enter");
  await page.getByText("An amount such as 34.50").waitFor();
  await ask(admin, "PATCH", "/api/items/tiramisu", { description: "With mascarpone" });
  await price.fill("7,10");
  await page.reload();
  await expect.poll(() => price.inputValue()).toBe("7,10");
  await ask(admin, "PATCH", "/api/items/tiramisu", { emoji: "🍮" });
  await keys.press("Tab");
  await price.focus();
  await keys.press("Control+Enter");
  await page.getByText("Somebody has changed it meanwhile").waitFor();
  await page.getByRole("button", { name: "Compare with what is there now" }).press("Enter");
  await page.locator('.goods-history [data-type="item.changed"]').nth(1).waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  await price.press("Control+Enter");
  await page.locator(".goods-history").getByText("from €6.50 to €7.10").waitFor();
  await shows("/api/items/tiramisu", {
    price: { amount: 710 },
    description: "With mascarpone",
  });

  await page.goto(`${system().url}/catalogue/files`);
  await page
    .getByLabel("or paste its text here")
    .fill("sku;name;price\nlasagne;Lasagne;14,00\nnew-cake;New cake;12\nBad Sku;x;1\n");
  await page.getByRole("button", { name: "Check" }).press("Enter");
  await page.getByRole("button", { name: "Import 2 entries" }).waitFor();
  await page.locator('[data-outcome="refused"]').getByText("lower-case letters and digits").waitFor();
  expect(await seriousFaults(page)).toEqual([]);
  expect(await ask(admin, "GET", "/api/items/lasagne")).toMatchObject({ price: { amount: 1350 } });
  await page.getByRole("button", { name: "Import 2 entries" }).press("Enter");
  await page.locator('[data-phase="imported"]').waitFor();
  await shows("/api/items/new-cake", { price: { amount: 1200 } });

  await page.goto(`${system().url}/catalogue/sites/trattoria-lina`);
  await page.getByRole("button", { name: "Take no orders for now" }).press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Take no orders for now" }).press("Enter");
  await page.getByRole("button", { name: "Take orders again" }).waitFor();
  await page.locator('[data-type="site.suspended"]').getByText("Too busy").waitFor();
  expect(await seriousFaults(page)).toEqual([]);
});
