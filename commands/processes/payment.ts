import { LRUCache } from "lru-cache";
import type { Actor } from "../../domain/chain/envelope.ts";
import { holdExpired, record } from "../../domain/order/facts.ts";
import { isFinal, type Order } from "../../domain/order/state.ts";
import type { Clock } from "../../infra/clock.ts";
import { type Answer, type GatewayFailure, OutsideError } from "../gateways/answer.ts";
import type { OutsideGuards } from "../gateways/guards.ts";
import type { PaymentGateway, PaymentState } from "../gateways/payment-gateway.ts";
import { attemptOf, firstAttempt } from "./effect-ids.ts";
import type { FactRecorder } from "./facts.ts";
import { NO_INTENT, outsideOf, owedPayments } from "./payment-owed.ts";
import { Refunds } from "./payment-refunds.ts";
import { plannedRetry } from "./retry-plan.ts";
import type { Effect, Owed, Performed, ProcessManager } from "./runner/process-manager.ts";

export interface PaymentPolicy {
  /** Delays after the first, second, … failed attempt; one attempt more than there are delays is made. */
  readonly retryDelaysMs: readonly number[];
  /** How long a transient error is tried again within one attempt. */
  readonly inCallRetryMs: number;
}

const PAYMENT: Actor = { type: "system", id: "payment" };
const IN_CALL_PAUSE_MS = 200;
/** More than are under way at once. One that is forgotten is looked up first. */
const MOST_UNASKED = 1_000;

/** Nothing is left to try: paid, cancelled, or refused for good (the answer to that try may have been lost). */
const isDecided = ({ status, lastError }: PaymentState): boolean =>
  status === "succeeded" || status === "canceled" || lastError?.class === "permanent";

/**
 * Charges an order exactly once: one intent per order, its reference stored before it is confirmed, looked up before
 * every try. Cancelling the order cancels the intent, so that the gateway decides which of the two came first.
 */
export class PaymentProcess implements ProcessManager {
  readonly name = "payment";
  readonly #gateway: PaymentGateway;
  readonly #facts: FactRecorder;
  readonly #clock: Clock;
  readonly #policy: PaymentPolicy;
  readonly #guards: OutsideGuards;
  readonly #refunds: Refunds;
  /** Intents that were created here and that nobody can have confirmed yet. */
  readonly #unasked = new LRUCache<string, true>({ max: MOST_UNASKED });

  constructor(
    gateway: PaymentGateway,
    facts: FactRecorder,
    clock: Clock,
    policy: PaymentPolicy,
    guards: OutsideGuards,
  ) {
    this.#guards = guards;
    this.#gateway = gateway;
    this.#facts = facts;
    this.#clock = clock;
    this.#policy = policy;
    this.#refunds = new Refunds({ gateway, facts, clock, guards, retryDelaysMs: policy.retryDelaysMs });
  }

  handles(type: string): boolean {
    return (
      type.startsWith("payment.") ||
      type.startsWith("stock.") ||
      type.startsWith("order.") ||
      type === "restaurant.rejected"
    );
  }

  owed(order: Order): readonly Owed[] {
    return owedPayments(order);
  }

  async perform(effect: Effect, order: Order): Promise<Performed> {
    const { intent } = order.payment;
    if (effect.id === firstAttempt("payment.create")) return await this.#create(effect, order);
    if (effect.id === firstAttempt("payment.expire")) return await this.#expire(effect, order);
    if (effect.id.startsWith("payment.confirm/") && order.total.amount === 0) {
      await this.#confirmed(effect, order, NO_INTENT);
      return undefined;
    }
    if (intent === undefined) return undefined;
    if (effect.id === firstAttempt("payment.cancel")) return await this.#cancel(effect, order, intent);
    if (effect.id.startsWith("payment.confirm/")) return await this.#confirm(effect, order, intent);
    return await this.#refunds.perform(effect, order, intent);
  }

  async #create(effect: Effect, order: Order): Promise<Performed> {
    const answer = await this.#withinCall(order, () =>
      this.#gateway.create({
        orderId: order.orderId,
        amount: order.total,
        paymentMethod: order.payment.method,
        customerId: order.customerId,
      }),
    );
    if (!answer.ok) return await this.#attemptFailed(effect, order, order.payment.attempts + 1, answer.failure);
    const { intent } = answer.value;
    this.#unasked.set(intent, true);
    await this.#facts.record(
      effect,
      PAYMENT,
      { reference: intent, amount: order.total.amount, result: "processing" },
      (state) => record(state, { type: "payment.processing", data: { intent, amount: order.total } }),
    );
    return undefined;
  }

  async #confirm(effect: Effect, order: Order, intent: string): Promise<Performed> {
    const answer = await this.#withinCall(order, async () => {
      // Looked up before every try but the first: the answer to an earlier one may have been lost.
      if (!this.#unasked.delete(intent)) {
        const known = await this.#gateway.retrieve(intent);
        if (!known.ok || isDecided(known.value)) return known;
      }
      return await this.#gateway.confirm(intent, order.payment.method);
    });
    const attempt = attemptOf(effect.id);
    if (!answer.ok) return await this.#attemptFailed(effect, order, attempt, answer.failure);
    const { status, lastError } = answer.value;
    if (status === "succeeded") {
      await this.#confirmed(effect, order, intent);
      return undefined;
    }
    if (status === "processing") return { again: this.#clock.now() + IN_CALL_PAUSE_MS };
    if (status === "canceled") return await this.#foundCancelled(effect, order, attempt, intent);
    const unclear: GatewayFailure = { class: "transient", type: "unknown", message: `the intent is ${status}` };
    return await this.#attemptFailed(effect, order, attempt, lastError ?? unclear);
  }

  /**
   * The intent was cancelled before it could be charged. With the order ended that was our own doing and no failure of
   * the payment; else the hold has just run out, or somebody did it at the gateway.
   */
  async #foundCancelled(effect: Effect, order: Order, attempt: number, intent: string): Promise<Performed> {
    const failureType = this.#clock.now() < Date.parse(order.holdUntil) ? "payment_declined" : "payment_timeout";
    await this.#facts.record(effect, PAYMENT, { reference: intent, result: "cancelled" }, (state) =>
      state && isFinal(state)
        ? record(state, { type: "payment.cancelled", data: { intent } })
        : record(state, { type: "payment.failed", data: { failureType, attempts: attempt } }),
    );
    return undefined;
  }

  async #cancel(effect: Effect, order: Order, intent: string): Promise<Performed> {
    const state = await this.#cancelled(order, intent);
    if (state.status === "succeeded") {
      await this.#confirmed(effect, order, intent);
      return undefined;
    }
    await this.#facts.record(effect, PAYMENT, { reference: intent, result: "cancelled" }, (now) =>
      record(now, { type: "payment.cancelled", data: { intent } }),
    );
    return undefined;
  }

  /** The hold has run out. The gateway is asked first, so that a payment that was made is not called a failure. */
  async #expire(effect: Effect, order: Order): Promise<Performed> {
    const { intent } = order.payment;
    if (intent !== undefined && (await this.#cancelled(order, intent)).status === "succeeded") {
      await this.#confirmed(effect, order, intent);
      return undefined;
    }
    await this.#facts.record(effect, PAYMENT, { reference: order.orderId, result: "hold_expired" }, holdExpired);
    return undefined;
  }

  async #confirmed(effect: Effect, order: Order, intent: string): Promise<void> {
    await this.#facts.record(
      effect,
      PAYMENT,
      { reference: intent, amount: order.total.amount, result: "confirmed" },
      (state) => record(state, { type: "payment.confirmed", data: { intent, amount: order.total } }),
    );
  }

  async #attemptFailed(effect: Effect, order: Order, attempt: number, failure: GatewayFailure): Promise<Performed> {
    const { type: failureType } = failure;
    const reference = failure.reference ?? `${order.orderId}/${attempt}`;
    const nextAttemptAt = plannedRetry(this.#clock.now(), attempt, this.#policy.retryDelaysMs);
    const identity = { reference, amount: order.total.amount, result: failureType };
    if (failure.class === "permanent" || nextAttemptAt === undefined) {
      await this.#facts.record(effect, PAYMENT, identity, (state) =>
        record(state, { type: "payment.failed", data: { failureType, attempts: attempt } }),
      );
      return undefined;
    }
    const { loaded } = await this.#facts.record(effect, PAYMENT, identity, (state) =>
      record(state, { type: "payment.attempt_failed", data: { attempt, failureType, reference, nextAttemptAt } }),
    );
    // Creating is not an attempt of its own: it goes on under the same effect when the attempt's delay is over.
    const planned = loaded.state?.payment.nextAttemptAt;
    return effect.id === firstAttempt("payment.create") && planned !== undefined
      ? { again: Date.parse(planned) }
      : undefined;
  }

  async #cancelled(order: Order, intent: string): Promise<PaymentState> {
    const answer = await this.#guards.call(outsideOf(order), () => this.#gateway.cancel(intent));
    if (!answer.ok) throw new OutsideError("the payment gateway does not cancel", answer.failure);
    if (answer.value.status !== "succeeded" && answer.value.status !== "canceled") {
      throw new Error(`the payment gateway left the intent ${answer.value.status}`);
    }
    return answer.value;
  }

  /** Tries a call again for a moment while its failure is transient. */
  async #withinCall<T>(order: Order, call: () => Promise<Answer<T>>): Promise<Answer<T>> {
    const until = performance.now() + this.#policy.inCallRetryMs;
    for (;;) {
      const answer = await this.#guards.call(outsideOf(order), call);
      if (answer.ok || answer.failure.class === "permanent" || answer.failure.notAsked) return answer;
      if (performance.now() + IN_CALL_PAUSE_MS > until) return answer;
      await new Promise((resolve) => setTimeout(resolve, IN_CALL_PAUSE_MS));
    }
  }
}
