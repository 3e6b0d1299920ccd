import type { Page } from "playwright-core";
import type { OrderView } from "../../../projections/views.ts";
import { cityLife } from "../city-life.ts";
import { DESK, german, HAND } from "../looks.ts";
import { BAKERY, carry, cook, cookAt, fault, offShift, onShift, place, SUPPORT, TRATTORIA } from "../orders.ts";
import { CALLERS } from "../people.ts";
import { refuse } from "../refusals.ts";
import type { Area, Person, Shot } from "../shot.ts";
import type { Stage } from "../stage.ts";

const COURIER: Person = { role: "courier", id: "0c0ffee0-0000-4000-8000-000000000001" };
const ADMIN: Person = { role: "admin", id: "ada" };
const HOUR_MS = 3_600_000;
/** So often a cook takes an order back to a station: more events than anybody wants to see. */
const RECALLS = 60;

/** Orders by what became of them. */
type Fate = "delivered" | "failed" | "cancelled" | "retried" | "long" | "standing" | "parked" | "late";

/** The support console: search, and one order with its story. */
export function support(stage: Stage): Area {
  const orders = new Map<Fate, string>();
  const idOf = (fate: Fate): string => orders.get(fate) ?? "";

  const search = (phase: Shot["phase"], state: string, q: string, more: Partial<Shot> = {}): Shot => ({
    page: "support-search",
    phase,
    state,
    as: SUPPORT,
    path: `/support${q === "" ? "" : `?q=${encodeURIComponent(q)}`}`,
    ready: async (page) => {
      await page.locator(".found[data-old=false]").waitFor();
      await page.locator(".found .blank, .found [data-row]").first().waitFor();
    },
    ...more,
  });

  const order = (phase: Shot["phase"], fate: Fate, more: Partial<Shot> = {}): Shot => ({
    page: "support-order",
    phase,
    state: fate,
    as: SUPPORT,
    path: () => `/support/orders/${idOf(fate)}`,
    ready: isRead,
    ...more,
  });

  return {
    name: "support",
    title: "Support console",
    fill: {
      one: async () => {
        orders.set("delivered", await delivered(stage));
      },
      many: async () => {
        orders.set("late", await lateYesterday(stage));
        await cityLife(stage);
        for (const [n, caller] of CALLERS.entries()) {
          await place(stage, { ...caller, key: `caller-${n}`, siteId: n % 2 ? BAKERY : TRATTORIA, lines: lineOf(n) });
        }
        orders.set("failed", await place(stage, { ...PETRA, key: "failed", paymentMethod: "pm_card_chargeDeclined" }));
        orders.set("cancelled", await cancelled(stage));
        orders.set("parked", await parked(stage));
        orders.set("retried", await retried(stage));
        orders.set("long", await long(stage));
        orders.set("standing", await standing(stage));
      },
    },
    shots: [
      search("nothing", "nothing", ""),
      search("nothing", "nobody", "nobody here", { looks: [DESK, german(DESK)] }),
      search("one", "one", "kaminski"),
      search("many", "many", ""),
      search("many", "by-name", "weber", { looks: [DESK] }),
      search("many", "by-phone", "0170 44550107", { looks: [DESK] }),
      search("many", "by-email", "jonas.weber@example.org", { looks: [DESK] }),
      search("many", "by-amount", "7.70", { looks: [DESK] }),
      search("many", "late-yesterday", "late yesterday in Berlin", { looks: [DESK, german(DESK)] }),
      search("many", "phone-screen", "weber", { looks: [HAND] }),
      {
        page: "support-order",
        phase: "nothing",
        as: SUPPORT,
        path: "/support/orders/00000000-0000-4000-8000-000000000000",
        looks: [DESK, german(DESK)],
        ready: (page) => page.locator("main .blank").waitFor(),
      },
      order("one", "delivered", { looks: [DESK, german(DESK)] }),
      order("many", "long"),
      order("many", "failed", { looks: [DESK] }),
      order("many", "cancelled", { looks: [DESK, german(DESK)] }),
      order("many", "retried", { looks: [DESK], ready: unfolded }),
      order("many", "standing", { as: ADMIN, looks: [DESK, german(DESK)] }),
      order("many", "parked", { looks: [DESK, german(DESK)], ready: (page) => isRead(page, ".parked .preview") }),
      order("many", "late", { looks: [HAND] }),
      {
        ...order("many", "delivered", { looks: [DESK, german(DESK)], ready: lookedBack }),
        state: "looked-back",
      },
      {
        ...order("many", "standing", { looks: [DESK, german(DESK)], ready: cancelling }),
        state: "cancelling",
      },
    ],
  };
}

const PETRA = {
  name: "Petra Kaminski",
  email: "petra.kaminski@example.org",
  phone: "+49 30 5550123",
  address: "Oranienstr. 12, Berlin",
};

const lineOf = (n: number) => [
  n % 2
    ? { sku: n % 3 ? "butter-croissant" : "sourdough-loaf", quantity: 1 + (n % 3) }
    : { sku: n % 3 ? "pizza-margherita" : "lasagne", quantity: 1 + (n % 2) },
];

/** The story, the verdict and the timeline are there. */
async function isRead(page: Page, besides?: string): Promise<void> {
  await page.locator(".story li").first().waitFor();
  await page.locator("#event-0").waitFor();
  await page.locator('.integrity:not([data-tone="plain"])').waitFor();
  if (besides !== undefined) await page.locator(besides).first().waitFor();
}

/** What was tried again is unfolded. */
async function unfolded(page: Page): Promise<void> {
  await isRead(page);
  const tried = page.locator(".event button", { has: page.locator(".marks .tag") }).first();
  await tried.click();
  await tried.scrollIntoViewIfNeeded();
}

async function lookedBack(page: Page): Promise<void> {
  await isRead(page);
  const slider = page.locator(".look-bar input");
  await slider.focus();
  await slider.press("Home");
  for (let step = 0; step < 4; step++) await slider.press("ArrowRight");
  await page.locator(".saw .way li").first().waitFor();
}

async function cancelling(page: Page): Promise<void> {
  await isRead(page);
  await page.locator('[data-key="c"]').click();
  await page.locator("dialog[open] li").first().waitFor();
}

async function delivered(stage: Stage): Promise<string> {
  await onShift(stage, COURIER);
  const lines = [
    { sku: "birthday-cake", quantity: 1, note: "Happy birthday Mia" },
    { sku: "butter-croissant", quantity: 4 },
  ];
  const id = await place(stage, { ...PETRA, key: "delivered", lines });
  await cook(stage, id, "ready");
  await carry(stage, id, COURIER);
  await offShift(stage, COURIER);
  await stage.until<OrderView>(SUPPORT, `/api/orders/${id}`, ({ status }) => status === "delivered");
  return id;
}

/** Brought an hour and a half after it was ordered; then it is noon of the day after. */
async function lateYesterday(stage: Stage): Promise<string> {
  await stage.post(COURIER, `/api/couriers/${COURIER.id}/shift/start`, { city: "Berlin" }, `shift-again-${COURIER.id}`);
  const id = await place(stage, { ...PETRA, key: "late" });
  await cook(stage, id, "ready");
  await carry(stage, id, COURIER, () => stage.pass(1.5 * HOUR_MS));
  await offShift(stage, COURIER);
  const now = new Date(Date.now() + stage.aheadMs());
  const noon = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1, 12);
  await stage.pass(noon - now.getTime());
  return id;
}

async function cancelled(stage: Stage): Promise<string> {
  const id = await place(stage, { ...PETRA, key: "cancelled" });
  await cook(stage, id, "accepted");
  await stage.post(SUPPORT, `/api/orders/${id}/cancel`, { reason: "The doorbell is broken" }, "cancel");
  await stage.until<OrderView>(SUPPORT, `/api/orders/${id}`, ({ payment }) => payment.refunded > 0);
  return id;
}

/** The site's own system failed before it took the order. */
async function retried(stage: Stage): Promise<string> {
  const { restaurantUrl } = stage.system.addresses;
  await fault(restaurantUrl, { errorRate: 1, times: 2 });
  const id = await place(stage, { ...PETRA, key: "retried" });
  await cook(stage, id, "accepted");
  await fault(restaurantUrl);
  return id;
}

/** A read model cannot take an event of this order in. */
async function parked(stage: Stage): Promise<string> {
  const id = await place(stage, { ...PETRA, key: "parked" });
  await stage.until<OrderView>(SUPPORT, `/api/orders/${id}`, ({ status }) => status === "restaurant_notified");
  await refuse(stage, [id]);
  const { fulfilments } = await stage.get<OrderView>(SUPPORT, `/api/orders/${id}`);
  const at = `/api/orders/${id}/fulfilments/${fulfilments[0]?.fulfilmentId}`;
  await stage.post(cookAt(BAKERY), `${at}/accept`, {}, `${id}-accept`);
  await stage.until<{ setAside?: readonly unknown[] }>(
    SUPPORT,
    `/api/orders/${id}/timeline`,
    ({ setAside = [] }) => setAside.length > 0,
  );
  return id;
}

async function long(stage: Stage): Promise<string> {
  const id = await place(stage, { ...PETRA, key: "long", lines: [{ sku: "birthday-cake", quantity: 1 }] });
  await cook(stage, id, "accepted");
  const { fulfilments } = await stage.get<OrderView>(SUPPORT, `/api/orders/${id}`);
  const [part] = fulfilments;
  const station = part?.stations[0];
  for (let n = 0; n < RECALLS; n++) {
    for (const what of ["start", "complete", "recall"]) {
      const at = `/api/orders/${id}/fulfilments/${part?.fulfilmentId}/stations/${station}/${what}`;
      await stage.post(cookAt(BAKERY), at, {}, `${id}-${what}-${n}`);
    }
  }
  return id;
}

/** The kitchen has accepted it and made nothing of it since. */
async function standing(stage: Stage): Promise<string> {
  const id = await place(stage, { ...PETRA, key: "standing" });
  await cook(stage, id, "accepted");
  await stage.pass(HOUR_MS);
  return id;
}
