import type { RecordedEvent } from "../../../domain/chain/envelope.ts";
import { orderStream } from "../../../domain/order/events.ts";
import type { EventStore } from "../../../infra/event-store/port.ts";
import { readEverything } from "../judge/evidence.ts";
import type { Call } from "./call.ts";
import { compareWithLog } from "./final-log.ts";
import { type History, readByOrder } from "./history.ts";
import { linearize } from "./linearize.ts";
import { keyOf, operationsOf, orderModel } from "./order-model.ts";

/** What a history has come to. */
export interface HistoryVerdict {
  readonly figures: Readonly<Record<string, number>>;
  readonly breaches: readonly string[];
}

/** The final log: every stream, as the event store's public client gives it. */
export type FinalLog = ReadonlyMap<string, readonly RecordedEvent[]>;

/** Reads it now. */
export const finalLog = async (store: EventStore): Promise<FinalLog> =>
  Map.groupBy(await readEverything(store), ({ stream }) => stream);

const MOST_STEPS = 200_000;
const MOST_SHOWN = 20;
const BEFORE_ALL = -1n;

/**
 * Judges what clients were told, from their own history and the final log alone: each order's answers can be put into
 * one order that respects real time, and each acknowledged write is in the log once.
 *
 * @param upTo mark of the history from before the log was read
 */
export async function checkHistory(history: History, upTo: number, log: FinalLog): Promise<HistoryVerdict> {
  const sum = { calls: 0, unknown: 0, orders: 0, keys: 0, steps: 0, longest: 0, writes: 0, held: 0 };
  const breaches: string[] = [];
  for await (const groups of readByOrder(history.path, upTo)) {
    for (const [orderId, calls] of groups) {
      sum.calls += calls.length;
      sum.unknown += calls.filter(({ outcome }) => outcome === "unknown").length;
      sum.keys += new Set(calls.filter(({ key }) => key !== undefined).map(keyOf)).size;
      if (orderId === "") continue;
      sum.orders++;
      const found = checkOrder(orderId, calls, log.get(orderStream(orderId)) ?? [], { begunAt: history.begunAt });
      breaches.push(...found.breaches);
      sum.steps += found.steps;
      sum.longest = Math.max(sum.longest, found.steps);
      sum.writes += found.writes;
      sum.held += found.heldAlready;
    }
  }
  const more = breaches.length - MOST_SHOWN;
  return {
    figures: {
      "calls in the history": sum.calls,
      "  of unknown outcome": sum.unknown,
      "  orders they are about": sum.orders,
      "  keys": sum.keys,
      "  steps of the search for an order": sum.steps,
      "  most steps for one order": sum.longest,
      "  acknowledged writes found in the log": sum.writes,
      "  of them so already": sum.held,
    },
    breaches: more > 0 ? [...breaches.slice(0, MOST_SHOWN), `… and ${more} more in the history`] : breaches,
  };
}

export interface CheckOptions {
  /** After so many steps the search for an order gives up. */
  readonly mostSteps?: number;
  /** See `orderModel`. Absent, the log was empty when the history began. */
  readonly begunAt?: bigint;
}

/** One order: its calls against each other, and against its stream in the final log. */
export function checkOrder(
  orderId: string,
  calls: readonly Call[],
  events: readonly RecordedEvent[],
  options: CheckOptions = {},
): { readonly steps: number; readonly writes: number; readonly heldAlready: number; readonly breaches: string[] } {
  const found = compareWithLog(orderId, calls, events);
  const { steps, breaches } = checkAnswers(orderId, calls, options);
  return { ...found, steps, breaches: [...breaches, ...found.breaches] };
}

/** The calls of one order against each other, without any log. */
export function checkAnswers(
  orderId: string,
  calls: readonly Call[],
  { mostSteps = MOST_STEPS, begunAt = BEFORE_ALL }: CheckOptions = {},
): { readonly steps: number; readonly breaches: string[] } {
  const breaches = contradictions(orderId, calls);
  const placingIsKnown = calls.some(({ what, outcome }) => what === "place" && outcome === "done");
  const verdict = linearize(orderModel(placingIsKnown, begunAt), operationsOf(calls), mostSteps);
  if (verdict.kind === "undecided") breaches.push(`order ${orderId}: undecided after ${verdict.steps} steps`);
  if (verdict.kind === "broken") {
    const { call } = verdict.stuck;
    const answer = call.now ? `revision ${call.revision ?? call.now.revision}` : `${call.status} ${call.code ?? ""}`;
    const what = `${call.what} by ${call.client}, answered ${answer.trim()} between ${call.from.toFixed(1)} and ${call.to.toFixed(1)} ms`;
    breaches.push(
      `not linearizable: ${verdict.explained} answers about order ${orderId} can be put in order, then not: ${what}`,
    );
  }
  return { steps: verdict.steps, breaches };
}

/** Two answers that cannot both be true, whatever the order: one revision with two positions, or two statuses. */
function contradictions(orderId: string, calls: readonly Call[]): string[] {
  const breaches: string[] = [];
  const states = new Map<string, string>();
  const positions = new Map<string, string>();
  const agree = (seen: Map<string, string>, revision: string, value: string, what: string) => {
    const before = seen.get(revision);
    if (before !== undefined && before !== value) {
      breaches.push(`order ${orderId}: revision ${revision} was answered with ${what} ${before} and ${value}`);
    }
    seen.set(revision, value);
  };
  for (const { now, revision, position } of calls) {
    if (now) agree(states, now.revision, now.state, "status");
    if (revision !== undefined && position !== undefined) agree(positions, revision, position, "position");
  }
  const inOrder = [...positions].map(([r, p]) => [BigInt(r), BigInt(p)] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [index, [revision, position]] of inOrder.entries()) {
    const before = inOrder[index - 1];
    if (before && before[1] >= position) {
      breaches.push(`order ${orderId}: revision ${revision} was answered with an earlier position than ${before[0]}`);
    }
  }
  return breaches;
}
