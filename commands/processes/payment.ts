import type { Actor } from "../../domain/chain/envelope.ts";
import { holdExpired, record } from "../../domain/order/facts.ts";
import { isFinal, isReserved, type Order, owedRefund } from "../../domain/order/state.ts";
import { type Clock, toInstant } from "../../infra/clock.ts";
import type { Outside } from "../../infra/outside/outside.ts";
import { type Answer, type GatewayFailure, OutsideError } from "../gateways/answer.ts";
import type { OutsideGuards } from "../gateways/guards.ts";
import type { PaymentGateway, PaymentState } from "../gateways/payment-gateway.ts";
import { attemptOf, firstAttempt } from "./effect-ids.ts";
import type { FactRecorder } from "./facts.ts";
import type { Effect, Owed, Performed, ProcessManager } from "./runner/process-manager.ts";

export interface PaymentPolicy {
  /** Delays after the first, second, … failed attempt; one attempt more than there are delays is made. */
  readonly retryDelaysMs: readonly number[];
  /** How long a transient error is tried again within one attempt. */
  readonly inCallRetryMs: number;
}

/** The gateway has no places. */
const OUTSIDE: Outside = { system: "payment", place: "" };

const PAYMENT: Actor = { type: "system", id: "payment" };
/** A reservation is held at least this long after the last planned attempt. */
const HOLD_AFTER_ATTEMPT_MS = 120_000;
const IN_CALL_PAUSE_MS = 200;

/** Nothing is left to try: paid, cancelled, or refused for good (the answer to that try may have been lost). */
const isDecided = ({ status, lastError }: PaymentState): boolean =>
  status === "succeeded" || status === "canceled" || lastError?.class === "permanent";

/** What an order is owed by the payment gateway. */
export function owedPayments(order: Order): readonly Owed[] {
  const { payment } = order;
  const placedAt = Date.parse(order.placedAt);
  const owed: Owed[] = [];
  if (!order.ended && !order.delivered && !payment.confirmed) {
    const planned = payment.nextAttemptAt === undefined ? placedAt : Date.parse(payment.nextAttemptAt);
    if (isReserved(order) && payment.intent === undefined) {
      owed.push({ id: firstAttempt("payment.create"), dueAt: planned, outside: OUTSIDE, early: payment.attempts > 0 });
    } else if (isReserved(order) && !payment.cancelled) {
      owed.push({
        id: `payment.confirm/${payment.attempts + 1}`,
        dueAt: planned,
        outside: OUTSIDE,
        early: payment.attempts > 0,
      });
    }
    const lastPlanned =
      payment.nextAttemptAt === undefined ? 0 : Date.parse(payment.nextAttemptAt) + HOLD_AFTER_ATTEMPT_MS;
    owed.push({
      id: firstAttempt("payment.expire"),
      dueAt: Math.max(Date.parse(order.holdUntil), lastPlanned),
      outside: OUTSIDE,
    });
  }
  if (order.ended && payment.intent !== undefined && !payment.confirmed && !payment.cancelled) {
    owed.push({ id: firstAttempt("payment.cancel"), dueAt: placedAt, outside: OUTSIDE });
  }
  if (owedRefund(order) > 0) {
    const planned = payment.refundNextAttemptAt === undefined ? placedAt : Date.parse(payment.refundNextAttemptAt);
    owed.push({
      id: `payment.refund/${payment.refundAttempts + 1}`,
      dueAt: planned,
      outside: OUTSIDE,
      early: payment.refundAttempts > 0,
    });
  }
  return owed;
}

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
    if (intent === undefined) return undefined;
    if (effect.id === firstAttempt("payment.cancel")) return await this.#cancel(effect, order, intent);
    if (effect.id.startsWith("payment.confirm/")) return await this.#confirm(effect, order, intent);
    return await this.#refund(effect, order, intent);
  }

  async #create(effect: Effect, order: Order): Promise<Performed> {
    const answer = await this.#withinCall(() =>
      this.#gateway.create({
        orderId: order.orderId,
        amount: order.total,
        paymentMethod: order.payment.method,
        customerId: order.customerId,
      }),
    );
    if (!answer.ok) return await this.#attemptFailed(effect, order, order.payment.attempts + 1, answer.failure);
    const { intent } = answer.value;
    await this.#facts.record(
      effect,
      PAYMENT,
      { reference: intent, amount: order.total.amount, result: "processing" },
      (state) => record(state, { type: "payment.processing", data: { intent, amount: order.total } }),
    );
    return undefined;
  }

  async #confirm(effect: Effect, order: Order, intent: string): Promise<Performed> {
    const answer = await this.#withinCall(async () => {
      // Looked up before every try: the answer to an earlier one may have been lost.
      const known = await this.#gateway.retrieve(intent);
      if (!known.ok || isDecided(known.value)) return known;
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
    const state = await this.#cancelled(intent);
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
    if (intent !== undefined && (await this.#cancelled(intent)).status === "succeeded") {
      await this.#confirmed(effect, order, intent);
      return undefined;
    }
    await this.#facts.record(effect, PAYMENT, { reference: order.orderId, result: "hold_expired" }, holdExpired);
    return undefined;
  }

  async #refund(effect: Effect, order: Order, intent: string): Promise<Performed> {
    const amount = { amount: owedRefund(order), currency: order.total.currency };
    const attempt = attemptOf(effect.id);
    // One reference for what is owed at this point of the order, whatever the attempt. A refund that came to nothing
    // afterwards needs another: under the old one the gateway would answer with what it once was.
    const { refunded, failedRefunds } = order.payment;
    const again = failedRefunds.length === 0 ? "" : `:${failedRefunds.length}`;
    const reference = `refund:${order.orderId}:${refunded}${again}`;
    const answer = await this.#withinCall(() => this.#gateway.refund({ intent, amount, reference }));
    if (answer.ok && answer.value.status !== "failed") {
      const { refund } = answer.value;
      await this.#facts.record(
        effect,
        PAYMENT,
        { reference: refund, amount: amount.amount, result: "refunded" },
        (state) => record(state, { type: "payment.refunded", data: { refund, intent, amount } }),
      );
      return undefined;
    }
    const failureType = answer.ok ? "unknown" : answer.failure.type;
    const { retryDelaysMs } = this.#policy;
    // Money that is owed is tried for without end: at the longest delay once the planned ones are used up.
    const delay = retryDelaysMs[Math.min(attempt, retryDelaysMs.length) - 1] ?? 0;
    const nextAttemptAt = toInstant(this.#clock.now() + delay);
    await this.#facts.record(effect, PAYMENT, { reference, result: failureType }, (state) =>
      state && state.payment.refundAttempts >= attempt
        ? []
        : [{ type: "payment.refund_failed", data: { attempt, failureType, nextAttemptAt } }],
    );
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
    const delay = this.#policy.retryDelaysMs[attempt - 1];
    const identity = { reference, amount: order.total.amount, result: failureType };
    if (failure.class === "permanent" || delay === undefined) {
      await this.#facts.record(effect, PAYMENT, identity, (state) =>
        record(state, { type: "payment.failed", data: { failureType, attempts: attempt } }),
      );
      return undefined;
    }
    const nextAttemptAt = toInstant(this.#clock.now() + delay);
    const { loaded } = await this.#facts.record(effect, PAYMENT, identity, (state) =>
      record(state, { type: "payment.attempt_failed", data: { attempt, failureType, reference, nextAttemptAt } }),
    );
    // Creating is not an attempt of its own: it goes on under the same effect when the attempt's delay is over.
    const planned = loaded.state?.payment.nextAttemptAt;
    return effect.id === firstAttempt("payment.create") && planned !== undefined
      ? { again: Date.parse(planned) }
      : undefined;
  }

  async #cancelled(intent: string): Promise<PaymentState> {
    const answer = await this.#guards.call(OUTSIDE, () => this.#gateway.cancel(intent));
    if (!answer.ok) throw new OutsideError("the payment gateway does not cancel", answer.failure);
    if (answer.value.status !== "succeeded" && answer.value.status !== "canceled") {
      throw new Error(`the payment gateway left the intent ${answer.value.status}`);
    }
    return answer.value;
  }

  /** Tries a call again for a moment while its failure is transient. */
  async #withinCall<T>(call: () => Promise<Answer<T>>): Promise<Answer<T>> {
    const until = performance.now() + this.#policy.inCallRetryMs;
    for (;;) {
      const answer = await this.#guards.call(OUTSIDE, call);
      if (answer.ok || answer.failure.class === "permanent" || answer.failure.notAsked) return answer;
      if (performance.now() + IN_CALL_PAUSE_MS > until) return answer;
      await new Promise((resolve) => setTimeout(resolve, IN_CALL_PAUSE_MS));
    }
  }
}
