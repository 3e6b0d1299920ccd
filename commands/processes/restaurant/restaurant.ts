import type { Actor } from "../../../domain/chain/envelope.ts";
import { noAnswer, record } from "../../../domain/order/facts.ts";
import { rejectUnanswered } from "../../../domain/order/sites.ts";
import { CLOSED, type FulfilmentState, isFinal, type Order } from "../../../domain/order/state.ts";
import { type Clock, toInstant } from "../../../infra/clock.ts";
import type { CatalogueReader } from "../../catalogue/catalogue-reader.ts";
import type { OutsideGuards } from "../../gateways/guards.ts";
import type { RestaurantGateway } from "../../gateways/restaurant-gateway.ts";
import { attemptOf } from "../effect-ids.ts";
import type { FactRecorder } from "../facts.ts";
import { plannedRetry, withJitter } from "../retry-plan.ts";
import type { Effect, Owed, Performed, ProcessManager } from "../runner/process-manager.ts";
import type { MissingItems } from "./missing-items.ts";
import { outsideOf, owedToSites } from "./owed.ts";
import { type Rerouting, takesOrders } from "./rerouting.ts";

export interface RestaurantPolicy {
  /** Delays after the first, second, … failed notification; one attempt more than there are delays is made. */
  readonly retryDelaysMs: readonly number[];
  /** How long a site may take to answer after it was told. */
  readonly answerMs: number;
}

export interface RestaurantOptions {
  readonly gateway: RestaurantGateway;
  readonly guards: OutsideGuards;
  readonly facts: FactRecorder;
  readonly catalogue: Pick<CatalogueReader, "site">;
  readonly rerouting: Pick<Rerouting, "perform">;
  readonly missingItems: Pick<MissingItems, "perform">;
  readonly clock: Clock;
  readonly policy: RestaurantPolicy;
}

const RESTAURANT: Actor = { type: "system", id: "restaurant" };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** For how long a site that is away is told that an order is not wanted: it is thrown away long before. */
const TELL_CANCELLED_FOR_MS = 24 * HOUR;

/** Tells sites about paid orders, rejects in their name when they do not answer, and finds others where they do not make it. */
export class RestaurantProcess implements ProcessManager {
  readonly name = "restaurant";
  readonly #options: RestaurantOptions;

  constructor(options: RestaurantOptions) {
    this.#options = options;
  }

  handles(type: string): boolean {
    return (
      type.startsWith("restaurant.") ||
      type.startsWith("order.") ||
      type === "payment.confirmed" ||
      type === "stock.reserved" ||
      type === "kitchen.item_unavailable"
    );
  }

  owed(order: Order): readonly Owed[] {
    return owedToSites(order);
  }

  async perform(effect: Effect, order: Order): Promise<Performed> {
    const [kind, fulfilmentId = "", sku = ""] = effect.id.split("/");
    const fulfilment = order.fulfilments.find((f) => f.fulfilmentId === fulfilmentId);
    if (!fulfilment) return undefined;
    switch (kind) {
      case "restaurant.notify":
        await this.#notify(effect, order, fulfilment);
        return undefined;
      case "restaurant.tell-cancelled":
        return await this.#tellCancelled(effect, order, fulfilment);
      case "restaurant.reroute":
        await this.#options.rerouting.perform(effect, RESTAURANT, order, fulfilment);
        return undefined;
      case "restaurant.replace":
        await this.#options.missingItems.perform(effect, RESTAURANT, order, fulfilment, sku);
        return undefined;
      default: {
        const identity = { reference: fulfilmentId, result: "no_answer" };
        await this.#options.facts.record(effect, RESTAURANT, identity, (state) => noAnswer(state, fulfilmentId));
        return undefined;
      }
    }
  }

  async #notify(effect: Effect, order: Order, fulfilment: FulfilmentState): Promise<void> {
    const { gateway, guards, facts, clock, catalogue, policy } = this.#options;
    const { fulfilmentId, siteId, lines } = fulfilment;
    const notificationId = `${order.orderId}:${fulfilmentId}`;
    const site = await catalogue.site(siteId);
    if (site && !takesOrders(site, clock.now())) {
      // It has closed since the order was placed: nobody there would read it.
      await facts.record(effect, RESTAURANT, { reference: notificationId, result: "closed" }, (state) =>
        rejectUnanswered(state, fulfilmentId, CLOSED),
      );
      return;
    }
    const notification = {
      kind: "order" as const,
      notificationId,
      orderId: order.orderId,
      fulfilmentId,
      siteId,
      city: fulfilment.city,
      number: numberOf(order),
      lines: lines.map(({ sku, name, quantity }) => ({ sku, name, quantity })),
    };
    const answer = await guards.call(outsideOf(fulfilment), () => gateway.notify(notification));
    if (answer.ok) {
      const { status, acknowledgedAt } = answer.value;
      const answerBy = toInstant(clock.now() + policy.answerMs);
      const data = { fulfilmentId, notificationId, status, acknowledgedAt, answerBy };
      await facts.record(effect, RESTAURANT, { reference: notificationId, result: status }, (state) =>
        record(state, { type: "restaurant.notified", data }),
      );
      return;
    }
    const attempt = attemptOf(effect.id);
    const failureType = answer.failure.type;
    const nextAttemptAt =
      answer.failure.class === "permanent" ? undefined : plannedRetry(clock.now(), attempt, policy.retryDelaysMs);
    const identity = { reference: `${notificationId}/${attempt}`, result: failureType };
    await facts.record(effect, RESTAURANT, identity, (state) => {
      const known = state?.fulfilments.find((f) => f.fulfilmentId === fulfilmentId);
      if (!state || isFinal(state) || !known || known.notified || (known.notification?.attempts ?? 0) >= attempt) {
        return [];
      }
      const data = { fulfilmentId, attempt, failureType, nextAttemptAt };
      return [
        { type: "restaurant.notification_failed", data },
        ...(nextAttemptAt === undefined ? rejectUnanswered(state, fulfilmentId, "not_reached") : []),
      ];
    });
  }

  /**
   * Tried until the site takes it, refuses it for good, or a day is over; the display shows the cancellation at once in
   * any case. It never ends as a dead letter: an order does not stop because a site that lost it is away.
   */
  async #tellCancelled(effect: Effect, order: Order, fulfilment: FulfilmentState): Promise<Performed> {
    const { gateway, guards, clock } = this.#options;
    const { fulfilmentId, siteId } = fulfilment;
    const notification = {
      kind: "cancellation" as const,
      notificationId: [order.orderId, fulfilmentId, "cancelled", ...effect.id.split("/").slice(2)].join(":"),
      orderId: order.orderId,
      fulfilmentId,
      siteId,
      city: fulfilment.city,
      number: numberOf(order),
      lines: [],
    };
    const answer = await guards.call(outsideOf(fulfilment), () => gateway.notify(notification));
    if (answer.ok || answer.failure.class === "permanent") return undefined;
    const now = clock.now();
    const since = now - Date.parse(order.placedAt);
    if (since > TELL_CANCELLED_FOR_MS) return undefined;
    return { again: now + withJitter(Math.min(HOUR, Math.max(MINUTE, since / 4))) };
  }
}

/** The number that people say to each other. */
const numberOf = (order: Order): string => order.orderId.slice(0, 6).toUpperCase();
