import type { Page } from "playwright-core";
import type { OrderView } from "../../../projections/views.ts";
import { DESK, dark, german, HAND, SMALL } from "../looks.ts";
import { fault, SUPPORT } from "../orders.ts";
import { courierNo, guest, LEIPZIG, ONLY_THERE, QuietCity, SCARCE, type Wish } from "../quiet-city.ts";
import type { Area, Shot } from "../shot.ts";
import type { Stage } from "../stage.ts";

/** How an order stands, as its buyer sees it. */
type Standing =
  | "paid"
  | "preparing"
  | "missing"
  | "searching"
  | "on-the-way"
  | "delivered"
  | "cancelled"
  | "payment-failed"
  | "rejected"
  | "other-site"
  | "out-of-stock"
  | "booked"
  | "shipped"
  | "no-courier"
  | "pending"
  | "offline";

const ELEVEN_MINUTES = 11 * 60_000;
/** Longer than anybody waits for the bank: it is asked again. */
const SLOW_BANK_MS = 60_000;

/** The tracker: an order in each of its states. */
export function tracker(stage: Stage): Area {
  const orders = new Map<Standing, string>();
  const city = new QuietCity(stage, LEIPZIG);
  const placed = async (name: Standing, wish: Wish = {}): Promise<string> => {
    const id = await city.order(name, wish);
    orders.set(name, id);
    return id;
  };
  const shot = (state: Standing, ready: Shot["ready"], more: Partial<Shot> = {}): Shot => ({
    page: "tracker",
    phase: "one",
    state,
    as: guest(state),
    path: () => `/orders/${orders.get(state) ?? ""}`,
    looks: [HAND],
    ready,
    ...more,
  });
  const ended = (page: Page) => page.locator(".ended .money").waitFor();
  return {
    name: "tracker",
    title: "Tracker",
    fill: {
      one: () => fillOne(stage, city, placed),
      trouble: async () => {
        await city.make(await placed("no-courier"), "ready");
        await stage.pass(ELEVEN_MINUTES);
        await city.make(await placed("offline"), "started");
      },
    },
    shots: [
      {
        page: "tracker",
        phase: "nothing",
        path: "/orders/00000000-0000-4000-8000-000000000000",
        looks: [HAND],
        ready: (page) => page.locator("main .blank").waitFor(),
      },
      // The carrier takes it away by itself, soon.
      shot("booked", underWay),
      shot("paid", underWay),
      shot("preparing", underWay, { looks: [HAND, DESK, german(HAND)] }),
      shot("missing", explained, { looks: [HAND, german(HAND)] }),
      shot("searching", underWay),
      shot("on-the-way", onTheWay, {
        looks: [HAND, SMALL, DESK, dark(HAND), german(HAND)],
        before: () => city.showOnTheWay(courierNo(1)),
      }),
      shot("delivered", (page) => page.locator(".pending-head .arrived").waitFor(), {
        looks: [HAND, dark(HAND), german(HAND)],
      }),
      shot("cancelled", ended, { looks: [HAND, german(HAND)] }),
      shot("payment-failed", ended),
      shot("rejected", ended),
      shot("out-of-stock", (page) => page.locator(".ended").waitFor()),
      shot("other-site", underWay),
      shot("shipped", (page) => page.locator(".way li:last-child[data-state=done]").waitFor(), {
        looks: [HAND, german(HAND)],
        before: () => shipAll(stage),
      }),
      {
        page: "receipt",
        phase: "one",
        as: guest("delivered"),
        path: () => `/orders/${orders.get("delivered") ?? ""}/receipt`,
        looks: [HAND, DESK, german(HAND)],
        ready: (page) => page.locator(".receipt tbody tr, .receipt li").first().waitFor(),
      },
      shot("no-courier", explained, { phase: "trouble" }),
      shot("pending", (page) => page.locator(".way [aria-current=step]").waitFor(), {
        phase: "trouble",
        before: async () => {
          // The bank does not answer.
          await fault(stage.system.addresses.paymentUrl, { latencyMs: SLOW_BANK_MS });
          await placed("pending");
        },
      }),
      shot("offline", cutOff, { phase: "trouble", looks: [HAND, german(dark(HAND))] }),
    ],
    close: () => fault(stage.system.addresses.paymentUrl).catch(() => undefined),
  };
}

/** The carrier takes away what was booked. */
async function shipAll(stage: Stage): Promise<void> {
  const response = await fetch(`${stage.system.addresses.carrierUrl}/_ship`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ all: true }),
    signal: AbortSignal.timeout(5_000),
  });
  if (!response.ok) throw new Error(`nothing was shipped: ${response.status}`);
}

async function underWay(page: Page): Promise<void> {
  await page.locator(".way [aria-current=step]").waitFor();
  await page.locator('.freshness[data-state="live"]').waitFor();
}

async function onTheWay(page: Page): Promise<void> {
  await underWay(page);
  await page.locator(".delivery-pin strong", { hasText: /^\d{4}$/ }).waitFor();
  await page.locator(".courier-line .dot").waitFor();
}

/** It is said what is being waited for. */
async function explained(page: Page): Promise<void> {
  await underWay(page);
  await page.locator(".meanwhile p").waitFor();
}

async function cutOff(page: Page): Promise<void> {
  await underWay(page);
  await page.context().setOffline(true);
  await page.locator('.freshness[data-state="stale"]').waitFor();
}

type Place = (name: Standing, wish?: Wish) => Promise<string>;

async function fillOne(stage: Stage, city: QuietCity, placed: Place): Promise<void> {
  const seen = (name: Standing, id: string, isSo: (view: OrderView) => boolean) =>
    stage.until<OrderView>(guest(name), `/api/orders/${id}`, isSo);
  const stands = (name: Standing, id: string, status: string) => seen(name, id, (view) => view.status === status);
  const refunded = ({ payment }: OrderView) => payment.refunded > 0;
  const [bringing, brought] = [courierNo(1), courierNo(2)];

  const delivered = await placed("delivered");
  await city.make(delivered, "ready");
  await city.ride(delivered, brought, "deliver");
  await city.endShift(brought);

  const coming = await placed("on-the-way");
  await city.make(coming, "ready");
  await city.ride(coming, bringing, "pick-up");

  await stands("paid", await placed("paid"), "restaurant_notified");
  await city.make(await placed("preparing"), "started");
  await city.make(await placed("searching"), "ready");

  const rolls = [
    { sku: "birthday-cake", quantity: 1 },
    { sku: "cinnamon-roll", quantity: 3 },
  ];
  const missing = await placed("missing", { lines: rolls });
  await city.make(missing, "started");
  await city.miss(missing, "cinnamon-roll");
  await seen("missing", missing, refunded);

  const cancelled = await placed("cancelled");
  await city.make(cancelled, "started");
  await stage.post(SUPPORT, `/api/orders/${cancelled}/cancel`, { reason: "The oven is out of order" }, "cancel-oven");
  await seen("cancelled", cancelled, refunded);

  const declined = await placed("payment-failed", { paymentMethod: "pm_card_chargeDeclined" });
  await stands("payment-failed", declined, "payment_failed");

  const rejected = await placed("rejected", { lines: [{ sku: ONLY_THERE, quantity: 1 }] });
  await city.make(rejected, "rejected");
  await seen("rejected", rejected, refunded);

  const moved = await placed("other-site");
  await city.make(moved, "rejected");
  await seen("other-site", moved, ({ fulfilments }) => fulfilments.some((part) => part.siteId === "kuchenkiste"));

  await placed("out-of-stock", { lines: [{ sku: SCARCE, quantity: 9 }] });

  const parcel = { siteId: "warehouse-berlin", method: "parcel", lines: [{ sku: "cheesecake", quantity: 1 }] } as const;
  for (const name of ["booked", "shipped"] as const) {
    const id = await placed(name, parcel);
    await city.make(id, "ready");
    await stands(name, id, "scheduled");
  }
}
