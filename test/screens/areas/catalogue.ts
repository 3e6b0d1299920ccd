import type { Page } from "playwright-core";
import { DESK, german } from "../looks.ts";
import type { Area, Person, Shot } from "../shot.ts";
import type { Stage } from "../stage.ts";

const ADMIN: Person = { role: "admin", id: "ada" };
const ITEMS = 400;
const SITES = 120;
/** So many entries are imported with one request. */
const AT_ONCE = 100;
const CHANGES = 30;

/** The catalogue: items, sites, their history, and files. */
export function catalogue(stage: Stage): Area {
  const shot = (
    page: string,
    phase: Shot["phase"],
    path: string,
    ready: Shot["ready"],
    more: Partial<Shot> = {},
  ): Shot => ({
    page: `catalogue-${page}`,
    phase,
    as: ADMIN,
    path,
    ready,
    ...more,
  });
  const rows = shows("[data-row]");
  const imported = (kind: "items" | "sites", entries: readonly object[]) =>
    stage.post(ADMIN, `/api/catalogue/${kind}/import`, { entries }, `import-${kind}-${JSON.stringify(entries[0])}`);
  return {
    name: "catalogue",
    title: "Catalogue and sites",
    fill: {
      many: async () => {
        const items = Array.from({ length: ITEMS }, (_, n) => item(n));
        const sites = Array.from({ length: SITES }, (_, n) => site(n));
        for (let n = 0; n < ITEMS; n += AT_ONCE) await imported("items", items.slice(n, n + AT_ONCE));
        for (let n = 0; n < SITES; n += AT_ONCE) await imported("sites", sites.slice(n, n + AT_ONCE));
        await stage.until<{ siteId: string }>(ADMIN, `/api/sites/${siteId(SITES - 1)}`, (there) => there.siteId !== "");
        for (let n = 0; n < CHANGES; n++) {
          await imported("items", [{ ...item(0), price: euros(900 + 10 * n), description: `Recipe ${n + 1}` }]);
        }
        await stage.post(ADMIN, `/api/sites/${siteId(1)}/suspend`, { cause: "too_busy" }, "suspend");
        await stage.post(ADMIN, `/api/items/${sku(2)}/withdraw`, {}, "withdraw");
      },
    },
    shots: [
      shot("items", "one", "/catalogue", rows),
      shot("items", "nothing", "/catalogue", async (page) => {
        await page.locator("main input[type=search]").fill("nothing like it");
        await shows(".blank")(page);
      }),
      shot("items", "many", "/catalogue", rows),
      shot("item", "one", "/catalogue/items/cheesecake", shows(".goods-history li, .goods-history tr")),
      shot("item", "nothing", "/catalogue/items/new", faulty, { state: "new" }),
      shot("item", "many", `/catalogue/items/${sku(0)}`, shows(".goods-history li, .goods-history tr")),
      shot("sites", "one", "/catalogue/sites", rows, { looks: [DESK] }),
      shot("sites", "many", "/catalogue/sites", rows),
      shot("site", "one", "/catalogue/sites/sweet-crumbs", shows(".goods-history li, .goods-history tr")),
      shot("site", "nothing", "/catalogue/sites/new", shows("main form"), {
        state: "new",
        looks: [DESK, german(DESK)],
      }),
      shot("site", "many", `/catalogue/sites/${siteId(0)}`, shows(".goods-history li, .goods-history tr"), {
        looks: [DESK, german(DESK)],
      }),
      shot("files", "nothing", "/catalogue/files", shows(".choose-file"), { looks: [DESK, german(DESK)] }),
      shot("files", "many", "/catalogue/files", checked),
    ],
  };
}

const shows = (selector: string) => (page: Page) => page.locator(selector).first().waitFor();

/** A form that was sent with nothing and something wrong in it. */
async function faulty(page: Page): Promise<void> {
  await shows("main form")(page);
  const inputs = page.locator("main form input:not([type=checkbox], [type=radio])");
  await inputs.first().fill("Not A Sku");
  await page.locator("main form button[type=submit]").first().click();
  await shows("main form .wrong")(page);
}

/** A file of which some lines are right, some change nothing, and some are wrong. */
async function checked(page: Page): Promise<void> {
  const good = Array.from({ length: 40 }, (_, n) => `new-item-${n};New item ${n};${3 + n},50;gluten`);
  const bad = ["Bad Sku;x;1;", "lasagne;Lasagne;fourteen;", ";No sku;2;", "tiramisu;;6,50;plutonium"];
  const text = [
    "sku;name;price;allergens",
    ...good.slice(0, 5),
    ...bad,
    "cheesecake;Cheesecake;29,90;",
    ...good.slice(5),
  ];
  await page.locator("textarea").fill(text.join("\n"));
  await page.locator("main form button[type=submit]").click();
  await shows('[data-phase="checked"] tr[data-outcome="refused"]')(page);
}

const euros = (amount: number) => ({ amount, currency: "EUR" });
const sku = (n: number): string => `pantry-${String(n).padStart(4, "0")}`;
const siteId = (n: number): string => `corner-shop-${String(n).padStart(3, "0")}`;

const KINDS = [
  "Oat biscuits",
  "Apricot jam",
  "Sourdough rusks",
  "Dark chocolate with sea salt",
  "Coffee beans, washed",
];
const ALLERGENS = [["gluten"], [], ["gluten", "sesame"], ["milk", "soy", "nuts"], []];

const item = (n: number) => ({
  sku: sku(n),
  name: `${KINDS[n % KINDS.length]} No. ${n + 1}`,
  price: euros(290 + ((n * 37) % 2_400)),
  taxBasisPoints: n % 7 === 0 ? 1_900 : 700,
  allergens: ALLERGENS[n % ALLERGENS.length],
});

const CITIES = ["Berlin", "Hamburg", "München", "Frankfurt am Main"];

const site = (n: number) => ({
  siteId: siteId(n),
  kind: n % 4 === 0 ? "bakery" : "restaurant",
  name: `Corner shop No. ${n + 1}`,
  city: CITIES[n % CITIES.length],
  timeZone: "Europe/Berlin",
  position: { lat: 52_400_000 + 2_000 * n, lon: 13_200_000 + 3_000 * n },
  hours: WEEK,
  menu: [0, 1, 2, 3, 4].map((k) => sku(n + k)),
});

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const WEEK = Object.fromEntries(DAYS.map((day) => [day, [{ from: "08:00", to: "20:00" }]]));
