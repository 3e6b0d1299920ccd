import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { findChromium } from "../chromium.ts";

const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  // Everything is fetched from this machine; a proxy of the environment would be in the way.
  "--no-proxy-server",
  // Chromium's own sandbox needs a user that is not root.
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
];

/** Why browser tests cannot run here; undefined where they can. */
export const whyNoBrowser = (): string | undefined =>
  findChromium() === undefined
    ? "no Chromium found: install Debian's package chromium, or name one with CHROMIUM=/path"
    : undefined;

/** A person at a device of their own: nothing is shared with others, not even storage. */
export interface Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors that the page's own code did not catch. */
  readonly faults: readonly string[];
}

export interface VisitorOptions {
  /** The pages' service worker is let in. Without it what a test does to requests meets every one of them. */
  readonly installs?: boolean;
}

/** A Chromium without a window. */
export interface TestBrowser {
  visitor(viewport: { width: number; height: number }, options?: VisitorOptions): Promise<Visitor>;
  close(): Promise<void>;
}

/** Starts a Chromium with a folder of its own. */
export async function startBrowser(): Promise<TestBrowser> {
  const home = await mkdtemp(join(tmpdir(), "ordertrail-chromium-"));
  const browser: Browser = await chromium.launch({
    executablePath: findChromium() ?? "chromium",
    args: FLAGS,
    env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
  });
  return {
    async visitor(viewport, { installs = false } = {}) {
      const serviceWorkers = installs ? "allow" : "block";
      const context = await browser.newContext({ viewport, locale: "en-GB", serviceWorkers });
      const page = await context.newPage();
      const faults: string[] = [];
      page.on("pageerror", (error) => faults.push(error.message));
      return { context, page, faults };
    },
    async close() {
      await browser.close();
      await rm(home, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
