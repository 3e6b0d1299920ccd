import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { BrowserContext, Page } from "playwright-core";
import { ApiClient } from "../../cli/simulate/api-client.ts";
import { startBrowser, type TestBrowser, whyNoBrowser } from "../browser/chromium.ts";
import { openKitchen, order, PHONE, TABLET } from "../browser/screens.ts";
import { kitchenAnswers } from "./load/kitchen-answers.ts";
import { orderLoad } from "./load/order-load.ts";
import { measuredSystem } from "./load/whole-system.ts";
import { type BenchOptions, type Figure, rounded } from "./report/figure.ts";
import { quantile } from "./report/quantiles.ts";

const SITE = "sweet-crumbs";
const TICKETS = 150;
/** A cheap tablet against this machine. */
const SLOWED = 4;
const MOST_SCRIPT_KB = 60;
const MOST_INTERACTION_MS = 100;
const TOUCHES = 25;
const NEW_TICKETS = 12;
const BETWEEN_MS = 700;
/** A cook who is quick; what a touch leads to in the system, on the same processors, is over by the next one. */
const BETWEEN_TOUCHES_MS = 900;
const SCARCE = ["birthday-cake", "cinnamon-roll"] as const;
const CART = { siteId: SITE, lines: [{ sku: "butter-croissant", quantity: 1 }] } as const;

/** What a page writes down of itself from its first moment on. */
interface Noted {
  shift: number;
  readonly touches: number[];
  readonly tasks: number[];
}

/** Runs in the page, before anything of its own. */
const NOTING = `
  globalThis.noted = { shift: 0, touches: [], tasks: [] };
  const observe = (type, note, more) =>
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true, ...more });
  observe("layout-shift", ({ value, hadRecentInput }) => { if (!hadRecentInput) noted.shift += value; });
  observe("event", ({ interactionId, duration }) => { if (interactionId > 0) noted.touches.push(duration); }, {
    durationThreshold: 16,
  });
  observe("longtask", ({ duration }) => { noted.tasks.push(duration); });
`;

/**
 * The shop, the tracker and the kitchen's display with 150 tickets in Chromium, its processor slowed down four times: what
 * they load first, how long a touch takes to be seen, and whether anything moves when live data arrives.
 */
export async function run({ progress }: BenchOptions): Promise<Figure[]> {
  const missing = whyNoBrowser();
  if (missing !== undefined) throw new Error(missing);
  const [system, browser] = await Promise.all([measuredSystem(), startBrowser()]);
  try {
    progress("screens: a buyer's tracker");
    const tracked = [...(await tracker(browser, system.url)), ...(await shop(browser, system.url))];
    progress(`screens: a kitchen with ${TICKETS} tickets`);
    return [...tracked, ...(await kitchen(browser, system.url))];
  } finally {
    await browser.close();
    await system.stop();
  }
}

async function tracker(browser: TestBrowser, url: string): Promise<Figure[]> {
  const { context, page } = await browser.visitor(PHONE);
  const orderId = await order(page, url);
  const tracking = await watched(context);
  const shown = await timed(async () => {
    await tracking.goto(`${url}/orders/${orderId}`);
    await tracking.locator(".way").waitFor();
    await tracking.locator('.freshness[data-state="live"]').waitFor();
  });
  const scripts = await scriptOf(tracking, url);
  await clear(tracking);
  await kitchenAnswers(url, SITE, orderId, BETWEEN_MS);
  await tracking.waitForTimeout(2 * BETWEEN_MS);
  const noted = await notes(tracking);
  await context.close();
  return [
    scriptFigure("tracker", scripts),
    { name: "tracker, CPU slowed 4 times: shown and live after", value: rounded(shown), unit: "ms" },
    shiftFigure("tracker", noted),
  ];
}

/** A menu whose items sell out and come back while somebody looks at it. */
async function shop(browser: TestBrowser, url: string): Promise<Figure[]> {
  const { context, page } = await browser.visitor(PHONE);
  await page.close();
  const menu = await watched(context);
  await menu.goto(`${url}/?site=${SITE}`);
  const cook = new ApiClient(url, { role: "kitchen", id: "bench", sites: [SITE] }, AbortSignal.timeout(60_000));
  await menu.locator(`[data-sku="${SCARCE[0]}"][data-sold-out="false"]`).waitFor();
  await clear(menu);
  for (const available of [false, true]) {
    for (const sku of SCARCE) {
      await cook.post(`/api/sites/${SITE}/stock/availability`, { sku, available }, randomUUID());
      await menu.locator(`[data-sku="${sku}"][data-sold-out="${!available}"]`).waitFor();
    }
  }
  const noted = await notes(menu);
  await context.close();
  return [shiftFigure("shop", noted)];
}

async function kitchen(browser: TestBrowser, url: string): Promise<Figure[]> {
  const load = await orderLoad(url, [CART]);
  for (let n = 0; n < TICKETS; n++) await load.send(n);
  const { context, page } = await browser.visitor(TABLET);
  await openKitchen(page, url);
  await page.close();
  const display = await watched(context);
  const shown = await timed(async () => {
    await display.goto(`${url}/kitchen/${SITE}`);
    await display.locator('.freshness[data-state="live"]').waitFor();
    await display
      .locator(".ticket")
      .nth(TICKETS - 1)
      .waitFor({ state: "attached" });
  });
  const scripts = await scriptOf(display, url);
  await display.locator(".ticket").first().click();
  await display.waitForTimeout(2 * BETWEEN_MS);
  await clear(display);
  // Meanwhile another display takes one away that can be seen, and on through all stations.
  const [seen = ""] = ((await display.locator(".ticket").nth(1).getAttribute("data-id")) ?? "").split("/");
  const taken = kitchenAnswers(url, SITE, seen, BETWEEN_MS);
  for (let n = 0; n < NEW_TICKETS; n++) {
    await load.send(n);
    await display.waitForTimeout(BETWEEN_MS);
  }
  await taken;
  const live = await notes(display);
  await clear(display);
  for (let touch = 0; touch < TOUCHES; touch++) {
    await display.locator('.ticket[data-left="false"] [data-act="accept"]').first().click();
    await display.waitForTimeout(BETWEEN_TOUCHES_MS);
  }
  const touched = await notes(display);
  load.close();
  await context.close();
  const of = `${TICKETS} tickets, CPU slowed ${SLOWED} times`;
  return [
    scriptFigure("kitchen", scripts),
    { name: `kitchen, ${of}: shown and live after`, value: rounded(shown), unit: "ms" },
    shiftFigure("kitchen", live),
    {
      name: `kitchen, ${of}: longest task while tickets arrive`,
      value: longest(live.tasks),
      unit: "ms",
      note: `${live.tasks.length} tasks over 50 ms with ${NEW_TICKETS} tickets that come and one that goes its way`,
    },
    {
      name: `kitchen, ${of}: a touch is seen after, p95`,
      value: rounded(quantile(touched.touches, 0.95)),
      unit: "ms",
      goal: { most: MOST_INTERACTION_MS },
      note:
        `median ${rounded(quantile(touched.touches, 0.5))} ms; ${touched.touches.length} events of ${TOUCHES} touches; ` +
        `longest task meanwhile ${longest(touched.tasks)} ms`,
    },
  ];
}

/** A page whose processor is slowed down and that notes what moves, how long touches take, and tasks over 50 ms. */
async function watched(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.addInitScript(NOTING);
  const devtools = await context.newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWED });
  return page;
}

const notes = (page: Page): Promise<Noted> => page.evaluate(() => (globalThis as unknown as { noted: Noted }).noted);

const clear = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const { noted } = globalThis as unknown as { noted: Noted };
    noted.shift = 0;
    noted.touches.length = 0;
    noted.tasks.length = 0;
  });

async function timed(act: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await act();
  return performance.now() - begun;
}

/** Bytes of script that the page has loaded, gzipped, and of how many files. */
async function scriptOf(page: Page, url: string): Promise<{ readonly bytes: number; readonly files: number }> {
  const names = await page.evaluate(() =>
    performance.getEntriesByType("resource").flatMap(({ name }) => (name.endsWith(".js") ? [name] : [])),
  );
  const own = [...new Set(names)].filter((name) => name.startsWith(url));
  const texts = await Promise.all(own.map(async (name) => Buffer.from(await (await fetch(name)).arrayBuffer())));
  return { bytes: texts.reduce((sum, text) => sum + gzipSync(text).length, 0), files: own.length };
}

const scriptFigure = (page: string, { bytes, files }: { bytes: number; files: number }): Figure => ({
  name: `${page}: script of the first load, gzipped`,
  value: rounded(bytes / 1024),
  unit: "KB",
  goal: { most: MOST_SCRIPT_KB },
  note: `${files} files`,
});

const shiftFigure = (page: string, { shift }: Noted): Figure => ({
  name: `${page}: layout shift while live data arrives`,
  value: Math.round(shift * 10_000) / 10_000,
  unit: "",
  goal: { most: 0.005 },
});

const longest = (tasks: readonly number[]): number => rounded(Math.max(0, ...tasks));
