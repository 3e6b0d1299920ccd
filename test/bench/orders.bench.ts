import { type Answered, atMost, atRate } from "./load/load.ts";
import { orderLoad } from "./load/order-load.ts";
import { type Paid, PaymentsSeen } from "./load/payments-seen.ts";
import { measuredSystem } from "./load/whole-system.ts";
import { busyCores, type CpuShares, CpuWatch, describeShares, describeWork } from "./report/cpu.ts";
import { type BenchOptions, type Figure, rounded } from "./report/figure.ts";
import { quantile } from "./report/quantiles.ts";

const RATE = 100;
const LEAST_SUSTAINED = 100;
const IN_FLIGHT = 64;
const WARM_UP = { rate: 40, seconds: 4 };
const PAID_WITHIN_MS = 30_000;

/** From `POST /api/orders` to `payment.confirmed` in the event store, in a whole system: at a fixed rate, and at most. */
export async function run({ seconds, progress }: BenchOptions): Promise<Figure[]> {
  const system = await measuredSystem();
  const seen = new PaymentsSeen(system.eventStoreUrl);
  const { send, close } = await orderLoad(system.url);
  try {
    const measure = async (load: () => Promise<Answered[]>): Promise<Measured> => {
      const cpu = new CpuWatch(system.pids);
      const before = seen.paid.length;
      const answered = await load();
      const waiting = seen.waiting;
      await seen.allPaid(PAID_WITHIN_MS);
      return { answered, waiting, shares: cpu.lap(), paid: seen.paid.slice(before) };
    };
    progress("orders: warming up");
    await measure(() => atRate(WARM_UP.rate, { send, seconds: WARM_UP.seconds }));
    progress(`orders: ${RATE} a second for ${seconds} s`);
    const fixed = await measure(() => atRate(RATE, { send, seconds }));
    progress(`orders: as many as go, ${IN_FLIGHT} requests in flight, for ${seconds} s`);
    const most = await measure(() => atMost(IN_FLIGHT, { send, seconds }));
    return [...figures(`at ${RATE}/s`, fixed, LEAST_SUSTAINED), ...figures(`at most`, most, undefined)];
  } finally {
    close();
    await seen.close();
    await system.stop();
  }
}

interface Measured {
  readonly answered: readonly Answered[];
  /** Orders that were not paid yet when the last request was answered. */
  readonly waiting: number;
  readonly shares: CpuShares;
  readonly paid: readonly Paid[];
}

function figures(how: string, { answered, waiting, shares, paid }: Measured, least: number | undefined): Figure[] {
  const latencies = answered.map(({ ms }) => ms);
  const waits = paid.map(({ placedAt, confirmedAt }) => confirmedAt - placedAt);
  const created = answered.filter(({ status }) => status === 201).length;
  const accepted = `${created} of ${answered.length} requests created an order, ${paid.length} were paid`;
  const perSecond = paid.length / ((last(paid) - first(paid)) / 1000);
  // A rate that was asked for is reached when all of it comes out: the ends of the measurement blur the last percent.
  const goal = least === undefined ? {} : { goal: { least: least * 0.99 } };
  const row = (what: string, value: number, unit: string, note: string): Figure => ({
    name: `orders ${how}: ${what}`,
    value: rounded(value),
    unit,
    note,
  });
  return [
    {
      ...row(
        "paid",
        perSecond,
        "orders/s",
        `${accepted}, ${waiting} still waiting at the end of the load; ${describeShares(shares)}`,
      ),
      ...goal,
    },
    row(
      "work for an order",
      (1000 * busyCores(shares) * shares.seconds) / paid.length,
      "core ms",
      describeWork(shares, paid.length),
    ),
    row("placed to paid, p50", quantile(waits, 0.5), "ms", ""),
    row("placed to paid, p99", quantile(waits, 0.99), "ms", ""),
    row("API, p50", quantile(latencies, 0.5), "ms", ""),
    row("API, p99", quantile(latencies, 0.99), "ms", ""),
  ];
}

const first = (paid: readonly Paid[]): number => Math.min(...paid.map(({ confirmedAt }) => confirmedAt));
const last = (paid: readonly Paid[]): number => Math.max(...paid.map(({ confirmedAt }) => confirmedAt));
