import type { Actor } from "../../domain/chain/envelope.ts";
import { fingerprint } from "../../domain/chain/ids.ts";
import { courierStream } from "../../domain/courier/courier.ts";
import { orderStream } from "../../domain/order/events.ts";
import { courierSilent, record } from "../../domain/order/facts.ts";
import { isAccepted, isFinal, type Order, type OrderState } from "../../domain/order/state.ts";
import { Refusal } from "../../domain/refusal.ts";
import { type Clock, toInstant } from "../../infra/clock.ts";
import { failpoint } from "../../infra/failpoints.ts";
import type { Outside } from "../../infra/outside/outside.ts";
import { couriers } from "../couriers/courier-aggregate.ts";
import { OutsideError } from "../gateways/answer.ts";
import type { CourierGateway } from "../gateways/courier-gateway.ts";
import type { OutsideGuards } from "../gateways/guards.ts";
import { orders } from "../orders/order-aggregate.ts";
import { NoLongerOwnedError } from "../writing/no-longer-owned.ts";
import type { StreamWriter } from "../writing/writer.ts";
import { attemptOf } from "./effect-ids.ts";
import type { FactRecorder } from "./facts.ts";
import type { Effect, Owed, Performed, ProcessManager } from "./runner/process-manager.ts";

export interface CourierPolicy {
  /** How long a courier may take to accept. */
  readonly answerMs: number;
  /** After how long without any courier support is told; the search goes on. */
  readonly searchMs: number;
  /** Pause between two looks for a free courier. */
  readonly lookAgainMs: number;
}

export interface OpenClaim {
  readonly courierId: string;
  readonly orderId: string;
  readonly attempt: number;
}

/** Where free couriers and claims are looked up: a read model, which may be a little behind. */
export interface CourierDirectory {
  /** Couriers on shift without an order in a city, the longest free first. */
  free(city: string, limit: number): Promise<readonly string[]>;
  /** Claims that are open, as far as is known: the oldest first. */
  claims(limit: number): Promise<readonly OpenClaim[]>;
}

const COURIER: Actor = { type: "system", id: "courier" };
/** The couriers of one city share an app of theirs. */
const outsideOf = (order: Order): Outside => ({ system: "courier", place: order.fulfilments[0]?.city ?? "" });

const CANDIDATES = 10;
const CLAIMS_AT_ONCE = 500;
/** How long a claim may stand before its assignment is missed. */
const CLAIM_GRACE_MS = 15_000;

const keyOf = ({ courierId, orderId, attempt }: OpenClaim): string => `${courierId}/${orderId}/${attempt}`;

const isAssigned = (state: OrderState, courierId: string, attempt: number): boolean =>
  state?.courier.assignments.some((a) => a.courierId === courierId && a.attempt === attempt) ?? false;

/** What an order is owed in carrying it. */
export function owedCourier(order: Order): readonly Owed[] {
  if (order.delivery.method !== "courier") return [];
  const { courier } = order;
  const owed: Owed[] = [];
  const since = Date.parse(order.acceptedAt ?? order.placedAt);
  // A claim that has served its purpose, or came to nothing, gives the courier free.
  const finished = courier.courierId === undefined || isFinal(order) ? courier.attempt : courier.attempt - 1;
  for (let attempt = 1; attempt <= finished; attempt++) {
    owed.push({ id: `courier.release/${attempt}`, dueAt: since, outside: outsideOf(order) });
  }
  if (isFinal(order)) return owed;
  if (courier.courierId === undefined) {
    if (isAccepted(order)) owed.push({ id: `courier.assign/${courier.attempt + 1}`, dueAt: since });
    return owed;
  }
  if (!courier.accepted && courier.acceptBy !== undefined) {
    owed.push({ id: `courier.offer/${courier.attempt}`, dueAt: since, outside: outsideOf(order) });
    owed.push({ id: `courier.answer-deadline/${courier.attempt}`, dueAt: Date.parse(courier.acceptBy) });
  }
  return owed;
}

/** Finds a courier for an accepted order: the courier's own stream is the arbiter of who carries what. */
export class CourierProcess implements ProcessManager {
  readonly name = "courier";
  readonly #writer: StreamWriter;
  readonly #facts: FactRecorder;
  readonly #gateway: CourierGateway;
  readonly #guards: OutsideGuards;
  readonly #directory: CourierDirectory;
  readonly #clock: Clock;
  readonly #policy: CourierPolicy;
  readonly #fingerprintKey: Uint8Array;
  /** Since when each open claim has been looked at. */
  #claimsSeen = new Map<string, number>();

  constructor(options: {
    readonly writer: StreamWriter;
    readonly facts: FactRecorder;
    readonly gateway: CourierGateway;
    readonly guards: OutsideGuards;
    readonly directory: CourierDirectory;
    readonly clock: Clock;
    readonly policy: CourierPolicy;
    readonly fingerprintKey: Uint8Array;
  }) {
    this.#writer = options.writer;
    this.#facts = options.facts;
    this.#gateway = options.gateway;
    this.#guards = options.guards;
    this.#directory = options.directory;
    this.#clock = options.clock;
    this.#policy = options.policy;
    this.#fingerprintKey = options.fingerprintKey;
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
    return owedCourier(order);
  }

  async perform(effect: Effect, order: Order): Promise<Performed> {
    const attempt = attemptOf(effect.id);
    if (effect.id.startsWith("courier.assign/")) return await this.#assign(effect, order, attempt);
    if (effect.id.startsWith("courier.offer/")) return await this.#offer(order, attempt);
    if (effect.id.startsWith("courier.release/")) return await this.#release(effect, order, attempt);
    await this.#facts.record(
      effect,
      COURIER,
      { reference: `${order.orderId}/${attempt}`, result: "no_answer" },
      (state) => courierSilent(state, attempt),
    );
    return undefined;
  }

  async #assign(effect: Effect, order: Order, attempt: number): Promise<Performed> {
    const courierId = await this.#claimSomebody(effect, order, attempt);
    if (courierId === undefined) return await this.#nobody(effect, order);
    const acceptBy = toInstant(this.#clock.now() + this.#policy.answerMs);
    await this.#facts.record(effect, COURIER, { reference: courierId, result: "assigned" }, (state) =>
      // The order may have ended since: the claim is then released, and nobody was ever assigned.
      state && !isFinal(state)
        ? record(state, { type: "driver.assigned", data: { courierId, attempt, acceptBy } })
        : [],
    );
    return undefined;
  }

  /**
   * Claims the first candidate that is still free. A claim that was won by a try that died before the assignment was
   * recorded is given free by `sweep`.
   */
  async #claimSomebody(effect: Effect, order: Order, attempt: number): Promise<string | undefined> {
    const { orderId } = order;
    const city = order.fulfilments[0]?.city ?? "";
    const free = await this.#directory.free(city, CANDIDATES + order.courier.tried.length);
    for (const courierId of free.filter((candidate) => !order.courier.tried.includes(candidate))) {
      try {
        failpoint("courier.before-claim");
        await this.#write(courierId, { type: "claim", orderId, attempt }, effect.held);
        failpoint("courier.after-claim");
        return courierId;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
      }
    }
    return undefined;
  }

  async #nobody(effect: Effect, order: Order): Promise<Performed> {
    const now = this.#clock.now();
    const since = Date.parse(order.acceptedAt ?? order.placedAt);
    if (now - since > this.#policy.searchMs && !order.courier.unavailableReported) {
      const attempt = attemptOf(effect.id);
      const identity = { reference: order.orderId, result: "unavailable" };
      await this.#facts.record({ ...effect, id: `courier.unavailable/${attempt}` }, COURIER, identity, (state) =>
        record(state, { type: "driver.unavailable", data: { attempt } }),
      );
    }
    return { again: now + this.#policy.lookAgainMs };
  }

  async #offer(order: Order, attempt: number): Promise<Performed> {
    const { courierId } = order.courier;
    if (courierId === undefined) return undefined;
    const offer = {
      offerId: `${order.orderId}/${attempt}`,
      orderId: order.orderId,
      courierId,
      siteId: order.fulfilments[0]?.siteId ?? "",
    };
    const answer = await this.#guards.call(outsideOf(order), () => this.#gateway.offer(offer));
    // An offer that does not reach the app is tried again until the courier's time to answer is over.
    if (!answer.ok) throw new OutsideError("the offer did not reach the courier", answer.failure);
    return undefined;
  }

  async #release(effect: Effect, order: Order, attempt: number): Promise<Performed> {
    const { orderId, courier } = order;
    const courierId = courier.assignments.find((assignment) => assignment.attempt === attempt)?.courierId;
    if (courierId === undefined) return undefined;
    if (!order.delivered) {
      const answer = await this.#guards.call(outsideOf(order), () => this.#gateway.withdraw(`${orderId}/${attempt}`));
      // An app that is gone for good shows the offer to nobody, and must not keep the courier.
      if (!answer.ok && answer.failure.class === "transient") {
        throw new OutsideError("the offer could not be taken back", answer.failure);
      }
    }
    await this.#write(courierId, { type: "release", orderId, attempt }, effect.held);
    return undefined;
  }

  /** Gives couriers free whose claim serves no order: a process died between the claim and the assignment. */
  async sweep(held: () => boolean): Promise<void> {
    const now = this.#clock.now();
    const open = await this.#directory.claims(CLAIMS_AT_ONCE);
    const seen = new Map(open.map((claim) => [keyOf(claim), this.#claimsSeen.get(keyOf(claim)) ?? now]));
    this.#claimsSeen = seen;
    const failures: unknown[] = [];
    for (const claim of open) {
      if (now - (seen.get(keyOf(claim)) ?? now) < CLAIM_GRACE_MS) continue;
      try {
        if (!(await this.#servesAnOrder(claim)) && held()) {
          await this.#write(claim.courierId, { type: "release", ...claim }, held);
        }
      } catch (error) {
        // One order that cannot be read keeps no other order's courier.
        failures.push(error);
      }
      if (!held()) return;
    }
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} claims could not be looked at`);
  }

  async #servesAnOrder({ courierId, orderId, attempt }: OpenClaim): Promise<boolean> {
    const { state } = await this.#writer.memory.refresh(orderStream(orderId), orders);
    return isAssigned(state, courierId, attempt) && state !== undefined && !isFinal(state);
  }

  /**
   * Claims a courier or gives them free. A claim that came to nothing may be made again for the same attempt of the
   * order: then it is a command of its own, since the one before is found as carried out, and does not hold any more.
   */
  async #write(
    courierId: string,
    command: { type: "claim" | "release"; orderId: string; attempt: number },
    held: () => boolean,
  ): Promise<void> {
    const { type, orderId, attempt } = command;
    for (let nth = 1; ; nth++) {
      const written = await this.#writer.write({
        stream: courierStream(courierId),
        aggregate: couriers.aggregate,
        kind: "fact",
        envelope: {
          cmd: `courier.${type}/${orderId}/${attempt}${nth === 1 ? "" : `/${nth}`}`,
          fp: fingerprint(this.#fingerprintKey, { reference: `${orderId}/${attempt}`, result: type }),
          at: toInstant(this.#clock.now()),
          actor: COURIER,
          correlationId: orderId,
          causationId: `order-${orderId}`,
        },
        decide: (state) => {
          // Directly before the append: a process that wakes up in the middle would take a courier for nothing.
          if (!held()) throw new NoLongerOwnedError(`${type} of courier ${courierId} for order ${orderId}`);
          return couriers.decide(command, state);
        },
      });
      const { claim } = written.loaded.state;
      const claimed = claim?.orderId === orderId && claim.attempt === attempt;
      if (!written.repeated || claimed === (type === "claim")) return;
    }
  }
}
