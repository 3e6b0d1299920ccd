import type { Actor } from "../../domain/chain/envelope.ts";
import type { FailureType } from "../../domain/order/events.ts";
import { record } from "../../domain/order/facts.ts";
import { type Order, owedRefund } from "../../domain/order/state.ts";
import { type Clock, toInstant } from "../../infra/clock.ts";
import type { OutsideGuards } from "../gateways/guards.ts";
import type { PaymentGateway, RefundState } from "../gateways/payment-gateway.ts";
import type { FactRecorder } from "./facts.ts";
import { outsideOf } from "./payment-owed.ts";
import { withJitter } from "./retry-plan.ts";
import type { Effect, Performed } from "./runner/process-manager.ts";

export interface RefundOptions {
  readonly gateway: PaymentGateway;
  readonly facts: FactRecorder;
  readonly clock: Clock;
  readonly guards: OutsideGuards;
  readonly retryDelaysMs: readonly number[];
}

const PAYMENT: Actor = { type: "system", id: "payment" };

/**
 * Gives back what is owed, whole or for some lines, as often in an order's life as something is. The gateway's list of
 * refunds is read before every try: what it has made and the order does not know is recorded first, and what it has
 * dropped again is owed anew, so that what is asked for is exactly what is missing.
 */
export class Refunds {
  readonly #options: RefundOptions;

  constructor(options: RefundOptions) {
    this.#options = options;
  }

  async perform(effect: Effect, order: Order, intent: string): Promise<Performed> {
    const { gateway, guards } = this.#options;
    const amount = { amount: owedRefund(order), currency: order.total.currency };
    const answer = await guards.call(outsideOf(order), async () => {
      const known = await gateway.refunds(intent);
      if (!known.ok) return known;
      const news = newsOf(order, known.value);
      if (news) return { ok: true, value: news };
      return await gateway.refund({ intent, amount, reference: referenceOf(order, known.value) });
    });
    if (!answer.ok) return await this.#attemptFailed(effect, order, answer.failure.type);
    const { refund, status } = answer.value;
    if (order.payment.refunds.includes(refund)) return await this.#cameToNothing(effect, order, answer.value);
    if (status === "failed") return await this.#attemptFailed(effect, order, "unknown");
    // The gateway's word on how much: a refund of an earlier try may have been for less.
    const given = answer.value.amount;
    await this.#options.facts.record(
      effect,
      PAYMENT,
      { reference: refund, amount: given.amount, result: "refunded" },
      (state) => record(state, { type: "payment.refunded", data: { refund, intent, amount: given } }),
    );
    return undefined;
  }

  /** Money that is owed is tried for without end: at the longest delay once the planned ones are used up. */
  async #attemptFailed(effect: Effect, order: Order, failureType: FailureType): Promise<Performed> {
    const { clock, facts, retryDelaysMs } = this.#options;
    const attempt = order.payment.refundAttempts + 1;
    const delay = retryDelaysMs[Math.min(attempt, retryDelaysMs.length) - 1] ?? 0;
    const nextAttemptAt = toInstant(clock.now() + withJitter(delay));
    const identity = { reference: `${order.orderId}/${attempt}`, result: failureType };
    await facts.record(effect, PAYMENT, identity, (state) =>
      record(state, { type: "payment.refund_failed", data: { attempt, failureType, nextAttemptAt } }),
    );
    return undefined;
  }

  /** A refund that the order counts on was dropped by the gateway: it is owed again, under a new reference. */
  async #cameToNothing(effect: Effect, order: Order, { refund, amount }: RefundState): Promise<Performed> {
    const attempt = order.payment.refundAttempts + 1;
    const identity = { reference: refund, amount: amount.amount, result: "refund_failed_later" };
    await this.#options.facts.record(effect, PAYMENT, identity, (state) =>
      record(state, {
        type: "payment.refund_failed",
        data: { attempt, failureType: "unknown", refund, amount },
      }),
    );
    return undefined;
  }
}

/** Something in the gateway's list that the order does not know yet: a refund that was made, or one that was dropped. */
function newsOf({ payment }: Order, listed: readonly RefundState[]): RefundState | undefined {
  const { refunds, failedRefunds } = payment;
  return listed.find(({ refund, status }) =>
    status === "failed" ? refunds.includes(refund) && !failedRefunds.includes(refund) : !refunds.includes(refund),
  );
}

/**
 * One reference for what is owed at this point of the order, whatever the attempt and however much it has become since:
 * under it the gateway refunds once. After a refund that came to nothing it is another: under the old one the gateway
 * would answer with what it once was.
 */
function referenceOf({ orderId, payment }: Order, listed: readonly RefundState[]): string {
  const dropped = listed.filter(({ status }) => status === "failed").length;
  return ["refund", orderId, payment.refunded, ...(dropped === 0 ? [] : [dropped])].join(":");
}
