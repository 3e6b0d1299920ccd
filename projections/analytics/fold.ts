import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { foldOrders } from "../order-state/fold-orders.ts";
import { foldFacts, type OrderFacts } from "./facts.ts";
import { bucketOf } from "./histogram.ts";
import { COUNTERS, type Counter, type Counts, countsOf, newStepTimes, type View, viewsOf } from "./measures.ts";

const HOUR_MS = 60 * 60_000;

/** The hour in which an order was placed, as epoch milliseconds of its beginning (UTC). */
const hourOf = (placedAt: number): number => Math.floor(placedAt / HOUR_MS) * HOUR_MS;

/** What is to be added to the counters of a place in an hour. */
export interface HourIncrement {
  readonly place: string;
  readonly hour: number;
  readonly currency: string;
  readonly counts: Record<Counter, number>;
}

/** So many more steps of a duration. */
export interface StepIncrement {
  readonly place: string;
  readonly hour: number;
  readonly step: string;
  readonly bucket: number;
  count: number;
}

/** So many more refusals for a reason. */
export interface RefusalIncrement {
  readonly place: string;
  readonly hour: number;
  readonly step: string;
  readonly reason: string;
  count: number;
}

/** What a batch leads to. */
export interface Folded {
  readonly orders: readonly OrderFacts[];
  readonly hours: readonly HourIncrement[];
  readonly steps: readonly StepIncrement[];
  readonly refusals: readonly RefusalIncrement[];
}

/** Folds a batch upon the rows of its orders. An event that a row has seen before changes nothing. */
export function foldBatch(known: ReadonlyMap<string, OrderFacts>, batch: readonly RecordedEvent[]): Folded {
  const changed = foldOrders(known, batch, foldFacts);
  const sums = new Sums();
  for (const [orderId, is] of changed) sums.add(known.get(orderId), is);
  return { orders: [...changed.values()], ...sums.increments() };
}

/** Adds up what orders have become more than they were. */
class Sums {
  readonly #hours = new Map<string, HourIncrement>();
  readonly #steps = new Map<string, StepIncrement>();
  readonly #refusals = new Map<string, RefusalIncrement>();

  add(was: OrderFacts | undefined, is: OrderFacts): void {
    const hour = hourOf(is.noted.at.placed);
    const { currency } = is.order.total;
    for (const view of viewsOf(is)) {
      const [before, counts] = [was && countsOf(was, view), countsOf(is, view)];
      const times = newStepTimes(was, is, view);
      for (const place of view.places) {
        this.#addCounts(place, hour, currency, before, counts);
        for (const { step, ms } of times) this.#addStep(place, hour, step, bucketOf(ms));
      }
      if (is.noted.refused !== was?.noted.refused) this.#addRefusals(view, hour, was, is);
    }
  }

  increments(): Omit<Folded, "orders"> {
    return {
      hours: [...this.#hours.values()].filter(({ counts }) => COUNTERS.some((counter) => counts[counter] !== 0)),
      steps: [...this.#steps.values()],
      refusals: [...this.#refusals.values()],
    };
  }

  #addCounts(place: string, hour: number, currency: string, was: Counts | undefined, is: Counts): void {
    const key = `${hour}/${currency}/${place}`;
    let sum = this.#hours.get(key);
    if (!sum) {
      // Every counter is there.
      const counts = Object.fromEntries(COUNTERS.map((counter) => [counter, 0])) as Record<Counter, number>;
      sum = { place, hour, currency, counts };
      this.#hours.set(key, sum);
    }
    for (const counter of COUNTERS) sum.counts[counter] += is[counter] - (was?.[counter] ?? 0);
  }

  #addStep(place: string, hour: number, step: string, bucket: number): void {
    const key = `${hour}/${bucket}/${step}/${place}`;
    const sum = this.#steps.get(key);
    if (sum) sum.count += 1;
    else this.#steps.set(key, { place, hour, step, bucket, count: 1 });
  }

  /** Refusals of an order are only ever added to, each under its reason. */
  #addRefusals(view: View, hour: number, was: OrderFacts | undefined, is: OrderFacts): void {
    for (const { step, reason, siteId, count } of is.noted.refused) {
      if (view.siteId !== undefined && siteId !== undefined && siteId !== view.siteId) continue;
      const known = was?.noted.refused.find(
        (one) => one.step === step && one.reason === reason && one.siteId === siteId,
      );
      const more = count - (known?.count ?? 0);
      if (more === 0) continue;
      for (const place of view.places) {
        const key = `${hour}/${step}/${reason}/${place}`;
        const sum = this.#refusals.get(key);
        if (sum) sum.count += more;
        else this.#refusals.set(key, { place, hour, step, reason, count: more });
      }
    }
  }
}
