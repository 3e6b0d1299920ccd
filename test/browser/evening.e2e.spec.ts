import { expect, test } from "vitest";
import { ApiClient } from "../../cli/simulate/api-client.ts";
import type { TimelineEntry } from "../../projections/views.ts";
import { flip } from "../drills/outage/outages.ts";
import type { Visitor } from "./chromium.ts";
import { fact, freshness, numberOf, openKitchen, order, TABLET, ticketIn } from "./screens.ts";
import { visitedSystem } from "./visited-system.ts";
import { beginWitness, liveBetween, movedBack, takenBack, witnessed } from "./witness.ts";

// No payment is given up before the gateway is back.
const { system, visit } = visitedSystem({ env: { RETRY_DELAYS_MS: "2000,8000,25000" } });
const STATIONS = ["preparation", "baking", "quality_check", "packaging"] as const;
const COLUMNS = ["new", ...STATIONS, "ready"];

type Page = Visitor["page"];

test("a whole evening: nobody sees a wrong state, everybody sees that they are offline while they are, and all agree at the end", async () => {
  const customers = [await guest(), await guest(), await guest()] as const;
  const [one] = customers;
  const [left, right] = [await guest(TABLET), await guest(TABLET)];
  const rider = await guest();
  const desk = await guest(TABLET);
  await Promise.all([openKitchen(left.page, system().url), openKitchen(right.page, system().url)]);
  await beginShift(rider.page);

  // The payment gateway is away: orders are taken all the same, and nobody is told that they have paid.
  await flip(system().addresses.paymentUrl, { down: true });
  const ids: string[] = [];
  for (const { page } of customers) ids.push(await order(page, system().url));
  for (const { page } of customers) {
    await page.getByText("We have your order.").waitFor();
    expect(await fact(page, "Payment confirmed").count()).toBe(0);
  }
  expect(await left.page.locator(".ticket").count()).toBe(0);
  await openStory(desk.page, ids[0] ?? "");
  await flip(system().addresses.paymentUrl, {});
  for (const { page } of customers) await fact(page, "Payment confirmed").waitFor({ timeout: 60_000 });

  // Two cooks at one kitchen: what one does, the other sees.
  await act(left.page, "new", ids[0] ?? "", "Accept");
  await act(right.page, "new", ids[1] ?? "", "Accept");
  await ticketIn(right.page, "preparation", ids[0] ?? "").waitFor();
  await ticketIn(left.page, "preparation", ids[1] ?? "").waitFor();

  // The API stops in the middle and is killed: everybody who watches says so, until it is back.
  const watching = [...customers, left, right, rider, desk];
  await system().signal("api", "SIGSTOP");
  for (const { page } of watching) await freshness(page, "live").waitFor({ state: "detached", timeout: 30_000 });
  for (const { page } of [left, right]) await page.locator('.band[data-state="offline"]').waitFor();
  const cutFrom = Date.now();
  await ticketIn(left.page, "preparation", ids[0] ?? "")
    .getByRole("button", { name: "Waits: no connection" })
    .waitFor();
  const cutTo = Date.now();
  await system().signal("api", "SIGKILL");
  for (const { page } of watching) await freshness(page, "live").waitFor({ timeout: 90_000 });

  // One customer is in a tunnel while the kitchen goes on.
  await one.context.setOffline(true);
  await freshness(one.page, "stale").waitFor({ timeout: 20_000 });
  const tunnelFrom = Date.now();
  await act(left.page, "new", ids[2] ?? "", "Accept");
  for (const [n, id] of ids.entries()) await cook(n % 2 === 0 ? left.page : right.page, id);
  expect(await fact(one.page, "Ready").count()).toBe(0);
  const tunnelTo = Date.now();
  await one.context.setOffline(false);
  await fact(one.page, "Ready").waitFor({ timeout: 30_000 });

  for (let n = 0; n < ids.length; n++) await deliver(rider.page);
  for (const { page } of customers) await fact(page, "Delivered").waitFor({ timeout: 60_000 });

  // All agree: customers, both displays, support and the log.
  for (const { page } of [left, right]) {
    await expect.poll(() => page.locator('.ticket[data-left="false"]').count(), { timeout: 30_000 }).toBe(0);
    expect(movedBack(await witnessed(page), COLUMNS)).toEqual([]);
    expect(liveBetween(await witnessed(page), cutFrom, cutTo)).toEqual([]);
  }
  for (const [n, { page }] of customers.entries()) {
    const shown = await witnessed(page);
    expect(takenBack(shown)).toEqual([]);
    expect(liveBetween(shown, cutFrom, cutTo)).toEqual([]);
    const happened = await timesOf(ids[n] ?? "");
    expect(shown.at(-1)?.facts.filter((fact) => !happened.has(fact.split("@")[1] ?? ""))).toEqual([]);
  }
  expect(liveBetween(await witnessed(one.page), tunnelFrom, tunnelTo)).toEqual([]);
  await desk.page.getByText("Delivered", { exact: false }).first().waitFor({ timeout: 30_000 });
  for (const id of ids) {
    await openStory(desk.page, id);
    await desk.page.getByText(/events, unchanged since written\./).waitFor();
  }
}, 240_000);

/** Somebody whose screen is watched from the first moment on. */
async function guest(viewport?: typeof TABLET): Promise<Visitor> {
  const visitor = await visit(viewport);
  await beginWitness(visitor.context);
  return visitor;
}

/** When something happened to an order, by the log. */
async function timesOf(orderId: string): Promise<ReadonlySet<string>> {
  const support = new ApiClient(system().url, { role: "support" }, AbortSignal.timeout(30_000));
  const { body } = await support.get(`/api/orders/${orderId}/timeline`);
  return new Set(((body?.events ?? []) as readonly TimelineEntry[]).map(({ at }) => at)); // as the API describes it
}

/** Touches a ticket's button until it is taken: a touch just after the tickets moved is answered with a word only. */
async function act(page: Page, column: string, id: string, name: string): Promise<void> {
  const buttons = ticketIn(page, column, id).getByRole("button", { name }).and(page.locator('[aria-disabled="false"]'));
  await buttons.first().waitFor();
  const untaken = async () => {
    // It may be gone by now: then it was taken.
    if ((await buttons.count()) > 0)
      await buttons
        .first()
        .click({ timeout: 2_000 })
        .catch(() => undefined);
    return buttons.count();
  };
  await expect.poll(untaken, { timeout: 30_000, interval: 800 }).toBe(0);
}

async function cook(page: Page, id: string): Promise<void> {
  for (const station of STATIONS) {
    await act(page, station, id, "Start");
    await act(page, station, id, "Done");
  }
  await act(page, "ready", id, "Ready");
}

async function beginShift(page: Page): Promise<void> {
  await page.goto(`${system().url}/courier`);
  await page.getByRole("button", { name: /^Take the role Courier/ }).click();
  await page.getByLabel("City").selectOption("Berlin");
  await page.getByRole("switch", { name: "Go on shift" }).click();
  await page.getByText("On shift in Berlin").waitFor();
}

/** Opens an order at the support desk. */
async function openStory(page: Page, id: string): Promise<void> {
  await page.goto(`${system().url}/support/orders/${id}`);
  const heading = page.getByRole("heading", { name: `Order ${numberOf(id)}` });
  const role = page.getByRole("button", { name: /^Take the role Support/ });
  await heading.or(role).first().waitFor();
  if (await role.isVisible()) await role.click();
  await heading.waitFor();
}

async function deliver(page: Page): Promise<void> {
  for (const name of ["Accept", "I have arrived", "Picked up", "Delivered"]) {
    await page.getByRole("button", { name, exact: true }).click({ timeout: 60_000 });
  }
  await page.getByRole("dialog").getByRole("textbox").last().fill("at the door");
  await page.keyboard.press("Enter");
  await page.getByText("is delivered").first().waitFor({ timeout: 30_000 });
}
