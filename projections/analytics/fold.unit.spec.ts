import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { type OrderEvent, orderStream } from "../../domain/order/events.ts";
import { evolve } from "../../domain/order/evolve.ts";
import { type OrderState, statusOf } from "../../domain/order/state.ts";
import { recorded } from "../../infra/consumers/testing/events.ts";
import { inBatches } from "../../test/fixtures/in-batches.ts";
import { anyOrderEvent, kinds } from "../../test/fixtures/order-arbitraries.ts";
import { happened, life, until, worked } from "../../test/fixtures/order-examples.ts";
import { run, steps } from "../../test/fixtures/order-steps.ts";
import type { OrderFacts } from "./facts.ts";
import { foldBatch } from "./fold.ts";
import { bucketOf } from "./histogram.ts";
import { COUNTERS } from "./measures.ts";
import { packFacts, unpackFacts } from "./rows.ts";
import { BEGAN, type History, plainCounts } from "./testing-plain-counts.ts";

/** The tables of the read model in memory; rows go through their texts as they do in the database. */
class Tables {
  readonly facts = new Map<string, { placedAt: string; revision: bigint; version: bigint; packed: string }>();
  readonly sums = new Map<string, number>();

  handle(batch: readonly RecordedEvent[]): void {
    const known = new Map(
      [...this.facts].map(([orderId, { packed, ...row }]): [string, OrderFacts] => [
        orderId,
        unpackFacts({ orderId, ...row }, JSON.parse(packed)),
      ]),
    );
    const { orders, hours, steps, refusals } = foldBatch(known, batch);
    for (const facts of orders) {
      const { order, revision, version } = facts;
      this.facts.set(order.orderId, { placedAt: order.placedAt, revision, version, packed: packFacts(facts) });
    }
    for (const { place, hour, currency, counts } of hours) {
      for (const counter of COUNTERS) this.#add(`${place} ${hour} ${currency} ${counter}`, counts[counter]);
    }
    for (const { place, hour, step, bucket, count } of steps) this.#add(`${place} ${hour} ${step} <${bucket}`, count);
    for (const { place, hour, step, reason, count } of refusals) {
      this.#add(`${place} ${hour} ${step}: ${reason}`, count);
    }
  }

  #add(key: string, count: number): void {
    this.sums.set(key, (this.sums.get(key) ?? 0) + count);
  }

  /** Sums that are not nothing, in a fixed sequence. */
  counted(): Record<string, number> {
    return Object.fromEntries([...this.sums].filter(([, count]) => count !== 0).sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** The events of several orders as a log, mixed in turns. */
function logOf(histories: readonly History[]): RecordedEvent[] {
  const log: RecordedEvent[] = [];
  const longest = Math.max(0, ...histories.map(({ length }) => length));
  for (let revision = 0; revision < longest; revision++) {
    histories.forEach((history, n) => {
      const one = history[revision];
      if (!one) return;
      const { type, data } = one.event;
      const own = type === "order.placed" ? { ...data, orderId: idOf(n) } : data;
      const event = recorded(log.length * 10, orderStream(idOf(n)), type, own);
      const at = new Date(BEGAN + one.at * 60_000).toISOString();
      log.push({ ...event, revision: BigInt(revision), metadata: { ...event.metadata, at } });
    });
  }
  return log;
}

const idOf = (n: number): string => `00000000-0000-4000-8000-00000000000${n}`;

function handled(log: readonly RecordedEvent[], sizes: readonly number[]): Tables {
  const tables = new Tables();
  for (const batch of inBatches(log, sizes)) tables.handle(batch);
  return tables;
}

const adding = (all: readonly Record<string, number>[]): Record<string, number> => {
  const sums = new Map<string, number>();
  for (const one of all) for (const [key, n] of Object.entries(one)) sums.set(key, (sums.get(key) ?? 0) + n);
  return Object.fromEntries([...sums].filter(([, n]) => n !== 0).sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** Stands for the reasons of how orders ended, which the naive count leaves out. */
const ENDS = /^\S+ \S+ (stock|payment|cancellation): /;
const withoutEnds = (sums: Record<string, number>) =>
  Object.fromEntries(Object.entries(sums).filter(([key]) => !ENDS.test(key)));

const minutes = fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 10 });
const timed = (events: readonly OrderEvent[], pauses: readonly number[]): History => {
  let at = 0;
  return events.map((event, index) => {
    at += index === 0 ? 0 : (pauses[index % pauses.length] ?? 1);
    return { event, at };
  });
};

/** Whatever can stand in a stream, in any sequence; refunds only of what nobody has to divide. */
const wild: fc.Arbitrary<History> = fc
  .tuple(kinds, fc.array(anyOrderEvent, { maxLength: 25 }), minutes)
  .map(([chosen, events, pauses]) => timed([happened.placed(...chosen), ...events.map(divisible)], pauses));
/** What orders go through. */
const lived: fc.Arbitrary<History> = fc
  .tuple(kinds, steps, minutes)
  .map(([chosen, all, pauses]) => timed(run(happened.placed(...chosen), all).map(divisible), pauses));
const histories = fc.array(fc.oneof(wild, lived), { maxLength: 6 });
const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 4 });

/** With amounts that six parts can share, so that no rounding is in the comparison. */
function divisible(event: OrderEvent): OrderEvent {
  if (event.type !== "payment.confirmed" && event.type !== "payment.refunded") return event;
  const { amount } = event.data.amount;
  const data = { ...event.data, amount: { ...event.data.amount, amount: amount * 6 } };
  return { ...event, data } as OrderEvent; // the same type with the same shape
}

describe("analytics", () => {
  test("counts what counting each order's whole history would", () => {
    fc.assert(
      fc.property(histories, sizes, (all, cut) => {
        const tables = handled(logOf(all), cut);
        expect(withoutEnds(tables.counted())).toEqual(adding(all.map(plainCounts)));
      }),
      { numRuns: 100 },
    );
  });

  test("has the same rows in batches of any size, and when every event comes twice", () => {
    fc.assert(
      fc.property(histories, sizes, (all, cut) => {
        const log = logOf(all);
        const single = handled(log, [1]);
        const twice = new Tables();
        for (const event of log) {
          twice.handle([event]);
          twice.handle([event]);
        }
        for (const tables of [handled(log, cut), twice]) {
          expect(tables.sums).toEqual(single.sums);
          expect([...tables.facts].sort()).toEqual([...single.facts].sort());
        }
      }),
      { numRuns: 100 },
    );
  });

  test("knows each order's status as the domain does", () => {
    fc.assert(
      fc.property(histories, (all) => {
        const { facts } = handled(logOf(all), [3]);
        all.forEach((history, n) => {
          const order = history.reduce<OrderState>((state, { event }) => evolve(state, event, ""), undefined);
          const row = facts.get(idOf(n));
          const known = row && unpackFacts({ orderId: idOf(n), ...row }, JSON.parse(row.packed));
          expect(known && statusOf(known.order)).toBe(order && statusOf(order));
        });
      }),
    );
  });

  test("counts an order of two sites once in its city, and at each site with its share of the money", () => {
    const events = [happened.placed("bakery", "restaurant"), happened.reserved(), happened.paid()];
    const sums = handled(logOf([timed(events, [1])]), [10]).counted();
    const hour = Date.parse("2026-11-21T09:00:00.000Z");
    expect(sums).toMatchObject({
      [`city:berlin ${hour} EUR orders`]: 1,
      [`bakery-mitte ${hour} EUR orders`]: 1,
      [`restaurant-mitte ${hour} EUR orders`]: 1,
      [`city:berlin ${hour} EUR revenue`]: 2690,
      [`bakery-mitte ${hour} EUR revenue`]: 1345,
      [`restaurant-mitte ${hour} EUR revenue`]: 1345,
      // The bakery has its stock; the order as a whole has not.
      [`bakery-mitte ${hour} placed-reserved <${bucketOf(60_000)}`]: 1,
    });
    expect(Object.keys(sums).some((key) => key.startsWith("city:berlin") && key.includes("placed-reserved"))).toBe(
      false,
    );
  });

  test("shares money so that nothing is lost in rounding", () => {
    const amounts = fc.nat({ max: 100_000 });
    fc.assert(
      fc.property(amounts, kinds, (amount, chosen) => {
        const paid = {
          type: "payment.confirmed",
          data: { intent: "pi", amount: { amount, currency: "EUR" } },
        } as const;
        const sums = handled(logOf([timed([happened.placed(...chosen), paid], [1])]), [10]).counted();
        const revenue = Object.entries(sums).filter(([key]) => key.endsWith("revenue"));
        const [cities, sites] = [true, false].map((city) =>
          revenue.filter(([key]) => key.startsWith("city:") === city).reduce((sum, [, n]) => sum + n, 0),
        );
        expect([cities, sites]).toEqual([amount, amount]);
      }),
    );
  });

  test("calls late what came more than 45 minutes after the placing or after the promised time", () => {
    const lateAfter = (minutes: number, promisedAt: string) => {
      const placed = happened.placed("bakery");
      const promise = {
        ...placed,
        data: { ...placed.data, delivery: { method: "courier", promisedAt } },
      } as OrderEvent;
      const history = [promise, ...until("delivered").slice(1)].map((event) => ({
        event,
        at: event.type === "order.delivered" ? minutes : 0,
      }));
      const sums = handled(logOf([history]), [10]).counted();
      return Object.keys(sums).filter((key) => key.endsWith(" late")).length > 0;
    };
    const [noon, soon] = ["2026-11-21T12:00:00.000Z", "2026-11-21T10:10:00.000Z"];
    expect([lateAfter(45, noon), lateAfter(46, noon)]).toEqual([false, true]);
    expect([lateAfter(12, soon), lateAfter(13, soon)]).toEqual([false, true]);
  });

  test("says why and at which step orders were refused", () => {
    const sums = (events: readonly OrderEvent[]) => {
      const all = handled(logOf([timed(events, [1])]), [10]).counted();
      return Object.keys(all).flatMap((key) => /^city:\S+ \S+ (.*: .*)$/.exec(key)?.[1] ?? []);
    };
    const notified = until("restaurant_notified", "restaurant");
    expect(sums([happened.placed("bakery"), happened.outOfStock()])).toEqual(["stock: out_of_stock"]);
    expect(sums([...until("payment_processing"), happened.paymentFailed()])).toEqual(["payment: payment_declined"]);
    expect(sums([...notified, happened.rejected("too_busy")])).toEqual(["restaurant: too_busy"]);
    expect(sums([...until("ready"), happened.assigned(), happened.declined()])).toEqual(["courier: declined"]);
    expect(sums([...notified, happened.cancelled("support")])).toEqual(["cancellation: support"]);
  });

  test("measures every step and station of an order that went its way", () => {
    const events = life("bakery").flatMap(([, some]) => some);
    const sums = handled(logOf([timed(events, [2])]), [10]).counted();
    const measured = Object.keys(sums).flatMap((key) => /^bakery-mitte \S+ (\S+) </.exec(key)?.[1] ?? []);
    expect(measured).toEqual(
      [
        "accepted-assigned",
        "accepted-ready",
        "assigned-picked_up",
        "notified-accepted",
        "paid-accepted",
        "paid-notified",
        "picked_up-delivered",
        "placed-delivered",
        "placed-paid",
        "placed-reserved",
        "ready-picked_up",
        "reserved-paid",
      ].concat(["baking", "packaging", "preparation", "quality_check"].map((stage) => `station:${stage}`)),
    );
    expect(worked("bakery").length).toBe(8);
  });
});
