import type { Actor } from "../../domain/chain/envelope.ts";
import { noAnswer, record } from "../../domain/order/facts.ts";
import { type FulfilmentState, isFinal, type Order } from "../../domain/order/state.ts";
import { type Clock, toInstant } from "../../infra/clock.ts";
import type { Outside } from "../../infra/outside/outside.ts";
import { OutsideError } from "../gateways/answer.ts";
import type { OutsideGuards } from "../gateways/guards.ts";
import type { RestaurantGateway } from "../gateways/restaurant-gateway.ts";
import { attemptOf } from "./effect-ids.ts";
import type { FactRecorder } from "./facts.ts";
import type { Effect, Owed, Performed, ProcessManager } from "./runner/process-manager.ts";

export interface RestaurantPolicy {
  readonly retryDelaysMs: readonly number[];
  /** How long a site may take to answer after it was told. */
  readonly answerMs: number;
}

/** The restaurants of one city answer or fail together. */
const outsideOf = ({ city }: FulfilmentState): Outside => ({ system: "restaurant", place: city });

const RESTAURANT: Actor = { type: "system", id: "restaurant" };

/** What an order is owed by its sites: to be told, and to have their silence noticed. */
export function owedNotifications(order: Order): readonly Owed[] {
  if (order.ended) return owedCancellations(order);
  if (order.delivered || !order.payment.confirmed) return [];
  return order.fulfilments.flatMap((fulfilment): Owed[] => {
    const { fulfilmentId, notification } = fulfilment;
    if (!fulfilment.notified) {
      const failed = notification?.attempts ?? 0;
      const planned = notification?.nextAttemptAt;
      const dueAt = Date.parse(planned ?? order.placedAt);
      // First attempts of a site go one at a time and in order; a failed one leaves the queue for its retries.
      const lane = failed === 0 ? fulfilment.siteId : undefined;
      return [
        {
          id: `restaurant.notify/${fulfilmentId}/${failed + 1}`,
          dueAt,
          lane,
          outside: outsideOf(fulfilment),
          early: failed > 0,
        },
      ];
    }
    if (fulfilment.accepted || notification?.answerBy === undefined) return [];
    return [{ id: `restaurant.answer-deadline/${fulfilmentId}`, dueAt: Date.parse(notification.answerBy) }];
  });
}

/**
 * A site that was told of an order learns that it will not be wanted; one that rejected it knows. An attempt that failed
 * may have reached the site all the same: it is told then, and once more should a late attempt turn out to have come
 * through after that.
 */
const owedCancellations = (order: Order): readonly Owed[] =>
  order.fulfilments.flatMap((fulfilment) => {
    const { fulfilmentId, notified, notification, rejected } = fulfilment;
    const attempts = notification?.attempts ?? 0;
    if (rejected || (!notified && attempts === 0)) return [];
    const id = `restaurant.tell-cancelled/${fulfilmentId}${notified ? "" : `/${attempts}`}`;
    return [{ id, dueAt: Date.parse(order.placedAt), outside: outsideOf(fulfilment) }];
  });

/** Tells sites about paid orders, and rejects in their name when they do not answer. */
export class RestaurantProcess implements ProcessManager {
  readonly name = "restaurant";
  readonly #gateway: RestaurantGateway;
  readonly #facts: FactRecorder;
  readonly #clock: Clock;
  readonly #policy: RestaurantPolicy;
  readonly #guards: OutsideGuards;

  constructor(
    gateway: RestaurantGateway,
    facts: FactRecorder,
    clock: Clock,
    policy: RestaurantPolicy,
    guards: OutsideGuards,
  ) {
    this.#guards = guards;
    this.#gateway = gateway;
    this.#facts = facts;
    this.#clock = clock;
    this.#policy = policy;
  }

  handles(type: string): boolean {
    return type.startsWith("restaurant.") || type === "payment.confirmed" || type.startsWith("order.");
  }

  owed(order: Order): readonly Owed[] {
    return owedNotifications(order);
  }

  async perform(effect: Effect, order: Order): Promise<Performed> {
    const fulfilmentId = effect.id.split("/")[1];
    const fulfilment = order.fulfilments.find((f) => f.fulfilmentId === fulfilmentId);
    if (!fulfilment) return undefined;
    if (effect.id.startsWith("restaurant.notify/")) await this.#notify(effect, order, fulfilment);
    else if (effect.id.startsWith("restaurant.tell-cancelled/")) await this.#tellCancelled(effect, order, fulfilment);
    else {
      const identity = { reference: fulfilment.fulfilmentId, result: "no_answer" };
      await this.#facts.record(effect, RESTAURANT, identity, (state) => noAnswer(state, fulfilment.fulfilmentId));
    }
    return undefined;
  }

  async #notify(effect: Effect, order: Order, fulfilment: FulfilmentState): Promise<void> {
    const { fulfilmentId, siteId, lines } = fulfilment;
    const notificationId = `${order.orderId}:${fulfilmentId}`;
    const notification = {
      kind: "order" as const,
      notificationId,
      orderId: order.orderId,
      fulfilmentId,
      siteId,
      number: numberOf(order),
      lines: lines.map(({ sku, name, quantity }) => ({ sku, name, quantity })),
    };
    const answer = await this.#guards.call(outsideOf(fulfilment), () => this.#gateway.notify(notification));
    if (answer.ok) {
      const { status, acknowledgedAt } = answer.value;
      const answerBy = toInstant(this.#clock.now() + this.#policy.answerMs);
      const data = { fulfilmentId, notificationId, status, acknowledgedAt, answerBy };
      await this.#facts.record(effect, RESTAURANT, { reference: notificationId, result: status }, (state) =>
        record(state, { type: "restaurant.notified", data }),
      );
      return;
    }
    const attempt = attemptOf(effect.id);
    const failureType = answer.failure.type;
    const delay = this.#policy.retryDelaysMs[attempt - 1];
    const identity = { reference: `${notificationId}/${attempt}`, result: failureType };
    await this.#facts.record(effect, RESTAURANT, identity, (state) => {
      const known = state?.fulfilments.find((f) => f.fulfilmentId === fulfilmentId);
      if (!state || isFinal(state) || !known || known.notified || (known.notification?.attempts ?? 0) >= attempt)
        return [];
      if (answer.failure.class === "permanent" || delay === undefined) {
        return [
          { type: "restaurant.notification_failed", data: { fulfilmentId, attempt, failureType } },
          { type: "restaurant.rejected", data: { fulfilmentId, reason: "not_reached" } },
        ];
      }
      const nextAttemptAt = toInstant(this.#clock.now() + delay);
      return [{ type: "restaurant.notification_failed", data: { fulfilmentId, attempt, failureType, nextAttemptAt } }];
    });
  }

  /**
   * Tried until the site takes it, or refuses it for good; the display shows the cancellation at once in any case.
   */
  async #tellCancelled(effect: Effect, order: Order, fulfilment: FulfilmentState): Promise<void> {
    const { fulfilmentId, siteId } = fulfilment;
    const notification = {
      kind: "cancellation" as const,
      notificationId: [order.orderId, fulfilmentId, "cancelled", ...effect.id.split("/").slice(2)].join(":"),
      orderId: order.orderId,
      fulfilmentId,
      siteId,
      number: numberOf(order),
      lines: [],
    };
    const answer = await this.#guards.call(outsideOf(fulfilment), () => this.#gateway.notify(notification));
    if (answer.ok || answer.failure.class === "permanent") return;
    throw new OutsideError("the site does not take the cancellation", answer.failure);
  }
}

/** The number that people say to each other. */
const numberOf = (order: Order): string => order.orderId.slice(0, 6).toUpperCase();
