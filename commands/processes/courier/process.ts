import type { Actor } from "../../../domain/chain/envelope.ts";
import { orderStream } from "../../../domain/order/events.ts";
import { courierNoShow, courierSilent, nobodyCarries, record } from "../../../domain/order/facts.ts";
import { isFinal, type Order, type OrderState } from "../../../domain/order/state.ts";
import { Refusal } from "../../../domain/refusal.ts";
import { type Clock, toInstant } from "../../../infra/clock.ts";
import { failpoint } from "../../../infra/failpoints.ts";
import type { Log } from "../../../infra/log.ts";
import { OutsideError } from "../../gateways/answer.ts";
import type { CourierGateway } from "../../gateways/courier-gateway.ts";
import type { OutsideGuards } from "../../gateways/guards.ts";
import { orders } from "../../orders/order-aggregate.ts";
import type { StreamWriter } from "../../writing/writer.ts";
import { attemptOf } from "../effect-ids.ts";
import type { FactRecorder } from "../facts.ts";
import type { Effect, Owed, Performed, ProcessManager } from "../runner/process-manager.ts";
import type { Candidate, Candidates } from "./candidates.ts";
import type { Claims, OpenClaim } from "./claims.ts";
import { JustNow } from "./just-now.ts";
import { outsideOf, owedCourier, siteOf } from "./owed.ts";

export interface CourierPolicy {
  /** How long a courier may take to accept. */
  readonly answerMs: number;
  /** After how long without any courier support is told; the search goes on. */
  readonly searchMs: number;
  /** Pause between two looks for a free courier. */
  readonly lookAgainMs: number;
  /** How long a courier is expected to take of whom nobody knows where they are. */
  readonly travelMs: number;
  /** How long after the estimate a courier who has not arrived is a no-show. */
  readonly noShowMs: number;
  /** After what time couriers who have said no, or nothing, may be asked again when there is nobody else. */
  readonly askAgainMs: number;
}

/** Where free couriers and claims are looked up: a read model, which may be a little behind. */
export interface CourierDirectory {
  /** Couriers on shift without an order in a city, the longest free first. */
  free(city: string, limit: number): Promise<readonly string[]>;
  /** Claims that are open, as far as is known: the oldest first. */
  claims(limit: number): Promise<readonly OpenClaim[]>;
}

export interface CourierOptions {
  readonly writer: StreamWriter;
  readonly facts: FactRecorder;
  readonly claims: Claims;
  readonly gateway: CourierGateway;
  readonly guards: OutsideGuards;
  readonly directory: CourierDirectory;
  readonly candidates: Candidates;
  readonly clock: Clock;
  readonly log: Log;
  readonly policy: CourierPolicy;
}

const COURIER: Actor = { type: "system", id: "courier" };

const CANDIDATES = 10;
const CLAIMS_AT_ONCE = 500;
const MINUTE = 60_000;
/** How far the read model of couriers may be behind for a claim to be known of here. */
const ASKED_MS = 2_000;
/** How long a claim may stand before its assignment is missed. */
const CLAIM_GRACE_MS = 15_000;

const keyOf = ({ courierId, orderId, attempt }: OpenClaim): string => `${courierId}/${orderId}/${attempt}`;

const isAssigned = (state: OrderState, courierId: string, attempt: number): boolean =>
  state?.courier.assignments.some((a) => a.courierId === courierId && a.attempt === attempt) ?? false;

/** Finds a courier for an accepted order: the courier's own stream is the arbiter of who carries what. */
export class CourierProcess implements ProcessManager {
  readonly name = "courier";
  readonly #options: CourierOptions;
  /** Since when each open claim has been looked at. */
  #claimsSeen = new Map<string, number>();
  /** Whom this process has claimed, or has found claimed, just now: the read model may not know of it yet. */
  readonly #asking = new JustNow(ASKED_MS);

  constructor(options: CourierOptions) {
    this.#options = options;
  }

  handles(type: string): boolean {
    return (
      type.startsWith("driver.") ||
      type.startsWith("order.") ||
      type === "restaurant.accepted" ||
      type === "restaurant.rejected" ||
      type === "payment.failed"
    );
  }

  owed(order: Order): readonly Owed[] {
    return owedCourier(order, this.#options.policy);
  }

  async perform(effect: Effect, order: Order): Promise<Performed> {
    const attempt = attemptOf(effect.id);
    if (effect.id.startsWith("courier.assign/")) return await this.#assign(effect, order, attempt);
    if (effect.id.startsWith("courier.offer/")) return await this.#offer(order, attempt);
    if (effect.id.startsWith("courier.release/")) return await this.#release(effect, order, attempt);
    if (effect.id.startsWith("courier.unavailable/")) return await this.#nobody(effect);
    const noShow = effect.id.startsWith("courier.no-show/");
    const { facts } = this.#options;
    const reference = `${order.orderId}/${attempt}`;
    await facts.record(effect, COURIER, { reference, result: noShow ? "no_show" : "no_answer" }, (state) =>
      noShow ? courierNoShow(state, attempt) : courierSilent(state, attempt),
    );
    return undefined;
  }

  async #assign(effect: Effect, order: Order, attempt: number): Promise<Performed> {
    const { clock, facts, policy } = this.#options;
    const claimed = await this.#claimSomebody(effect, order, attempt);
    if (claimed === undefined) return { again: clock.now() + policy.lookAgainMs };
    const { courierId, travelMinutes } = claimed;
    const now = clock.now();
    const eta = now + (travelMinutes === undefined ? policy.travelMs : travelMinutes * MINUTE);
    const data = {
      courierId,
      attempt,
      acceptBy: toInstant(now + policy.answerMs),
      etaAt: toInstant(eta),
      arriveBy: toInstant(eta + policy.noShowMs),
    };
    await facts.record(effect, COURIER, { reference: courierId, result: "assigned" }, (state) =>
      // The order may have ended since: the claim is then released, and nobody was ever assigned.
      state && !isFinal(state) ? record(state, { type: "driver.assigned", data }) : [],
    );
    return undefined;
  }

  /**
   * Claims the first candidate that is still free. A claim that was won by a try that died before the assignment was
   * recorded is given free by `sweep`.
   */
  async #claimSomebody(effect: Effect, order: Order, attempt: number): Promise<Candidate | undefined> {
    const { directory, candidates, claims } = this.#options;
    const { tried } = order.courier;
    const asking = this.#asking.count();
    const listed = await directory.free(siteOf(order)?.city ?? "", CANDIDATES + tried.length + asking);
    const others = listed.filter((courierId) => !this.#asking.has(courierId));
    // With nobody else there, those are asked whose own streams may say that they are free again.
    const free = others.length > 0 ? others : listed;
    const fresh = free.filter((courierId) => !tried.includes(courierId)).slice(0, CANDIDATES);
    const asked = fresh.length > 0 || !this.#mayAskAgain(order) ? fresh : free.slice(0, CANDIDATES);
    for (const candidate of await candidates.nearestFirst(order, asked)) {
      // Another order may have come to the same name while the couriers' app was asked.
      if (others.length > 0 && this.#asking.has(candidate.courierId)) continue;
      this.#asking.add(candidate.courierId);
      try {
        failpoint("courier.before-claim");
        await claims.claim({ courierId: candidate.courierId, orderId: order.orderId, attempt }, effect.held);
        failpoint("courier.after-claim");
        return candidate;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
      }
    }
    return undefined;
  }

  /** Whoever has said no may have changed their mind after a while, and there is nobody else. */
  #mayAskAgain({ courier }: Order): boolean {
    const { clock, policy } = this.#options;
    return courier.lostAt !== undefined && clock.now() - Date.parse(courier.lostAt) >= policy.askAgainMs;
  }

  /** Support is alerted once for each search; the search goes on. */
  async #nobody(effect: Effect): Promise<Performed> {
    const { facts, log } = this.#options;
    const { orderId } = effect;
    const written = await facts.record(effect, COURIER, { reference: orderId, result: "unavailable" }, nobodyCarries);
    if (written.own && !written.repeated) {
      log.error({ orderId, code: "driver_unavailable" }, "nobody carries the order; support has to look");
    }
    return undefined;
  }

  async #offer(order: Order, attempt: number): Promise<Performed> {
    const { guards, gateway } = this.#options;
    const { courierId } = order.courier;
    if (courierId === undefined) return undefined;
    const offer = {
      offerId: `${order.orderId}/${attempt}`,
      orderId: order.orderId,
      courierId,
      siteId: siteOf(order)?.siteId ?? "",
      city: siteOf(order)?.city ?? "",
    };
    const answer = await guards.call(outsideOf(order), () => gateway.offer(offer));
    // An offer that does not reach the app is tried again until the courier's time to answer is over.
    if (!answer.ok) throw new OutsideError("the offer did not reach the courier", answer.failure);
    return undefined;
  }

  async #release(effect: Effect, order: Order, attempt: number): Promise<Performed> {
    const { guards, gateway, claims } = this.#options;
    const { orderId, courier } = order;
    const courierId = courier.assignments.find((assignment) => assignment.attempt === attempt)?.courierId;
    if (courierId === undefined) return undefined;
    if (!order.delivered) {
      const answer = await guards.call(outsideOf(order), () => gateway.withdraw(`${orderId}/${attempt}`));
      // An app that is gone for good shows the offer to nobody, and must not keep the courier.
      if (!answer.ok && answer.failure.class === "transient") {
        throw new OutsideError("the offer could not be taken back", answer.failure);
      }
    }
    await claims.release({ courierId, orderId, attempt }, effect.held);
    return undefined;
  }

  /** Gives couriers free whose claim serves no order: a process died between the claim and the assignment. */
  async sweep(held: () => boolean): Promise<void> {
    const { clock, directory, claims } = this.#options;
    const now = clock.now();
    const open = await directory.claims(CLAIMS_AT_ONCE);
    const seen = new Map(open.map((claim) => [keyOf(claim), this.#claimsSeen.get(keyOf(claim)) ?? now]));
    this.#claimsSeen = seen;
    const failures: unknown[] = [];
    for (const claim of open) {
      if (now - (seen.get(keyOf(claim)) ?? now) < CLAIM_GRACE_MS) continue;
      try {
        if (!(await this.#servesAnOrder(claim)) && held()) await claims.release(claim, held);
      } catch (error) {
        // One order that cannot be read keeps no other order's courier.
        failures.push(error);
      }
      if (!held()) return;
    }
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} claims could not be looked at`);
  }

  async #servesAnOrder({ courierId, orderId, attempt }: OpenClaim): Promise<boolean> {
    const { memory } = this.#options.writer;
    const stream = orderStream(orderId);
    const serves = (state: OrderState) =>
      isAssigned(state, courierId, attempt) && state !== undefined && !isFinal(state);
    // What is only remembered may say that they still do: it is asked again. That they do not is the store's word.
    return serves(memory.remembered<OrderState>(stream)?.state) || serves((await memory.refresh(stream, orders)).state);
  }
}
