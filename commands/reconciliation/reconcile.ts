import type { Clock } from "../../infra/clock.ts";
import type { Log } from "../../infra/log.ts";
import type { OutsideGuards } from "../gateways/guards.ts";
import type { FactRecorder } from "../processes/facts.ts";
import type { StreamMemory } from "../writing/stream-memory.ts";
import type { CarrierBooks, OrderBooks, PaymentBooks } from "./books.ts";
import { type Found, isAlarm } from "./difference.ts";
import { Inspection } from "./inspection.ts";
import { compareParcels } from "./parcels.ts";
import { comparePayments } from "./payments.ts";
import type { Book, Counts, Reports } from "./reports.ts";
import { settleOpenParcels, settlePayments } from "./stuck.ts";

/** What reconciliation works with. */
export interface Reconciliation {
  readonly payments: PaymentBooks;
  readonly carrier: CarrierBooks;
  readonly orders: OrderBooks;
  readonly memory: StreamMemory;
  readonly facts: FactRecorder;
  readonly guards: OutsideGuards;
  readonly reports: Reports;
  readonly clock: Clock;
  readonly log: Log;
  readonly policy: {
    /** What is younger is left alone: it may still be on its way into its order. Milliseconds. */
    readonly settledMs: number;
    /** How far back the first look goes, milliseconds. */
    readonly lookBackMs: number;
  };
}

export interface RunOptions {
  /** From when on, epoch milliseconds. Default: where the last look ended, and an hour before. */
  readonly from?: number | undefined;
  /** Nothing is written: no fact, no report. */
  readonly dryRun?: boolean | undefined;
  readonly signal: AbortSignal;
  held(): boolean;
}

/** What a run has come to. */
export interface Reconciled {
  readonly from: number;
  readonly until: number;
  readonly counts: Counts;
  readonly differences: readonly Found[];
}

/** How much of what was looked through before is looked through again: clocks differ, and lists lag. */
const OVERLAP_MS = 3_600_000;
/** As many differences are handed back; all are stored. */
const MOST_SHOWN = 1_000;

/**
 * Compares the books of the outside systems with the orders, and settles orders that have been open for too long. Rejects
 * when a book could not be read to its end: what was found until then is stored, and the next run begins in it at the same place.
 */
export async function reconcile(work: Reconciliation, options: RunOptions): Promise<Reconciled> {
  const { clock, reports, policy, log } = work;
  const { dryRun = false, signal, held } = options;
  const started = clock.now();
  const until = started - policy.settledMs;
  const known = await reports.lookedUntil();
  const fromOf = (book: Book): number => {
    const left = known.get(book);
    return options.from ?? (left === undefined ? started - policy.lookBackMs : left - OVERLAP_MS);
  };
  const from = Math.min(fromOf("payment"), fromOf("carrier"));
  const reportId = dryRun ? undefined : await reports.begin(started, from, until);
  const differences: Found[] = [];
  const looked = { intents: 0, refunds: 0, parcels: 0, stuck: 0 };
  let [found, mended] = [0, 0];
  const counts = (): Counts => ({ ...looked, found, mended });
  const report = async (difference: Found) => {
    found += 1;
    if (difference.mended) mended += 1;
    if (differences.length < MOST_SHOWN) differences.push(difference);
    const { kind, orderId, reference } = difference;
    if (isAlarm(kind)) log.error({ code: kind, orderId, reference }, "the outside and an order differ");
    else log.warn({ code: kind, orderId, reference, mended: difference.mended }, "the outside and an order differed");
    if (!dryRun) await reports.note(difference, clock.now());
  };
  const { memory, facts, guards } = work;
  const failures: unknown[] = [];
  // Each for itself: a carrier that is down for days keeps nobody from looking at the payments.
  const part = async (book: Book | undefined, compare: (inspection: Inspection) => Promise<Partial<Counts>>) => {
    if (signal.aborted) return;
    const partFrom = book === undefined ? from : fromOf(book);
    const whole = { from: partFrom, until, dryRun, memory, facts, guards, log, signal, held, report };
    try {
      Object.assign(looked, await compare(new Inspection(whole)));
      if (book !== undefined && !dryRun && !signal.aborted) await reports.looked(book, until);
    } catch (error) {
      failures.push(error);
    }
  };
  await part("payment", (inspection) => comparePayments(work.payments, work.orders, inspection));
  await part("carrier", async (inspection) => ({ parcels: await compareParcels(work.carrier, inspection) }));
  await part(undefined, async (inspection) => ({ stuck: await settlePayments(work, inspection, started) }));
  await part(undefined, async (inspection) => {
    await settleOpenParcels(work, inspection, started);
    return {};
  });
  if (signal.aborted) failures.push(new Error("stopped before it was through"));
  if (failures.length > 0) {
    const message = failures.map((error) => (error instanceof Error ? error.message : String(error))).join("; ");
    if (reportId !== undefined) await reports.fail(reportId, clock.now(), message, counts());
    throw new Error(`reconciliation did not get through: ${message}`, { cause: failures[0] });
  }
  if (reportId !== undefined) {
    await reports.finish(reportId, clock.now(), counts(), Math.max(fromOf("payment"), fromOf("carrier")));
    await reports.prune(clock.now());
  }
  log.info({ ...counts() }, "reconciled");
  return { from, until, counts: counts(), differences };
}
