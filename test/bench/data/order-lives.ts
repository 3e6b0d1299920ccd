import { createHash } from "node:crypto";
import type { Decided } from "../../../commands/writing/build-events.ts";
import { orderIdFor } from "../../../domain/chain/ids.ts";
import { Personal } from "../../../domain/chain/personal.ts";
import { subkeysOf } from "../../../domain/chain/sealing.ts";
import { add, money } from "../../../domain/money/money.ts";
import type { OrderEvent, OrderLine, OrderPlaced } from "../../../domain/order/events.ts";
import { STATIONS } from "../../../domain/site/site.ts";

const KINDS = ["bakery", "restaurant", "restaurant", "dark_store"] as const;
const SITES = 40;
const COURIERS = 400;
const ITEMS_OF_A_SITE = 12;
const HOLD_MS = 600_000;
/** Steps of the longest life. */
export const MOST_STEPS = 15;

/** A site of the generated business. */
export interface MadeSite {
  readonly siteId: string;
  readonly kind: (typeof KINDS)[number];
  readonly skus: readonly string[];
}

/** What happens to one order: its facts in the groups that are appended together, and who is concerned. */
export interface OrderLife {
  readonly orderId: string;
  readonly site: MadeSite;
  readonly courierId: string;
  readonly lines: OrderPlaced["fulfilments"][number]["lines"];
  readonly steps: readonly (readonly (Decided & OrderEvent)[])[];
}

export const SITES_MADE: readonly MadeSite[] = Array.from({ length: SITES }, (_, n) => ({
  siteId: `bench-site-${n}`,
  kind: KINDS[n % KINDS.length] ?? "bakery",
  skus: Array.from({ length: ITEMS_OF_A_SITE }, (_, item) => `bench-item-${n}-${item}`),
}));

/** The same ids in every run. */
const uuidOf = (text: string): string => {
  const hex = createHash("sha256").update(text).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

export const COURIER_IDS: readonly string[] = Array.from({ length: COURIERS }, (_, n) => uuidOf(`courier ${n}`));

/** The key that the contacts of all generated orders are sealed under. */
export const BENCH_KEYS = subkeysOf("bench-1", new Uint8Array(32).fill(5));

const EUR = (amount: number) => money(amount, "EUR");

/**
 * The n-th order of a run: 13 to 17 events of about 1 KB with their metadata, of a buyer whose contact is sealed, at one
 * of 40 sites, carried by one of 400 couriers.
 *
 * @param run tells runs apart: the ids of their orders differ
 * @param now when it is placed, epoch milliseconds
 */
export function orderLife(run: string, n: number, now: number): OrderLife {
  const site = SITES_MADE[(n * 7) % SITES] ?? { siteId: "bench-site-0", kind: "bakery", skus: [] };
  const customerId = uuidOf(`${run} customer ${n}`);
  const orderId = orderIdFor(`guest:${customerId}`, run);
  const courierId = COURIER_IDS[n % COURIERS] ?? uuidOf("courier");
  const lines = Array.from({ length: 1 + (n % 3) }, (_, line) => lineOf(site, n + line * 5));
  const subtotal = lines.reduce((sum, { price }) => add(sum, price), EUR(0));
  const total = add(subtotal, EUR(290));
  const fulfilmentId = "1.1";
  const intent = `pi_${orderId.replaceAll("-", "").slice(0, 24)}`;
  const at = (ms: number) => new Date(now + ms).toISOString();
  const placed: OrderPlaced = {
    orderId,
    customerId,
    placedBy: `guest:${customerId}`,
    channel: "web",
    fulfilments: [
      {
        fulfilmentId,
        siteId: site.siteId,
        kind: site.kind,
        name: `Site number ${site.siteId}`,
        city: "Berlin",
        timeZone: "Europe/Berlin",
        stations: STATIONS[site.kind],
        lines,
      },
    ],
    subtotal,
    deliveryFee: EUR(290),
    tax: EUR(Math.floor(subtotal.amount / 15)),
    total,
    currency: "EUR",
    delivery: { method: "courier", promisedAt: at(45 * 60_000) },
    paymentMethod: "pm_card_visa",
    holdUntil: at(HOLD_MS),
    contact: new Personal({ name: "Maya", email: `maya${n}@example.org`, address: "Torstr. 1, 10119 Berlin" }),
  };
  const stations = STATIONS[site.kind];
  const work = stations.map((stage): OrderEvent[] => [
    { type: "kitchen.stage_started", data: { fulfilmentId, stage } },
    { type: "kitchen.stage_completed", data: { fulfilmentId, stage } },
  ]);
  const last = work.pop() ?? [];
  const notification = { notificationId: `${orderId}:${fulfilmentId}`, status: "received", acknowledgedAt: at(900) };
  const steps: OrderEvent[][] = [
    [{ type: "order.placed", data: placed }],
    [{ type: "stock.reserved", data: { fulfilmentId, ledger: `ledger-${site.siteId}.0`, ledgerRevision: String(n) } }],
    [{ type: "payment.processing", data: { intent, amount: total } }],
    [{ type: "payment.confirmed", data: { intent, amount: total } }],
    [{ type: "restaurant.notified", data: { fulfilmentId, ...notification, answerBy: at(300_000) } }],
    [{ type: "restaurant.accepted", data: { fulfilmentId } }],
    [{ type: "driver.assigned", data: { courierId, attempt: 1, acceptBy: at(60_000) } }],
    [{ type: "driver.accepted", data: { courierId } }],
    ...work,
    [{ type: "driver.arrived", data: { courierId } }],
    [...last, { type: "kitchen.ready", data: { fulfilmentId } }],
    [{ type: "order.picked_up", data: { courierId } }],
    [{ type: "order.delivered", data: { courierId } }],
  ];
  return { orderId, site, courierId, lines, steps };
}

function lineOf({ skus }: MadeSite, n: number): OrderLine {
  const amount = 1 + (n % 2);
  const unitPrice = EUR(240 + (n % 12) * 85);
  const price = EUR(unitPrice.amount * amount);
  return {
    sku: skus[n % skus.length] ?? "bench-item-0-0",
    name: `Item number ${n % 12} of the menu`,
    quantity: { amount, unit: "each" },
    unitPrice,
    price,
    tax: EUR(Math.floor(price.amount / 15)),
    allergens: n % 2 === 0 ? ["gluten", "milk"] : ["gluten"],
    note: n % 4 === 0 ? new Personal("without onions, please") : undefined,
  };
}
