import { orderStream } from "../../domain/order/events.ts";
import { createEventStore } from "../../infra/event-store/client.ts";
import { tokenFor } from "../system.ts";
import { BusinessLog } from "./data/business-log.ts";
import { type OrderLife, orderLife, SITES_MADE } from "./data/order-lives.ts";
import { LiveWatch } from "./load/live-watch.ts";
import { measuredSystem } from "./load/whole-system.ts";
import { CpuWatch, describeShares } from "./report/cpu.ts";
import { type BenchOptions, type Figure, rounded } from "./report/figure.ts";
import { quantile } from "./report/quantiles.ts";

const EVENTS_PER_SECOND = 800;
const MOST_P99_MS = 100;
const WARM_UP_SECONDS = 4;
/** Until the first orders have left the kitchen, fewer events than the rate are under way. */
const RAMP_MS = 6_000;
const SETTLE_MS = 3_000;
/** How long an order's steps in the kitchen lie apart. */
const STEP_MS = 500;
/** A tracker opens when the order is placed; the kitchen begins a moment later. */
const TRACKED_BEFORE_MS = 1_000;

/** An event that somebody watches for, and where it is to be shown. */
interface Sent {
  readonly orderTopic: string;
  readonly kitchenTopic: string;
  readonly position: bigint;
  /** Directly before the append, and when it was acknowledged. */
  readonly sentAt: number;
  readonly storedAt: number;
}

/**
 * From the append of an event to its delta on a WebSocket, in a whole system at a fixed rate: buyers watch their orders,
 * sites their kitchens. Orders come up to the kitchen in one append, so that no process manager is owed anything.
 */
export async function run({ seconds, progress }: BenchOptions): Promise<Figure[]> {
  const system = await measuredSystem();
  const store = createEventStore({ url: system.eventStoreUrl, timeoutMs: 10_000 });
  const sites = SITES_MADE.map(({ siteId }) => siteId);
  const watch = new LiveWatch(system.url, await tokenFor(system.url, "kitchen", { sites }));
  try {
    for (const siteId of sites) await watch.subscribe(`kitchen.${siteId}`);
    const written = new BusinessLog(store);
    progress("live updates: warming up");
    await work(written, watch, "warm", WARM_UP_SECONDS);
    progress(`live updates: ${EVENTS_PER_SECOND} events a second for ${seconds} s`);
    const cpu = new CpuWatch(system.pids);
    const begun = performance.now();
    const counted = { from: 0, to: 0 };
    const end = begun + RAMP_MS + seconds * 1000;
    setTimeout(() => {
      counted.from = written.events;
      cpu.lap();
    }, RAMP_MS);
    setTimeout(() => {
      counted.to = written.events;
    }, end - begun);
    const all = await work(written, watch, "measured", RAMP_MS / 1000 + seconds);
    const shares = describeShares(cpu.lap());
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const sent = all.filter(({ sentAt }) => sentAt >= begun + RAMP_MS && sentAt < end);
    return figures(sent, watch, (counted.to - counted.from) / seconds, shares);
  } finally {
    watch.close();
    await store.close();
    await system.stop();
  }
}

/** Writes orders at the rate and answers which of their events are watched for. */
async function work(written: BusinessLog, watch: LiveWatch, run: string, seconds: number): Promise<Sent[]> {
  const sent: Sent[] = [];
  const open: Promise<void>[] = [];
  const begun = performance.now();
  let due = 0;
  for (let n = 0; (performance.now() - begun) / 1000 < seconds; n++) {
    const life = orderLife(`${run}-${begun}`, n, Date.now());
    const kitchen = kitchenSteps(life);
    const wait = begun + due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    open.push(oneOrder(written, watch, life, kitchen, sent));
    due += ((arrivalFacts(life).length + kitchen.length) / EVENTS_PER_SECOND) * 1000;
  }
  await Promise.all(open);
  return sent;
}

async function oneOrder(
  written: BusinessLog,
  watch: LiveWatch,
  life: OrderLife,
  kitchen: OrderLife["steps"][number],
  sent: Sent[],
): Promise<void> {
  const stream = orderStream(life.orderId);
  const topics = { orderTopic: `order.${life.orderId}`, kitchenTopic: `kitchen.${life.site.siteId}` };
  await written.append({ stream, facts: arrivalFacts(life), at: Date.now() });
  await watch.subscribe(topics.orderTopic);
  await new Promise((resolve) => setTimeout(resolve, TRACKED_BEFORE_MS));
  for (const fact of kitchen) {
    const sentAt = performance.now();
    const { position } = await written.append({ stream, facts: [fact], at: Date.now() });
    sent.push({ ...topics, position: position.commit, sentAt, storedAt: performance.now() });
    await new Promise((resolve) => setTimeout(resolve, STEP_MS * (0.5 + Math.random())));
  }
}

const ARRIVED: ReadonlySet<string> = new Set(["driver.assigned", "driver.accepted"]);
const inKitchen = ({ type }: { readonly type: string }): boolean =>
  type.startsWith("kitchen.stage") || type === "driver.arrived";
const isArrival = ({ type }: { readonly type: string }): boolean =>
  !inKitchen({ type }) && (ARRIVED.has(type) || !/^(kitchen|driver)\.|picked_up$|delivered$/.test(type));

const arrivalFacts = ({ steps }: OrderLife) => steps.flat().filter(isArrival);
const kitchenSteps = ({ steps }: OrderLife) => steps.flat().filter(inKitchen);

function figures(sent: readonly Sent[], watch: LiveWatch, rate: number, shares: string): Figure[] {
  const shown = (topic: (one: Sent) => string, since: (one: Sent) => number) =>
    sent.flatMap((one) => {
      const at = watch.shownAt(topic(one), one.position);
      return at === undefined ? [] : [at - since(one)];
    });
  const order = shown(
    ({ orderTopic }) => orderTopic,
    ({ sentAt }) => sentAt,
  );
  const kitchen = shown(
    ({ kitchenTopic }) => kitchenTopic,
    ({ sentAt }) => sentAt,
  );
  const stored = shown(
    ({ orderTopic }) => orderTopic,
    ({ storedAt }) => storedAt,
  );
  const acknowledged = sent.map(({ sentAt, storedAt }) => storedAt - sentAt);
  const missed = `${sent.length - order.length} of ${sent.length} were not shown to the buyer, ${sent.length - kitchen.length} not to the kitchen`;
  const refused = watch.refused.length > 0 ? `; ${watch.refused.length} refused (${watch.refused[0]})` : "";
  const who = `${watch.topics} topics on ${watch.sockets} sockets, ${Math.round(rate)} events/s appended; ${missed}${refused}; ${shares}`;
  const row = (what: string, times: readonly number[], share: number, note = ""): Figure => ({
    name: `event to WebSocket: ${what}`,
    value: rounded(quantile(times, share)),
    unit: "ms",
    note,
  });
  return [
    row("append sent to buyer's screen, p50", order, 0.5, who),
    { ...row("append sent to buyer's screen, p99", order, 0.99), goal: { most: MOST_P99_MS } },
    row("append sent to kitchen's screen, p50", kitchen, 0.5),
    { ...row("append sent to kitchen's screen, p99", kitchen, 0.99), goal: { most: MOST_P99_MS } },
    row("append sent to append acknowledged, p99", acknowledged, 0.99),
    row("append acknowledged to buyer's screen, p99", stored, 0.99),
  ];
}
