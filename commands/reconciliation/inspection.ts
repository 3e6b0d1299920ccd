import type { OrderDecision } from "../../domain/order/decide.ts";
import { orderStream } from "../../domain/order/events.ts";
import type { OrderState } from "../../domain/order/state.ts";
import type { Log } from "../../infra/log.ts";
import type { Outside } from "../../infra/outside/outside.ts";
import { type Answer, OutsideError } from "../gateways/answer.ts";
import type { OutsideGuards } from "../gateways/guards.ts";
import { orders } from "../orders/order-aggregate.ts";
import type { FactIdentity, FactRecorder } from "../processes/facts.ts";
import { BrokenChainError, type StreamMemory } from "../writing/stream-memory.ts";
import type { BookPage } from "./books.ts";
import type { Difference, Found } from "./difference.ts";

const RECONCILIATION = { type: "system", id: "reconciliation" } as const;
/** How many orders are looked at beside each other. */
const AT_ONCE = 8;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface InspectionOptions {
  /** From when on the outside is looked through, and until when: what is younger may be in work. Epoch milliseconds. */
  readonly from: number;
  readonly until: number;
  /** Nothing is mended, only found. */
  readonly dryRun: boolean;
  readonly memory: StreamMemory;
  readonly facts: FactRecorder;
  readonly guards: OutsideGuards;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** False as soon as another process may have taken over: nothing may be written then. */
  held(): boolean;
  /** Hears of each difference, once it was mended or not. */
  report(found: Found): Promise<void>;
}

/** One look through the books: what every comparison needs, whatever it compares. */
export class Inspection {
  readonly from: number;
  readonly until: number;
  readonly signal: AbortSignal;
  readonly #options: InspectionOptions;

  constructor(options: InspectionOptions) {
    this.from = options.from;
    this.until = options.until;
    this.signal = options.signal;
    this.#options = options;
  }

  /** The order as its stream says, to its end; undefined where there is none. A stream that does not hold together is left alone. */
  async order(orderId: string): Promise<OrderState> {
    if (!UUID.test(orderId)) return undefined;
    const { memory } = this.#options;
    return (await memory.refresh<OrderState>(orderStream(orderId), orders)).state;
  }

  /** Asks the outside. Rejects with OutsideError when it does not answer: the whole look is then taken again later. */
  async ask<Value>(outside: Outside, call: () => Promise<Answer<Value>>): Promise<Value> {
    const answer = await this.#options.guards.call(outside, call);
    if (!answer.ok) throw new OutsideError("the books could not be read", answer.failure);
    return answer.value;
  }

  /** Runs `compare` over all, some beside each other. What cannot be read of one order keeps no other from being looked at. */
  async each<One>(all: readonly One[], compare: (one: One) => Promise<void>): Promise<void> {
    const { log, signal } = this.#options;
    for (let start = 0; start < all.length && !signal.aborted; start += AT_ONCE) {
      const some = all.slice(start, start + AT_ONCE);
      const ends = await Promise.allSettled(some.map((one) => compare(one)));
      for (const end of ends) {
        if (end.status === "fulfilled") continue;
        if (!(end.reason instanceof BrokenChainError)) throw end.reason;
        log.error({ cause: end.reason.message, code: end.reason.code }, "an order cannot be compared");
      }
    }
  }

  /** A difference that nobody but a person can do something about. */
  async found(difference: Difference): Promise<void> {
    await this.#options.report({ ...difference, mended: false });
  }

  /**
   * Tells the order what has happened outside. `decide` says nothing where the order has changed since it was compared;
   * then resolves with false, and it has to be compared anew.
   */
  async mend(
    difference: Difference,
    orderId: string,
    identity: FactIdentity,
    decide: (state: OrderState) => readonly OrderDecision[],
  ): Promise<boolean> {
    const { dryRun, facts, held, report } = this.#options;
    if (dryRun) {
      await report({ ...difference, mended: false });
      return true;
    }
    const effect = { orderId, id: `reconcile.${difference.kind}/${difference.reference}`, held };
    const { own } = await facts.record(effect, RECONCILIATION, identity, decide);
    if (own !== undefined) await report({ ...difference, mended: true });
    return own !== undefined;
  }
}

/** All pages of a list, each as the outside answers it. */
export async function* entriesOf<Entry>(
  inspection: Inspection,
  outside: Outside,
  page: (after: string | undefined) => Promise<Answer<BookPage<Entry>>>,
): AsyncGenerator<readonly Entry[]> {
  let after: string | undefined;
  do {
    const from = after;
    const { entries, next } = await inspection.ask(outside, () => page(from));
    yield entries;
    after = next;
  } while (after !== undefined && !inspection.signal.aborted);
}
