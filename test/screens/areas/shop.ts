import type { Page } from "playwright-core";
import { DESK, dark, german, HAND, SMALL } from "../looks.ts";
import { BAKERY } from "../orders.ts";
import { guest } from "../quiet-city.ts";
import type { Area, Person, Shot } from "../shot.ts";
import type { Stage } from "../stage.ts";

const ADMIN: Person = { role: "admin", id: "ada" };
/** Somebody with an account and more orders than anybody remembers. */
const REGULAR: Person = { role: "customer", id: "018f2d3c-0000-4000-8000-0000000000aa" };
const NEWCOMER: Person = { role: "customer", id: "018f2d3c-0000-4000-8000-0000000000ab" };
const MANY_ORDERS = 60;
const CAFE = "late-cafe";

const CONTACT = {
  name: "Aylin Yılmaz",
  phone: "+49 30 5550177",
  email: "aylin@example.org",
  address: "Oranienstr. 12, 10999 Berlin",
};
const KREUZBERG = { name: "Kreuzberg, Berlin", lat: 52_498_000, lon: 13_406_000, exact: false };

/** Shop, basket, the own orders and the account. */
export function shop(stage: Stage): Area {
  const shot = (page: string, state: string, path: string, ready: Shot["ready"], more: Partial<Shot> = {}): Shot => ({
    page,
    phase: "one",
    state,
    path,
    phone: true,
    as: guest(`shop-${page}-${state}`),
    ready,
    ...more,
  });
  const everyWay = { looks: [HAND, SMALL, DESK, dark(HAND), german(HAND)] };
  const basket = `/?site=${BAKERY}&step=basket`;
  const orderFor = (n: number) => {
    const lines = [{ sku: n % 2 ? "butter-croissant" : "cheesecake", quantity: 1 + (n % 3) }];
    const order = { siteId: BAKERY, lines, contact: CONTACT, customerId: REGULAR.id };
    return stage.post(ADMIN, "/api/phone-orders", order, `regular-${n}`);
  };
  return {
    name: "shop",
    title: "Shop, orders, account",
    fill: {
      one: async () => {
        await openCafe(stage);
        await stage.post(REGULAR, "/api/customers", { contact: CONTACT }, "register-regular");
        await orderFor(0);
      },
      many: async () => {
        // By phone: nobody taps so much so fast.
        for (let n = 1; n < MANY_ORDERS; n++) await orderFor(n);
      },
    },
    shots: [
      shot("basket", "nothing", basket, shows("main .blank"), { looks: [HAND] }),
      shot("orders", "nothing", "/orders", shows("main .blank"), { looks: [HAND] }),
      shot("account", "nothing", "/account", shows("main form"), { looks: [HAND, DESK, german(HAND)] }),
      shot("account", "unfinished", "/account", shows("main form"), { as: NEWCOMER, looks: [HAND] }),
      shot("shop", "nowhere", "/shop", shows(".sites li"), everyWay),
      shot("shop", "place", "/shop", placeDialog, { looks: [HAND, german(HAND)] }),
      shot("shop", "near", "/shop", shows(".sites-head"), { before: keeps({ place: KREUZBERG }), ...everyWay }),
      shot("menu", "one", `/?site=${BAKERY}`, shows(".items li"), everyWay),
      shot("menu", "chosen", `/?site=${BAKERY}`, shows(".basket-bar:visible, .basket-panel:visible"), {
        before: keeps({ baskets: { [BAKERY]: { cheesecake: { quantity: 1 } } } }),
        looks: [HAND, DESK],
      }),
      shot("menu", "closed", `/?site=${CAFE}`, shows(".items li"), { looks: [HAND, german(HAND)] }),
      shot("basket", "one", basket, shows(".checkout .lines li"), {
        before: keeps({ baskets: { [BAKERY]: { cheesecake: { quantity: 1 } } } }),
        looks: [HAND, SMALL, DESK, german(HAND)],
      }),
      shot("basket", "faults", basket, pressedEmpty, {
        before: keeps({ baskets: { [BAKERY]: { cheesecake: { quantity: 1 } } } }),
        looks: [HAND, german(HAND)],
      }),
      shot("basket", "many", basket, shows(".checkout .lines li:nth-child(5)"), {
        before: keeps({ baskets: { [BAKERY]: EVERYTHING }, contact: { ...CONTACT, instructions: "Ring twice" } }),
        ...everyWay,
      }),
      shot("orders", "one", "/orders", shows(".order-list li"), { as: REGULAR, looks: [HAND] }),
      shot("account", "one", "/account", shows("main form"), { as: REGULAR, looks: [HAND, DESK, german(HAND)] }),
      shot("shop", "many", "/shop", shows(".sites li"), { phase: "trouble", looks: [HAND, DESK] }),
      shot("orders", "many", "/orders", shows(".order-list li:nth-child(20)"), {
        phase: "many",
        as: REGULAR,
        looks: [HAND, DESK, dark(HAND), german(HAND)],
      }),
      shot("basket", "offline", basket, cutOff, {
        before: keeps({ baskets: { [BAKERY]: EVERYTHING }, contact: { ...CONTACT, instructions: "" } }),
        phase: "trouble",
        looks: [HAND, german(HAND)],
      }),
      shot("menu", "offline", `/?site=${BAKERY}`, menuOffline, { phase: "trouble", looks: [HAND] }),
      shot("placing", "offline", basket, placedOffline, {
        before: keeps({ baskets: { [BAKERY]: EVERYTHING }, contact: { ...CONTACT, instructions: "" } }),
        phase: "trouble",
        looks: [HAND, german(HAND)],
      }),
    ],
  };
}

const EVERYTHING = {
  "birthday-cake": { quantity: 1, note: "Happy birthday Mia" },
  cheesecake: { quantity: 2 },
  "butter-croissant": { quantity: 12 },
  "sourdough-loaf": { quantity: 1 },
  "cinnamon-roll": { quantity: 4 },
};

const shows = (selector: string) => (page: Page) => page.locator(selector).first().waitFor();

/** What this device has kept of an earlier visit. */
const keeps = (all: Readonly<Record<string, unknown>>) => (page: Page) =>
  page.addInitScript(
    (kept: Readonly<Record<string, string>>) => {
      if (sessionStorage.getItem("kept") !== null) return;
      sessionStorage.setItem("kept", "");
      for (const [name, value] of Object.entries(kept)) localStorage.setItem(`ordertrail.${name}`, value);
    },
    Object.fromEntries(Object.entries(all).map(([name, value]) => [name, JSON.stringify(value)])),
  );

/** A café that has closed for today. */
async function openCafe(stage: Stage): Promise<void> {
  const site = {
    siteId: CAFE,
    kind: "restaurant",
    name: "Café Frühauf",
    city: "Berlin",
    timeZone: "Europe/Berlin",
    position: { lat: 52_500_500, lon: 13_400_000 },
    hours: {},
    menu: ["lasagne", "tiramisu", "insalata-mista"],
  };
  await stage.post(ADMIN, "/api/sites", site, "open-cafe");
  await stage.until<{ siteId: string }>(ADMIN, `/api/sites/${CAFE}`, ({ siteId }) => siteId === CAFE);
}

async function placeDialog(page: Page): Promise<void> {
  await page.locator(".place-bar button").click();
  await page.locator("dialog[open] .districts li").first().waitFor();
}

async function pressedEmpty(page: Page): Promise<void> {
  await page.locator(".checkout [type=submit]").click();
  await page.locator(".checkout [aria-invalid=true]").first().waitFor();
}

async function cut(page: Page): Promise<void> {
  await page.context().setOffline(true);
  await page.locator('.freshness[data-state="stale"]').waitFor();
}

async function cutOff(page: Page): Promise<void> {
  await shows(".checkout .lines li")(page);
  await cut(page);
}

async function menuOffline(page: Page): Promise<void> {
  await shows(".items li")(page);
  await cut(page);
}

async function placedOffline(page: Page): Promise<void> {
  await cutOff(page);
  await page.locator(".checkout .last [type=submit]").click();
  await page.locator("main .notice").waitFor();
}
