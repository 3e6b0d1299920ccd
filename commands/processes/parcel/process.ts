import { randomUUID } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Actor } from "../../../domain/chain/envelope.ts";
import { askToBook, record } from "../../../domain/order/facts.ts";
import type { FulfilmentState, Order } from "../../../domain/order/state.ts";
import { type Clock, toInstant } from "../../../infra/clock.ts";
import type { Log } from "../../../infra/log.ts";
import { answered, type GatewayFailure, OutsideError } from "../../gateways/answer.ts";
import type { CarrierBooking, CarrierGateway } from "../../gateways/carrier-gateway.ts";
import type { OutsideGuards } from "../../gateways/guards.ts";
import { NoLongerOwnedError } from "../../writing/no-longer-owned.ts";
import { attemptOf } from "../effect-ids.ts";
import type { FactRecorder } from "../facts.ts";
import { withJitter } from "../retry-plan.ts";
import type { Effect, Owed, Performed, ProcessManager } from "../runner/process-manager.ts";
import { recordBooking } from "./facts.ts";
import { CARRIER, fulfilmentOf, owedParcels, referenceOf } from "./owed.ts";
import type { Recipients } from "./recipient.ts";

export interface ParcelPolicy {
  /** Delays before a parcel is tried to be booked again; the last one repeats, for as long as it takes. */
  readonly retryDelaysMs: readonly number[];
  /** How far the carrier's look-up by reference may lag behind its bookings. */
  readonly lookupLagMs: number;
  /** How long one call to the carrier may take. */
  readonly callMs: number;
  /** After what time a booked parcel is asked for; the pauses grow from there. */
  readonly pollMs: number;
}

const PARCEL: Actor = { type: "system", id: "parcel" };

/** How long after its recording an asking may still be sent to the carrier. */
const SEND_WITHIN_MS = 5_000;
/** What is added where the clocks of two machines meet: ours and the carrier's. */
const CLOCKS_APART_MS = 5_000;
/** Pauses between two questions whether a parcel has been shipped are this part of the time since its booking. */
const POLL_GROWTH = 0.25;
const LONGEST_POLL_MS = 3_600_000;
/** A parcel that waits because the carrier is known to be down says so again after this time. */
const SAY_AGAIN_MS = 86_400_000;
const DOUBTS = 100_000;

/**
 * Parcels: booked once each, whatever the carrier answers, and followed until they are shipped.
 *
 * The carrier's booking is not idempotent, and its look-up lags. So each asking is recorded before it is sent
 * (`shipment.requested`, which only one of two askers gets), and whoever finds an asking without a booking, after a lost
 * answer or a crash, waits until the look-up must show it and looks before asking again. See docs/flows/parcel.md.
 */
export class ParcelProcess implements ProcessManager {
  readonly name = "courier";
  readonly #options: ParcelOptions;
  /** How long the outcome of an asking may be hidden from a look-up, counted from when we know that it was sent. */
  readonly #hiddenMs: number;
  /** Since when this process has known of an asking whose outcome it does not know; forgotten, it waits anew. */
  readonly #doubts = new LRUCache<string, number>({ max: DOUBTS });

  constructor(options: ParcelOptions) {
    this.#options = options;
    const { lookupLagMs, callMs } = options.policy;
    this.#hiddenMs = SEND_WITHIN_MS + callMs + lookupLagMs + CLOCKS_APART_MS;
  }

  handles(type: string): boolean {
    return (
      type.startsWith("shipment.") ||
      type.startsWith("order.") ||
      type === "kitchen.ready" ||
      type === "kitchen.recalled" ||
      type === "restaurant.accepted" ||
      type === "restaurant.rejected" ||
      type === "payment.failed"
    );
  }

  owed(order: Order): readonly Owed[] {
    return owedParcels(order, this.#options.policy.pollMs);
  }

  async perform(effect: Effect, order: Order): Promise<Performed> {
    const fulfilment = order.fulfilments.find((f) => f.fulfilmentId === fulfilmentOf(effect.id));
    if (!fulfilment) return undefined;
    if (effect.id.startsWith("parcel.book/")) return await this.#book(effect, order, fulfilment);
    if (effect.id.startsWith("parcel.poll/")) return await this.#poll(effect, fulfilment);
    return await this.#cancel(effect, fulfilment);
  }

  async #book(effect: Effect, order: Order, fulfilment: FulfilmentState): Promise<Performed> {
    const { gateway, guards } = this.#options;
    const { fulfilmentId } = fulfilment;
    const hidden = this.#hiddenUntil(effect.orderId, fulfilment);
    if (hidden !== undefined) return { again: hidden };
    const reference = referenceOf(effect.orderId, fulfilmentId);
    const found = await guards.call(CARRIER, () => gateway.find(reference));
    if (!found.ok) return await this.#failed(effect, fulfilment, found.failure);
    const booked = await this.#recordAll(effect, fulfilmentId, found.value);
    if (booked) return undefined;
    return await this.#ask(effect, order, fulfilment);
  }

  /** Nothing is booked as far as can be known: asks for the booking, once on record and once sent. */
  async #ask(effect: Effect, order: Order, fulfilment: FulfilmentState): Promise<Performed> {
    const { facts, gateway, guards, clock, recipients } = this.#options;
    const { fulfilmentId, shipment } = fulfilment;
    const reference = referenceOf(effect.orderId, fulfilmentId);
    const recipient = await recipients.of(effect.orderId, order.customerId);
    if (recipient?.address === undefined) throw new OutsideError("the parcel was not booked", NO_ADDRESS);
    const request = (shipment?.requests ?? 0) + 1;
    const asking = await facts.record(
      { ...effect, id: `parcel.request/${fulfilmentId}/${request}` },
      PARCEL,
      // Each try is one of its own: two who ask at once must not take the other's record for theirs.
      { reference: randomUUID(), result: "requested" },
      (state) => askToBook(state, { fulfilmentId, request, reference }),
    );
    // Somebody else asks, or the order has ended meanwhile: the order says what is owed now.
    if (asking.own === undefined) return { again: clock.now() };
    const sendUntil = clock.now() + SEND_WITHIN_MS;
    const answer = await guards.call<CarrierBooking | undefined>(CARRIER, async () => {
      if (!effect.held()) throw new NoLongerOwnedError(`booking of ${reference}`);
      // It has waited for its turn for so long that nobody would reckon with it any more.
      return clock.now() > sendUntil ? answered(undefined) : await gateway.book({ reference, recipient });
    });
    this.#doubts.set(doubtOf(reference, request), clock.now());
    if (!answer.ok) return await this.#failed(effect, fulfilment, answer.failure, this.#hiddenMs);
    if (answer.value === undefined) return { again: clock.now() };
    await recordBooking(facts, { orderId: effect.orderId, fulfilmentId, held: effect.held }, answer.value);
    return undefined;
  }

  /** Until when the outcome of an asking may be hidden from a look-up; undefined when there is none that could be. */
  #hiddenUntil(orderId: string, { fulfilmentId, shipment }: FulfilmentState): number | undefined {
    if (shipment === undefined || shipment.requests === 0 || shipment.booking !== undefined) return undefined;
    const now = this.#options.clock.now();
    const doubt = doubtOf(referenceOf(orderId, fulfilmentId), shipment.requests);
    // Counted from our own first sight of it and by our own clock: its sender may have died at any time before.
    // A clock that was put back would make it wait for as long again.
    const since = Math.min(this.#doubts.get(doubt) ?? now, now);
    this.#doubts.set(doubt, since);
    const until = since + this.#hiddenMs;
    return until > now ? until : undefined;
  }

  /** Records what a look-up has found; true when there is a booking. */
  async #recordAll(effect: Effect, fulfilmentId: string, found: readonly CarrierBooking[]): Promise<boolean> {
    const { facts, log } = this.#options;
    if (found.length > 1) {
      const bookings = found.map(({ booking }) => booking);
      log.error({ orderId: effect.orderId, fulfilmentId, bookings, code: "parcel_booked_twice" }, "booked twice");
    }
    for (const booking of found.slice(0, 1)) {
      await recordBooking(facts, { orderId: effect.orderId, fulfilmentId, held: effect.held }, booking);
    }
    return found.length > 0;
  }

  /**
   * Plans the next attempt, without end. What the carrier refuses for good is an operator's. While the carrier is known
   * to be down and was not even asked, a parcel that has said so waits on, and says it again once a day.
   *
   * @param leastMs how long it is of no use to try again: the look-up may not show yet what has been done
   */
  async #failed(
    effect: Effect,
    { fulfilmentId, shipment }: FulfilmentState,
    failure: GatewayFailure,
    leastMs = 0,
  ): Promise<Performed> {
    const { facts, clock, policy } = this.#options;
    if (failure.class === "permanent") throw new OutsideError("the parcel was not booked", failure);
    const attempt = attemptOf(effect.id);
    const { retryDelaysMs } = policy;
    const delay = withJitter(retryDelaysMs[Math.min(attempt, retryDelaysMs.length) - 1] ?? LONGEST_POLL_MS);
    const now = clock.now();
    const saidLately = now - Date.parse(shipment?.nextAttemptAt ?? toInstant(0)) < SAY_AGAIN_MS;
    if (failure.notAsked && attempt > retryDelaysMs.length && saidLately) return { again: now + delay };
    const nextAttemptAt = toInstant(now + Math.max(delay, failure.notAsked ? 0 : leastMs));
    const identity = { reference: referenceOf(effect.orderId, fulfilmentId), result: failure.type };
    await facts.record(effect, PARCEL, identity, (state) =>
      record(state, {
        type: "shipment.attempt_failed",
        data: { fulfilmentId, attempt, failureType: failure.type, nextAttemptAt },
      }),
    );
    return undefined;
  }

  async #poll(effect: Effect, { fulfilmentId, shipment }: FulfilmentState): Promise<Performed> {
    const { gateway, guards, facts, clock } = this.#options;
    const { booking, bookedAt } = shipment ?? {};
    if (booking === undefined || bookedAt === undefined) return undefined;
    const answer = await guards.call(CARRIER, () => gateway.read(booking));
    if (!answer.ok) return this.#later(effect, bookedAt, "the carrier was not asked for a parcel", answer.failure);
    if (answer.value.status === "cancelled") throw new OutsideError("the parcel will not be shipped", CANCELLED);
    if (answer.value.status === "booked") return { again: clock.now() + this.#pauseSince(bookedAt) };
    await recordBooking(facts, { orderId: effect.orderId, fulfilmentId, held: effect.held }, answer.value);
    return undefined;
  }

  /** Takes back what was booked for an order that has ended; what has been shipped all the same is support's work. */
  async #cancel(effect: Effect, fulfilment: FulfilmentState): Promise<Performed> {
    const { gateway, guards, clock } = this.#options;
    const { fulfilmentId, shipment } = fulfilment;
    const since = shipment?.bookedAt ?? shipment?.requestedAt ?? toInstant(clock.now());
    const hidden = this.#hiddenUntil(effect.orderId, fulfilment);
    if (hidden !== undefined) return { again: hidden };
    const { booking } = shipment ?? {};
    const reference = referenceOf(effect.orderId, fulfilmentId);
    const known = await guards.call<readonly CarrierBooking[]>(CARRIER, async () => {
      if (booking === undefined) return await gateway.find(reference);
      const one = await gateway.read(booking);
      return one.ok ? answered([one.value]) : one;
    });
    if (!known.ok) return this.#later(effect, since, "a parcel was not taken back", known.failure);
    await this.#recordAll(effect, fulfilmentId, known.value);
    for (const { booking: id, status } of known.value) {
      if (status === "shipped") throw new OutsideError("the parcel could not be taken back", SHIPPED);
      if (status === "cancelled") continue;
      if (!effect.held()) throw new NoLongerOwnedError(`taking back ${reference}`);
      const answer = await guards.call(CARRIER, () => gateway.cancel(id));
      if (!answer.ok) return this.#later(effect, since, "a parcel was not taken back", answer.failure);
    }
    return undefined;
  }

  /** Another time, without counting; what the carrier refuses for good is an operator's. */
  #later(effect: Effect, since: string, what: string, failure: GatewayFailure): Performed {
    if (failure.class === "permanent") throw new OutsideError(what, failure);
    const { log, clock } = this.#options;
    if (!failure.notAsked) log.warn({ orderId: effect.orderId, effect: effect.id, cause: failure.message }, what);
    return { again: clock.now() + this.#pauseSince(since) };
  }

  #pauseSince(since: string): number {
    const { clock, policy } = this.#options;
    const grown = (clock.now() - Date.parse(since)) * POLL_GROWTH;
    return withJitter(Math.min(Math.max(grown, policy.pollMs), Math.max(LONGEST_POLL_MS, policy.pollMs)));
  }
}

export interface ParcelOptions {
  readonly gateway: CarrierGateway;
  readonly guards: OutsideGuards;
  readonly facts: FactRecorder;
  readonly recipients: Pick<Recipients, "of">;
  readonly clock: Clock;
  readonly log: Log;
  readonly policy: ParcelPolicy;
}

const doubtOf = (reference: string, request: number): string => `${reference}/${request}`;

const refusal = (message: string): GatewayFailure => ({ class: "permanent", type: "invalid_message", message });
const NO_ADDRESS = refusal("the order's address is gone");
const CANCELLED = refusal("the carrier has cancelled the booking");
const SHIPPED = refusal("it had been shipped before the cancellation reached the carrier");
