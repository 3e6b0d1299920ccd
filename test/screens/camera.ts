import type { CDPSession, Page } from "playwright-core";
import type { TestBrowser } from "../browser/chromium.ts";
import { settle } from "../browser/seats.ts";
import { tooWide } from "../browser/width.ts";
import { DESK, fileOf, looksOf } from "./looks.ts";
import type { Look, Shot } from "./shot.ts";
import type { Stage } from "./stage.ts";

const QUALITY = 20;
const TIME_ZONE = "Europe/Berlin";
const READY_MS = 30_000;
/** Longer pages are cut where they are drawn whole. */
const MOST_HEIGHT = 6_000;

/** Two frames on, everything that follows a size or a theme has been drawn again. */
const DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60))))";

/** A device whose clock is ahead, as that of the system is. */
const shiftTime = (ms: number): string => `{
  const Real = Date;
  globalThis.Date = class Date extends Real {
    constructor(...given) { if (given.length === 0) super(Real.now() + ${ms}); else super(...given); }
    static now() { return Real.now() + ${ms}; }
  };
}`;

/** A picture and what is wrong with its page. */
export interface Picture {
  readonly file: string;
  readonly webp: Buffer;
  readonly faults: readonly string[];
}

export interface CameraOptions {
  readonly browser: TestBrowser;
  readonly stage: Stage;
  /** The page is drawn to its end, not only what is seen without scrolling. */
  readonly whole: boolean;
}

/** Draws a page in all its looks: opened once for each language, then seen in each size and theme. */
export async function* draw(shot: Shot, { browser, stage, whole }: CameraOptions): AsyncGenerator<Picture> {
  for (const [language, looks] of Map.groupBy(looksOf(shot), (look) => look.language)) {
    const [first = DESK] = looks;
    const { context, page, faults } = await browser.visitor({ width: first.width, height: first.height });
    try {
      const devtools = await context.newCDPSession(page);
      await devtools.send("Emulation.setTimezoneOverride", { timezoneId: TIME_ZONE });
      page.setDefaultTimeout(READY_MS);
      await page.emulateMedia({ colorScheme: first.theme, reducedMotion: "reduce" });
      await arrange(page, shot, language, stage);
      await shot.before?.(page);
      await open(page, shot, stage).catch((cause: unknown) => {
        throw new Error([...faults, cause instanceof Error ? cause.message : String(cause)].join("; "), { cause });
      });
      for (const look of looks) {
        const wider = await lookAt(page, look);
        const webp = await capture(page, devtools, whole);
        yield {
          file: fileOf(shot, look),
          webp,
          faults: [...faults, ...(wider === null ? [] : [wider])],
        };
      }
    } finally {
      await context.close();
    }
  }
}

async function open(page: Page, { path, ready }: Shot, stage: Stage): Promise<void> {
  const to = typeof path === "string" ? path : await path();
  await page.goto(new URL(to, stage.url).href);
  await ready(page);
}

/** What the browser holds before the page is opened: language, themes that follow the system, and who sits there. */
async function arrange(page: Page, { as }: Shot, language: Look["language"], stage: Stage): Promise<void> {
  const ahead = stage.aheadMs();
  if (ahead !== 0) await page.addInitScript(shiftTime(ahead));
  await settle(page, as && { ...as, token: await stage.token(as) }, { language, "kitchen-theme": "system" });
}

/** Turns the page to a size and a theme. Resolves to what is wider than it, or null. */
async function lookAt(page: Page, { width, height, theme }: Look): Promise<string | null> {
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
  await page.evaluate(`document.fonts.ready.then(() => ${DRAWN})`);
  return tooWide(page);
}

async function capture(page: Page, devtools: CDPSession, whole: boolean): Promise<Buffer> {
  const [width, shown, long] = await page.evaluate<[number, number, number]>(
    "[innerWidth, innerHeight, document.documentElement.scrollHeight]",
  );
  const height = whole ? Math.min(Math.max(shown, long), MOST_HEIGHT) : shown;
  const { data } = await devtools.send("Page.captureScreenshot", {
    format: "webp",
    quality: QUALITY,
    captureBeyondViewport: whole,
    ...(whole ? { clip: { x: 0, y: 0, width, height, scale: 1 } } : {}),
  });
  return Buffer.from(data, "base64");
}
