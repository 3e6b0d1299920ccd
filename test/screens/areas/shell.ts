import type { Page } from "playwright-core";
import { DESK, dark, german, HAND, SMALL } from "../looks.ts";
import type { Area, Person, Shot } from "../shot.ts";

const STAFF: readonly Person[] = [
  { role: "admin", id: "ada" },
  { role: "support", id: "sam" },
  { role: "operator", id: "olga" },
  { role: "analyst", id: "anna" },
  { role: "kitchen", id: "kai", sites: ["sweet-crumbs"] },
  { role: "courier", id: "cem" },
];

const EVERY_WAY = [HAND, SMALL, DESK, dark(DESK), german(DESK)];

const shows = (selector: string) => (page: Page) => page.locator(selector).first().waitFor();

/** The start page of somebody at work. */
const startOf = (as: Person): Shot => ({
  page: "start",
  phase: "nothing",
  state: as.role,
  as,
  path: "/",
  looks: as.role === "courier" ? [HAND] : [DESK, german(DESK)],
  ready: async (page) => {
    await page.locator(".start-card").first().waitFor();
    await page.locator(".start-card .tag, .start-card > span:empty").first().waitFor({ state: "attached" });
  },
});

/** What stands around all pages: start, sign-in, menu, keys, and what is said where there is nothing to see. */
export const shell = (): Area => ({
  name: "shell",
  title: "Start, sign-in, menu",
  shots: [
    ...STAFF.map(startOf),
    { page: "sign-in", phase: "nothing", path: "/sign-in", looks: EVERY_WAY, ready: shows(".roles") },
    {
      page: "sign-in",
      phase: "nothing",
      state: "token",
      path: "/sign-in",
      phone: true,
      before: (page) =>
        page.route("**/sign-in.json", (route) =>
          route.fulfill({
            json: {
              development: false,
              issuer: "https://id.example.org",
              claims: { id: "sub", role: "role", sites: "sites" },
            },
          }),
        ),
      ready: shows(".token-form"),
    },
    {
      page: "role-needed",
      phase: "nothing",
      path: "/operations",
      looks: [DESK, german(DESK)],
      ready: shows("main .button.main"),
    },
    {
      page: "not-found",
      phase: "nothing",
      path: "/no/such/page",
      looks: [HAND, SMALL, DESK, german(DESK)],
      ready: shows("main .button.main"),
    },
    {
      page: "menu",
      phase: "nothing",
      as: { role: "admin", id: "ada" },
      path: "/",
      looks: EVERY_WAY,
      ready: async (page) => {
        await page.locator(".start-card").first().waitFor();
        await page.locator("header nav button[aria-expanded]").last().click();
        await page.locator("header nav button[aria-expanded=true]").waitFor();
      },
    },
    {
      page: "keys",
      phase: "nothing",
      as: { role: "support", id: "sam" },
      path: "/support",
      looks: [DESK, SMALL, german(dark(DESK))],
      ready: async (page) => {
        await page.locator("main input").first().waitFor();
        await page.evaluate("document.activeElement.blur()");
        await page.keyboard.press("?");
        await page.locator("dialog[open]").waitFor();
      },
    },
  ],
});
