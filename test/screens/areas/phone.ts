import type { Page } from "playwright-core";
import { DESK, german } from "../looks.ts";
import { cook } from "../orders.ts";
import { person } from "../people.ts";
import type { Area, Person, Shot } from "../shot.ts";
import type { Stage } from "../stage.ts";

const ADMIN: Person = { role: "admin", id: "petra-desk" };
const SITE = "warehouse-berlin";
const CUSTOMERS = 240;
const AT_ONCE = 8;
const SHIPPED_AFTER_MS = 90_000;

/** Phone orders: find a caller, fill the basket, say it back. */
export function phone(stage: Stage): Area {
  const register = (n: number) => stage.post(ADMIN, "/api/customers", { contact: person(n) }, `customer-${n}`);
  const shot = (phase: Shot["phase"], state: string, ready: Shot["ready"], more: Partial<Shot> = {}): Shot => ({
    page: "phone-orders",
    phase,
    state,
    as: ADMIN,
    path: "/phone",
    ready: async (page) => {
      await page.locator("#find-customer").waitFor();
      await ready(page);
    },
    ...more,
  });
  return {
    name: "phone",
    title: "Phone orders",
    fill: {
      one: async () => {
        await stage.post(ADMIN, "/api/customers", { contact: JUERGEN }, "customer-juergen");
        await stage.until<{ customers: readonly unknown[] }>(
          ADMIN,
          "/api/customers?q=gutenberg",
          ({ customers }) => customers.length === 1,
        );
      },
      many: async () => {
        for (let n = 0; n < CUSTOMERS; n += AT_ONCE) {
          await Promise.all(Array.from({ length: AT_ONCE }, (_, k) => register(n + k)));
        }
        const { customers } = await stage.until<{ customers: readonly { readonly customerId: string }[] }>(
          ADMIN,
          "/api/customers?q=gutenberg",
          ({ customers }) => customers.length === 1,
        );
        const customerId = customers[0]?.customerId ?? "";
        const ids: string[] = [];
        for (let n = 0; n < 12; n++) ids.push(await phoneOrder(stage, customerId, n));
        const [first = "", , , second = "", , , third = ""] = ids;
        for (const id of [first, second]) await cook(stage, id, "ready", SITE);
        await stage.pass(SHIPPED_AFTER_MS);
        await cook(stage, third, "ready", SITE);
      },
    },
    shots: [
      shot("nothing", "nothing", async (page) => page.locator(".today").waitFor()),
      shot("nothing", "nobody", (page) => find(page, "gutenberg", ".nobody"), { looks: [DESK, german(DESK)] }),
      shot("one", "one", (page) => find(page, "gut", "#customer-0")),
      shot("one", "basket", async (page) => {
        await taken(page);
        await item(page, "cheese");
        await item(page, "2 sour");
        await page.locator(".sums .whole-sum").waitFor();
      }),
      shot("one", "parcel", async (page) => {
        await taken(page);
        await page.evaluate("document.activeElement.blur()");
        await page.keyboard.press("p");
        await page.locator(`option[value="${SITE}"]:checked`).waitFor({ state: "attached" });
        await item(page, "cheese");
        await page.locator(".sums .whole-sum").waitFor();
      }),
      shot(
        "one",
        "new-customer",
        async (page) => {
          await page.evaluate("document.activeElement.blur()");
          await page.keyboard.press("n");
          await page.locator("#phone-name").waitFor();
          await page.locator(".customer-form .button.main").click();
          await page.locator(".customer-form .wrong").first().waitFor();
        },
        { looks: [DESK, german(DESK)] },
      ),
      shot("many", "many", (page) => find(page, "weber", "#customer-5")),
      shot("many", "full", async (page) => {
        await taken(page);
        for (const what of ["3 birth", "cheese", "12 butter", "4 cinn", "2 sour"]) await item(page, what);
        await page.locator(".sums .whole-sum").waitFor();
        await page.locator("#find-item").fill("r");
        await page.locator("#item-0").waitFor();
      }),
    ],
  };
}

const JUERGEN = {
  name: "Jürgen Gutenberg",
  phone: "+49 170 1234567",
  email: "juergen@example.org",
  address: "Torstr. 1, Berlin",
  instructions: "Second courtyard, bell Gutenberg",
};

async function find(page: Page, text: string, until: string): Promise<void> {
  await page.locator("#find-customer").fill(text);
  await page.locator(until).waitFor();
}

/** Jürgen is the one who calls. */
async function taken(page: Page): Promise<void> {
  await find(page, "gutenberg", "#customer-0");
  await page.keyboard.press("Enter");
  await page.locator(".known").waitFor();
}

async function item(page: Page, text: string): Promise<void> {
  const field = page.locator("#find-item");
  const lines = page.locator(".lines > li");
  const before = await lines.count();
  await field.fill(text);
  await page.locator("#item-0").waitFor();
  await field.press("Enter");
  await lines.nth(before).waitFor();
}

/** Every third by parcel. */
async function phoneOrder(stage: Stage, customerId: string, n: number): Promise<string> {
  const parcel = n % 3 === 0;
  const siteId = parcel ? SITE : n % 2 ? "sweet-crumbs" : "trattoria-lina";
  const sku = parcel ? "cheesecake" : n % 2 ? "butter-croissant" : "lasagne";
  const { id } = await stage.post<{ id: string }>(
    ADMIN,
    "/api/phone-orders",
    {
      customerId,
      siteId,
      lines: [{ sku, quantity: 1 + (n % 3) }],
      delivery: { method: parcel ? "parcel" : "courier" },
      paymentMethod: "pm_card_visa",
    },
    `phone-${n}`,
  );
  return id;
}
