import type { Pool } from "pg";
import type { Actor } from "../../../domain/chain/envelope.ts";
import { fingerprint } from "../../../domain/chain/ids.ts";
import { customerStream, decide as decideCustomer } from "../../../domain/customer/customer.ts";
import { fraudFound } from "../../../domain/order/facts.ts";
import { isFinal, type Order } from "../../../domain/order/state.ts";
import { type Clock, toInstant } from "../../../infra/clock.ts";
import type { Consumer } from "../../../infra/consumers/consumer.ts";
import { customers } from "../../customers/customer-aggregate.ts";
import { NoLongerOwnedError } from "../../writing/no-longer-owned.ts";
import type { StreamWriter } from "../../writing/writer.ts";
import { firstAttempt } from "../effect-ids.ts";
import type { FactRecorder } from "../facts.ts";
import type { Effect, Owed, Performed, ProcessManager } from "../runner/process-manager.ts";
import type { PurchaseCounts } from "./purchases.ts";
import { cardOf, type FraudLimits, rulesAgainst } from "./rules.ts";

export interface FraudOptions {
  readonly writer: StreamWriter;
  readonly facts: FactRecorder;
  readonly pool: Pool;
  readonly counts: PurchaseCounts;
  readonly clock: Clock;
  readonly limits: FraudLimits;
  readonly fingerprintKey: Uint8Array;
}

const FRAUD: Actor = { type: "system", id: "fraud" };
const CHECK = firstAttempt("fraud.check");
const HOLD = firstAttempt("fraud.hold");

/**
 * What an order is owed against fraud: one check of what was placed, and after a finding a hold on the customer. What
 * else follows from a finding follows from the cancellation that stands beside it.
 */
export function owedFraud(order: Order): readonly Owed[] {
  const dueAt = Date.parse(order.placedAt);
  if (order.fraud.length > 0) return [{ id: HOLD, dueAt }];
  return order.channel === "phone" || isFinal(order) ? [] : [{ id: CHECK, dueAt }];
}

/** Looks at every order that customers place themselves, and stops what no honest customer would order. */
export class FraudProcess implements ProcessManager {
  readonly name = "fraud";
  readonly #options: FraudOptions;

  constructor(options: FraudOptions) {
    this.#options = options;
  }

  handles(type: string): boolean {
    return type === "order.placed" || type === "fraud.detected";
  }

  owed(order: Order): readonly Owed[] {
    return owedFraud(order);
  }

  async perform(effect: Effect, order: Order): Promise<Performed> {
    if (effect.id === HOLD) await this.#hold(effect, order);
    else await this.#check(effect, order);
    return undefined;
  }

  async sweep(): Promise<void> {
    const { counts, pool, clock } = this.#options;
    await counts.forget(pool, clock.now());
  }

  async #check(effect: Effect, order: Order): Promise<void> {
    const { counts, pool, limits, facts } = this.#options;
    const seen = await counts.of(pool, order.orderId);
    if (!seen) return;
    const rules = rulesAgainst(seen, limits, { ownCard: cardOf(order.payment.method) !== undefined });
    if (rules.length === 0) return;
    await facts.record(effect, FRAUD, { reference: order.orderId, result: rules.join(",") }, (state) =>
      fraudFound(state, rules, { ...seen, usualAmount: Math.round(seen.usualAmount) }),
    );
  }

  /** Nothing more is taken from this customer until somebody has looked. A hold that was lifted meanwhile stays so. */
  async #hold(effect: Effect, { orderId, customerId }: Order): Promise<void> {
    const { writer, clock, fingerprintKey } = this.#options;
    await writer.write({
      stream: customerStream(customerId),
      aggregate: customers,
      kind: "fact",
      envelope: {
        cmd: `${HOLD}/${orderId}`,
        fp: fingerprint(fingerprintKey, { reference: orderId, result: "held" }),
        at: toInstant(clock.now()),
        actor: FRAUD,
        correlationId: orderId,
        causationId: effect.id,
      },
      decide: (state) => {
        if (!effect.held()) throw new NoLongerOwnedError(`the hold on the customer of order ${orderId}`);
        return state && !state.erased ? decideCustomer({ type: "hold", cause: "fraud" }, state) : [];
      },
    });
  }
}

/** The process as a consumer that counts what it reads, in the transaction that moves its position. */
export const countingPurchases = (consumer: Consumer, counts: PurchaseCounts): Consumer => ({
  ...consumer,
  async apply(batch, tx, context) {
    // In this order: what cannot be read is found by folding, and counts for nothing.
    await consumer.apply(batch, tx, context);
    await counts.note(tx, batch);
  },
});
