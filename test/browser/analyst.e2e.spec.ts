import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { tokenFor } from "../system.ts";
import { csvOf, markRow, row, seriousFaults, tabTo, takeRole } from "./analyst-steps.ts";
import { whyNoBrowser } from "./chromium.ts";
import { freshness } from "./screens.ts";
import { visitedSystem } from "./visited-system.ts";

const DESK = { width: 1280, height: 800 };
const ORDERS = 6;
const HANDLER = "shouting-cities.ts";

/** The folder that "what if" takes its handlers from. */
const handlers = await mkdtemp(join(tmpdir(), "ordertrail-handlers-"));
const real = pathToFileURL(fileURLToPath(new URL("../../projections/orders/projection.ts", import.meta.url))).href;

const { system, visit } = visitedSystem({ env: { REPLAY_HANDLERS: handlers } });
let token: string;

beforeAll(async () => {
  if (whyNoBrowser() !== undefined) return;
  await writeFile(
    join(handlers, HANDLER),
    `import { ordersProjection } from ${JSON.stringify(real)};
     export default {
       ...ordersProjection,
       async handle(batch, context) {
         await ordersProjection.handle(batch, context);
         await context.tx.query(\`UPDATE \${context.schema}.order_sites SET city = upper(city)\`);
       },
     };`,
  );
  token = await tokenFor(system().url, "analyst");
  const guest = await tokenFor(system().url, "guest");
  for (let n = 0; n < ORDERS; n++) await placeOrder(guest, n);
  // Every order has been paid, or the rows would still change under the questions.
  await vi.waitFor(
    async () => {
      const { rows } = await ask<Counts>("/api/analytics/orders");
      expect(rows.reduce((sum, { paid }) => sum + paid, 0)).toBe(ORDERS);
    },
    { timeout: 60_000, interval: 100 },
  );
});
afterAll(() => rm(handlers, { recursive: true, force: true }));

interface Counts {
  readonly rows: readonly { readonly at: string; readonly orders: number; readonly paid: number }[];
}

describe("the analyst's page", () => {
  test("a read model is rebuilt, compared, swapped in, swapped back and dropped, by keyboard alone", async () => {
    const { page } = await visit(DESK);
    const keys = page.keyboard;
    await page.goto(`${system().url}/analyst`);
    await tabTo(page, page.getByRole("button", { name: "Take the role analyst" }));
    await keys.press("Enter");
    await row(page, "orders").waitFor();
    await keys.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await keys.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });

    await markRow(page, "orders");
    await keys.press("r");
    await page.getByRole("dialog", { name: "Rebuild orders?" }).waitFor();
    await keys.press("Enter");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await tabTo(page, row(page, "orders").getByRole("link", { name: /rebuild|diff of/ }));
    await keys.press("Enter");
    await page.getByRole("heading", { name: "Rebuild of orders" }).waitFor();
    // It goes on in the workers, whoever looks.
    await page.reload();
    await page.getByText("The rebuilt generation equals the live one.", { exact: false }).waitFor({ timeout: 60_000 });
    await page.getByText("Equal: every row of every table is the same").waitFor();

    await keys.press("s");
    await page.getByRole("dialog", { name: "Swap in the rebuilt orders?" }).waitFor();
    await page.getByText("Readers of generation 1 read generation 2").waitFor();
    await keys.press("Enter");
    await page.getByText("Generation 2 is live.", { exact: false }).waitFor({ timeout: 60_000 });

    await tabTo(page, page.getByRole("link", { name: "To orders" }));
    await keys.press("Enter");
    await tabTo(page, page.getByRole("button", { name: "Swap back…" }));
    await keys.press("Enter");
    await page.getByRole("dialog", { name: "Swap orders back to generation 1?" }).waitFor();
    await keys.press("Enter");
    await page.getByText("Generation 1 is live.", { exact: false }).waitFor({ timeout: 60_000 });

    await tabTo(page, page.getByRole("link", { name: "To orders" }));
    await keys.press("Enter");
    await page.getByText("previous, kept").waitFor();
    await keys.press("x");
    await page.getByRole("dialog", { name: "Drop generation 2 of orders?" }).waitFor();
    await keys.press("Enter");
    await page.getByText("previous, kept").waitFor({ state: "detached" });
    expect(await seriousFaults(page)).toEqual([]);
  });

  test("rows that differ stop a rebuild; the diff names them, says which events made them, and has to be accepted", async () => {
    const { page } = await visit(DESK);
    await page.goto(`${system().url}/analyst`);
    await takeRole(page);
    const orderId = await falsifyRow();
    await page.goto(`${system().url}/analyst/projections/orders`);
    await page.getByRole("button", { name: "Rebuild…" }).click();
    await page.getByRole("button", { name: "Start the rebuild" }).click();
    await page.getByText(/of the rows differ, more than the 1% that may/).waitFor({ timeout: 60_000 });
    const sample = page.locator('.samples [data-kind="changed"]').filter({ hasText: orderId });
    const city = sample.getByRole("row", { name: /^city/ });
    expect(await city.getByRole("cell").allInnerTexts()).toEqual(["Atlantis", "Berlin"]);
    expect(await seriousFaults(page)).toEqual([]);

    await page.getByRole("button", { name: "Swap in…" }).click();
    await page.getByRole("button", { name: "Swap in", exact: true }).click();
    await page.getByText("Tick the box once you have read the diff").waitFor();
    await page.getByRole("checkbox").check();
    await page.getByRole("button", { name: "Swap in", exact: true }).click();
    await page.getByText(/^Generation \d is live/).waitFor({ timeout: 60_000 });

    await sample.getByRole("link", { name: "Which events made it?" }).click();
    const events = page.locator(".events tbody tr");
    await events.filter({ hasText: "order.placed" }).getByText("Berlin").waitFor();
    expect(await page.locator(".row-now").innerText()).toContain("Berlin");
    await page.getByRole("button", { name: /that left it as it was/ }).click();
    await events.filter({ hasText: "payment.confirmed" }).getByText("no column").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
  });

  test("a read model is seen as it stood, downloaded and dropped, and what another handler would make of it", async () => {
    const { page } = await visit(DESK);
    await page.goto(`${system().url}/analyst`);
    await takeRole(page);
    const first = await positionOfFirstOrder();
    await page.goto(`${system().url}/analyst/as-of?projection=orders`);
    await page.getByRole("textbox", { name: /^Position/ }).fill(first);
    await page.getByRole("button", { name: "Build it" }).click();
    const rows = page.locator("table.rows tbody tr");
    await rows.first().waitFor({ timeout: 60_000 });
    expect(await rows.count()).toBe(1);
    const saved = await csvOf(page, page.getByRole("button", { name: "Download CSV" }));
    expect(saved).toHaveLength(2);
    expect(await seriousFaults(page)).toEqual([]);
    await rows.getByRole("link", { name: /^Explain/ }).click();
    await page.locator(".events tbody tr").first().waitFor();
    await page.locator('.events tr[data-later="true"]').first().waitFor();
    await page.goBack();
    await page.getByRole("button", { name: "Drop these rows" }).click();
    await page.getByRole("button", { name: "Drop them" }).click();
    await page.getByText("Its rows have been dropped.").waitFor();

    await page.goto(`${system().url}/analyst/what-if?projection=orders`);
    await page.getByLabel("Handler").selectOption(HANDLER);
    await page.getByRole("button", { name: "Run it" }).click();
    await page.getByText(/of the rows differ/).waitFor({ timeout: 60_000 });
    const changed = page.getByRole("row", { name: /^order_sites/ }).getByRole("cell");
    expect((await changed.allInnerTexts()).at(-1)).toBe(String(ORDERS));
    await page.locator(".samples").getByText("BERLIN").first().waitFor();
  });

  test("charts show the orders of the day, by arrow keys as well; their file equals their table", async () => {
    const { page } = await visit(DESK);
    await page.goto(`${system().url}/analyst`);
    await takeRole(page);
    await page.keyboard.press("5");
    const figure = page.locator('[data-figure="orders"]');
    await figure.getByText(`${ORDERS} orders`).waitFor();
    const cursor = figure.getByRole("slider");
    await tabTo(page, cursor);
    await page.keyboard.press("Home");
    await expect.poll(() => cursor.getAttribute("aria-valuetext")).toContain("Orders 0");
    await page.keyboard.press("End");
    const { rows } = await ask<Counts>("/api/analytics/orders");
    await expect.poll(() => cursor.getAttribute("aria-valuetext")).toContain(`Orders ${rows.at(-1)?.orders}`);
    await page.locator('[data-figure="steps"]').getByText("Placed → paid").waitFor();
    await page.getByRole("heading", { name: "Refusals by reason" }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);

    await figure.getByRole("button", { name: /show as a table/ }).click();
    const table = (await figure.locator("tbody tr").all()).map(async (line) =>
      (await line.locator("td").allInnerTexts()).slice(0, 2),
    );
    const file = await csvOf(page, figure.getByRole("button", { name: /CSV/ }));
    const column = (name: string) => file[0]?.indexOf(name) ?? -1;
    const saved = file.slice(1).map((fields) => [fields[column("orders")], fields[column("paid")]]);
    expect(saved).toEqual(await Promise.all(table));
    expect(saved.reduce((sum, [orders]) => sum + Number(orders), 0)).toBe(ORDERS);
    await figure.getByRole("button", { name: /show as a chart/ }).waitFor();
  });

  test("without a network it says how old it is and refuses to act; another role is told who may see it", async () => {
    const { page, context } = await visit(DESK);
    await page.goto(`${system().url}/analyst`);
    await takeRole(page);
    await freshness(page, "polled").waitFor();
    await context.setOffline(true);
    await page.getByText(/as of .*, offline for/).waitFor({ timeout: 10_000 });
    await row(page, "witness")
      .getByRole("button", { name: /^Rebuild/ })
      .click();
    await page.getByRole("button", { name: "Start the rebuild" }).click();
    await page.getByText("No connection at the moment.").waitFor();
    await page.getByRole("button", { name: "Back" }).click();
    await context.setOffline(false);
    await freshness(page, "polled").waitFor();
    await page.goto(`${system().url}/dev/roles`);
    const support = page.locator("li").filter({ hasText: "settles disputes" });
    await support.getByRole("button", { name: "Take" }).click();
    await support.getByRole("link", { name: "Go on" }).waitFor();
    await page.goto(`${system().url}/analyst`);
    await page.getByText("shown to: analyst, admin, operator").waitFor();
    await page.getByText("You are here as Support.").waitFor();
  });
});

async function ask<T>(path: string): Promise<T> {
  const response = await fetch(system().url + path, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T; // as the API documents it
}

async function placeOrder(guest: string, n: number): Promise<void> {
  const response = await fetch(`${system().url}/api/orders`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${guest}`,
      "content-type": "application/json",
      "idempotency-key": `desk-${n}`,
    },
    body: JSON.stringify({
      siteId: "sweet-crumbs",
      lines: [{ sku: "butter-croissant", quantity: 1 }],
      contact: { name: "Mia Weber", phone: "+49 30 123456", address: "Oranienstr. 12, Berlin" },
    }),
    signal: AbortSignal.timeout(10_000),
  });
  expect(response.status, await response.text()).toBeLessThan(300);
}

/** Changes a row of the live read model behind the projection's back. Resolves to its order. */
async function falsifyRow(): Promise<string> {
  const { projections } = await ask<{ projections: { name: string; live?: { schema: string } }[] }>(
    "/api/replay/projections",
  );
  const schema = projections.find(({ name }) => name === "orders")?.live?.schema;
  return await query<string>(
    `UPDATE ${schema}.order_sites SET city = 'Atlantis'
     WHERE order_id = (SELECT min(order_id::text) FROM ${schema}.order_sites)::uuid RETURNING order_id AS found`,
  );
}

/** The position after which there is exactly one order. */
async function positionOfFirstOrder(): Promise<string> {
  const { projections } = await ask<{ projections: { name: string; live?: { schema: string } }[] }>(
    "/api/replay/projections",
  );
  const schema = projections.find(({ name }) => name === "timeline")?.live?.schema;
  return await query<string>(`SELECT min(position)::text AS found FROM ${schema}.events WHERE type = 'order.placed'`);
}

/** Asks the system's own database as its owner; resolves to the one value `found`. */
async function query<T>(sql: string): Promise<T> {
  const client = new Client({ connectionString: system().addresses.DATABASE_URL, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const { rows } = await client.query<{ found: T }>(sql);
    const found = rows[0]?.found;
    if (found === undefined) throw new Error(`nothing found: ${sql}`);
    return found;
  } finally {
    await client.end();
  }
}
