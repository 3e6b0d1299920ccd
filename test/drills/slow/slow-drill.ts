import { SAMPLE_SITES } from "../../../cli/sample-data.ts";
import { ApiClient } from "../../../cli/simulate/api-client.ts";
import { startWorld } from "../../../cli/simulate/world.ts";
import { orderStream } from "../../../domain/order/events.ts";
import { quantile } from "../../bench/report/quantiles.ts";
import type { DrillReport, DrillWork } from "../drill.ts";
import { until } from "../drill.ts";
import { flip } from "../outage/outages.ts";
import { Stage } from "../stage.ts";

const SLOW_CITY = "Hamburg";
const SLOW_SITE = "drill-harbour";
const WELL_SITE = "trattoria-lina";
const SLOW_MS = 2_000;
/** Every second one is slow: both kinds have the same machine, warm or not. */
const TURNS = 4;
const COURIERS = 6;
const BOUND_MS = 300_000;
/** So much longer may the other city's orders take; what is measured on a busy machine is never twice the same. */
const MOST_RATIO = 1.5;
const LISTED_WITHIN_MS = 60_000;

/** One city's restaurants answer slowly: the orders of the other city are notified as fast as without. */
export const slowDrill: DrillWork = {
  async run({ seed, orders, say }): Promise<DrillReport> {
    const ending = new AbortController();
    const { signal } = ending;
    const stage = await Stage.open({ seed, underWay: 0 });
    const { restaurantUrl } = stage.system.addresses;
    try {
      await openSlowCity(stage, signal, seed);
      const each = Math.max(6, Math.round(orders / TURNS / 2));
      const took = { well: [] as number[], slow: [] as number[], there: [] as number[] };
      for (let turn = 0; turn < TURNS; turn++) {
        const slow = turn % 2 === 1;
        await flip(restaurantUrl, slow ? { latencyMs: SLOW_MS, place: SLOW_CITY } : {});
        const [here, there] = await Promise.all([
          placeAt(stage, WELL_SITE, each, `${turn}`, signal),
          placeAt(stage, SLOW_SITE, each, `${turn}`, signal),
        ]);
        const notified = (ids: readonly string[]) => ids.every((id) => isNotified(stage, id));
        await until("every site has heard of its orders", BOUND_MS, () => notified(here) && notified(there));
        took[slow ? "slow" : "well"].push(...(await paidToNotified(stage, here)));
        if (slow) took.there.push(...(await paidToNotified(stage, there)));
        say(`  turn ${turn + 1}: ${SLOW_CITY} ${slow ? "is slow" : "is well"}, ${each} orders in each city`);
      }
      await flip(restaurantUrl, {});
      const judgement = await stage.settleAndJudge({ withinMs: BOUND_MS });
      const middle = (list: readonly number[]) => quantile(list, 0.5);
      const ratio = middle(took.slow) / Math.max(1, middle(took.well));
      return {
        name: "slow",
        figures: {
          "paid to notified here while the other city is well, ms": Math.round(middle(took.well)),
          "paid to notified here while the other city is slow, ms": Math.round(middle(took.slow)),
          ratio: ratio.toFixed(2),
          "p95 while well, ms": Math.round(quantile(took.well, 0.95)),
          "p95 while slow, ms": Math.round(quantile(took.slow, 0.95)),
          "paid to notified in the slow city, ms": Math.round(middle(took.there)),
          ...judgement.figures,
        },
        breaches: [
          ...(ratio > MOST_RATIO ? [`orders of a city that is well took ${ratio.toFixed(2)} times as long`] : []),
          ...(middle(took.there) < SLOW_MS ? [`${SLOW_CITY} was not slow: the drill proves nothing`] : []),
          ...judgement.breaches,
        ],
      };
    } finally {
      ending.abort();
      await stage.close();
    }
  },
};

/** A second city, with a kitchen and couriers who work there. */
async function openSlowCity(stage: Stage, signal: AbortSignal, seed: number): Promise<void> {
  const base = stage.system.url;
  const admin = new ApiClient(base, { role: "admin", id: "drill" }, signal);
  const like = SAMPLE_SITES.find(({ siteId }) => siteId === WELL_SITE);
  if (!like) throw new Error("the sample data has no restaurant to open a second one like it");
  const site = { ...like, siteId: SLOW_SITE, name: "Drill harbour", city: SLOW_CITY, menu: ["lasagne"] };
  const lines = [{ sku: "lasagne", quantity: 100_000 }];
  for (const [path, body] of [
    ["/api/sites", site],
    [`/api/sites/${SLOW_SITE}/stock/receive`, { lines }],
  ] as const) {
    const answer = await admin.post(path, body, `drill${path}`);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  await until("the second city is listed", LISTED_WITHIN_MS, async () => {
    const { body } = await admin.get("/api/sites");
    return JSON.stringify(body).includes(SLOW_SITE);
  });
  const world = { couriers: COURIERS, rate: 1, orders: 0, city: SLOW_CITY, stepMs: 100, cancelShare: 0 };
  await startWorld({ ...world, base, seed: seed + 1, signal, sites: [SLOW_SITE] });
}

/** Guests order at a site, all at once. Returns their orders. */
async function placeAt(
  { system, record }: Stage,
  siteId: string,
  count: number,
  turn: string,
  signal: AbortSignal,
): Promise<string[]> {
  return await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const key = `slow-${siteId}-${turn}-${n}`;
      const guest = new ApiClient(system.url, { role: "guest", id: key }, signal);
      const contact = { name: "Guest", email: `${key}@example.org`, address: "Torstr. 1" };
      const { status, body } = await guest.post(
        "/api/orders",
        { siteId, lines: [{ sku: "lasagne", quantity: 1 }], contact },
        key,
      );
      if (status >= 300) throw new Error(`an order was refused: ${status} ${JSON.stringify(body)}`);
      const { id, revision, position, status: standing } = body ?? {};
      const told = { orderId: String(id), command: "place", revision: String(revision), position: String(position) };
      record.placed.set(told.orderId, { ...told, status: String(standing), buyer: "pays" });
      return told.orderId;
    }),
  );
}

function isNotified(stage: Stage, orderId: string): boolean {
  const order = stage.watch.order(orderId);
  return order !== undefined && (order.ended !== undefined || order.fulfilments.every(({ notified }) => notified));
}

/** How long each order took from being paid to its site's hearing of it, by the times in its stream. */
async function paidToNotified({ watch }: Stage, orderIds: readonly string[]): Promise<number[]> {
  const times: number[] = [];
  for (const orderId of orderIds) {
    const events = await watch.store.readStream(orderStream(orderId));
    const at = (type: string) => events.find((event) => event.type === type)?.metadata.at;
    const [paid, notified] = [at("payment.confirmed"), at("restaurant.notified")];
    if (paid !== undefined && notified !== undefined) times.push(Date.parse(notified) - Date.parse(paid));
  }
  return times;
}
