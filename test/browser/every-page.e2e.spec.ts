import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { ApiClient } from "../../cli/simulate/api-client.ts";
import type { Role } from "../../infra/auth/principal.ts";
import { tokenFor } from "../system.ts";
import { seriousFaults } from "./analyst-steps.ts";
import { PHONE } from "./screens.ts";
import { settle } from "./seats.ts";
import { visitedSystem } from "./visited-system.ts";
import { tooWide } from "./width.ts";

const { system, visit } = visitedSystem();
const SITE = "sweet-crumbs";
const HAND = { width: 1024, height: 768 };
/** Stands in an address for an order that somebody has placed. */
const ORDER = "ORDER";

/** Every page there is, by who works with it. */
const PAGES: readonly { readonly role: Role; readonly phone?: true; readonly paths: readonly string[] }[] = [
  {
    role: "guest",
    phone: true,
    paths: [
      "/",
      `/shop?site=${SITE}`,
      `/shop?site=${SITE}&step=basket`,
      "/orders",
      `/orders/${ORDER}`,
      "/sign-in",
      "/nowhere",
    ],
  },
  { role: "customer", phone: true, paths: ["/", "/account", `/orders/${ORDER}/receipt`] },
  { role: "courier", phone: true, paths: ["/", "/courier"] },
  { role: "kitchen", paths: ["/", "/kitchen", `/kitchen/${SITE}`, `/kitchen/${SITE}?station=expo`] },
  { role: "support", paths: ["/", "/support", "/support?q=Weber", `/support/orders/${ORDER}`] },
  {
    role: "admin",
    paths: [
      "/",
      "/phone",
      "/catalogue",
      "/catalogue/sites",
      "/catalogue/items/cheesecake",
      `/catalogue/sites/${SITE}`,
      "/catalogue/files",
    ],
  },
  { role: "operator", paths: ["/", "/operations", "/operations/dead-letters", "/operations/runbook"] },
  {
    role: "analyst",
    paths: [
      "/",
      "/analyst",
      "/analyst/projections/orders",
      "/analyst/as-of",
      "/analyst/what-if",
      "/analyst/explain",
      "/analyst/charts",
    ],
  },
];

describe("axe finds nothing serious, light and dark, and nothing is wider than its window, in both languages", () => {
  test.each(PAGES)("on the pages of: $role", { timeout: 90_000 }, async ({ role, phone, paths }) => {
    const buyer = { role: role === "customer" ? "customer" : "guest", id: randomUUID() } as const;
    const order = await orderOf(buyer);
    const id = role === buyer.role ? buyer.id : randomUUID();
    const sites = role === "kitchen" ? [SITE] : [];
    const seated = { role, id, sites, token: await tokenFor(system().url, role, { id, sites }) };
    const faults: string[] = [];
    for (const language of ["en", "de"]) {
      const { page } = await visit(phone ? PHONE : HAND);
      await settle(page, seated, { language });
      for (const path of paths) {
        const note = (what: string | null) => what !== null && faults.push(`${path} in ${language}: ${what}`);
        const waitUntil = language === "en" ? "networkidle" : "load";
        await page.goto(system().url + path.replace(ORDER, order), { waitUntil });
        await page.locator("h1").first().waitFor({ state: "attached" });
        note((await page.locator("h1").count()) === 1 ? null : "it has not one heading");
        note(await tooWide(page));
        if (language !== "en") continue;
        for (const fault of await seriousFaults(page)) note(fault);
        await page.emulateMedia({ colorScheme: "dark" });
        for (const fault of await seriousFaults(page, ["color-contrast"])) note(`dark: ${fault}`);
        await page.emulateMedia({ colorScheme: "light" });
      }
    }
    expect(faults).toEqual([]);
  });
});

/** Somebody orders; resolves to the order's id once it is paid. */
async function orderOf({ role, id }: { readonly role: Role; readonly id: string }): Promise<string> {
  const signal = AbortSignal.timeout(60_000);
  const buyer = new ApiClient(system().url, { role, id }, signal);
  const contact = { name: "Mia Weber", email: "mia@example.org", address: "Oranienstr. 12, Berlin" };
  const lines = [{ sku: "cheesecake", quantity: 1 }];
  const placed = await buyer.post("/api/orders", { siteId: SITE, lines, contact }, randomUUID());
  if (placed.status >= 300) throw new Error(`the order was refused: ${JSON.stringify(placed.body)}`);
  const orderId = String(placed.body?.id);
  await expect
    .poll(async () => (await buyer.get(`/api/orders/${orderId}`)).body?.status, { timeout: 30_000 })
    .toMatch(/notified|paid/);
  return orderId;
}
