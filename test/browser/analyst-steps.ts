import { readFile } from "node:fs/promises";
import axe from "axe-core";
import type { Locator, Page } from "playwright-core";

/** What an analyst does at the page. Every step waits for what it needs to see. */

/** The row of a read model. */
export const row = (page: Page, projection: string): Locator => page.locator(`tr[data-projection="${projection}"]`);

/** Takes the role that the page asks for. */
export async function takeRole(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Take the role analyst" }).click();
  await row(page, "orders").waitFor();
}

/** Goes on with Tab until something has the focus. */
export async function tabTo(page: Page, wanted: Locator): Promise<void> {
  await wanted.waitFor();
  for (let step = 0; step < 60; step++) {
    if (await wanted.evaluate((element) => element === element.ownerDocument.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`cannot be reached with Tab: ${wanted}`);
}

/** Goes down the rows with j until one is marked. */
export async function markRow(page: Page, projection: string): Promise<void> {
  const link = row(page, projection).locator("[data-row]");
  for (let step = 0; step < 20; step++) {
    await page.keyboard.press("j");
    if (await link.evaluate((element) => element === element.ownerDocument.activeElement)) return;
  }
  throw new Error(`cannot be reached with j: ${projection}`);
}

/** Faults that keep somebody from using the page, as axe finds them; `rules` by default all that it has. */
export async function seriousFaults(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const options = JSON.stringify(rules === undefined ? {} : { runOnly: rules });
  const found: unknown = await page.evaluate(
    `axe.run(${options}).then(({ violations }) => JSON.stringify(violations))`,
  );
  const violations = JSON.parse(String(found)) as axe.Result[]; // as axe documents them
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

/** The lines of a file that a button downloads, each with its fields; none of them holds a quote. */
export async function csvOf(page: Page, button: Locator): Promise<readonly (readonly string[])[]> {
  const [file] = await Promise.all([page.waitForEvent("download"), button.click()]);
  const text = await readFile(await file.path(), "utf8");
  return text
    .trim()
    .split("\r\n")
    .map((line) => line.split(","));
}
