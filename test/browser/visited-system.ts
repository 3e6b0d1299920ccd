import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { startSystem, type TestSystem } from "../system.ts";
import { startBrowser, type TestBrowser, type Visitor, type VisitorOptions, whyNoBrowser } from "./chromium.ts";
import { PHONE } from "./screens.ts";

/** A system and people who visit it with a browser. To be asked inside tests only. */
export interface VisitedSystem {
  system(): TestSystem;
  /** Somebody new, who leaves at the end of the test; `installs` lets the pages keep their files as installed ones do. */
  visit(viewport?: typeof PHONE, options?: VisitorOptions): Promise<Visitor>;
}

/**
 * The system of one spec file. Its tests are skipped where there is no Chromium, and fail when the code of a page that
 * they visited threw an error.
 */
export function visitedSystem(options: { env?: Readonly<Record<string, string>> } = {}): VisitedSystem {
  let system: TestSystem;
  let browser: TestBrowser;
  let visitors: Visitor[] = [];

  beforeAll(async () => {
    if (whyNoBrowser() !== undefined) return;
    [system, browser] = await Promise.all([startSystem(options), startBrowser()]);
  });
  beforeEach(({ skip }) => skip(whyNoBrowser() !== undefined, whyNoBrowser()));
  afterEach(async () => {
    const seen = visitors;
    visitors = [];
    for (const { context } of seen) await context.close();
    expect(seen.flatMap(({ faults }) => faults)).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  return {
    system: () => system,
    async visit(viewport = PHONE, options = {}) {
      const visitor = await browser.visitor(viewport, options);
      visitors.push(visitor);
      return visitor;
    },
  };
}
