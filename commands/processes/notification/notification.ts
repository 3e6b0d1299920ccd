import type { Actor } from "../../../domain/chain/envelope.ts";
import { isSealed, unseal } from "../../../domain/chain/sealing.ts";
import type { Contact, GivenUp, NoticeChannel, OrderPlaced } from "../../../domain/order/events.ts";
import { orderStream } from "../../../domain/order/events.ts";
import { record } from "../../../domain/order/facts.ts";
import type { Order } from "../../../domain/order/state.ts";
import type { Clock } from "../../../infra/clock.ts";
import type { EventStore } from "../../../infra/event-store/port.ts";
import type { CustomerKeys } from "../../../infra/keys/customer-keys.ts";
import type { GatewayFailure } from "../../gateways/answer.ts";
import type { OutsideGuards } from "../../gateways/guards.ts";
import type { MessageGateway } from "../../gateways/messages/message-gateway.ts";
import type { Placings } from "../../orders/placings.ts";
import { attemptOf } from "../effect-ids.ts";
import type { FactRecorder } from "../facts.ts";
import { plannedRetry, withJitter } from "../retry-plan.ts";
import type { Effect, Owed, Performed, ProcessManager } from "../runner/process-manager.ts";
import { compose } from "./compose.ts";
import { noticeOf, outsideOf, owedNotices } from "./owed-notices.ts";
import { needsHistory, storyOf } from "./story.ts";

export interface NotificationOptions {
  readonly store: EventStore;
  readonly placings: Placings;
  readonly keys: Pick<CustomerKeys, "get">;
  readonly facts: FactRecorder;
  readonly gateways: Readonly<Record<NoticeChannel, MessageGateway>>;
  readonly guards: OutsideGuards;
  readonly clock: Clock;
  /** Delays after the first, second, … failed attempt; one attempt more than there are delays is made. */
  readonly retryDelaysMs: readonly number[];
}

const NOTIFICATION: Actor = { type: "system", id: "notification" };

/** How long a message waits that the other side was not even asked to take: no attempt is counted for it. */
const NOT_ASKED_MS = 30_000;

/** A device's token is not part of a contact so far: the way is there for whoever stores one. */
type Reach = Contact & { readonly pushToken?: string | undefined };

/** How a customer is reached: by email where there is one, else by text message, else by push. */
function reachOf({ email, phone, pushToken }: Reach): { channel: NoticeChannel; to: string } | undefined {
  if (email !== undefined) return { channel: "email", to: email };
  if (phone !== undefined) return { channel: "sms", to: phone };
  return pushToken === undefined ? undefined : { channel: "push", to: pushToken };
}

/**
 * Tells customers what happens to their orders, each notice once. The contact is opened for the moment of sending, from
 * the order's own placing; a message goes out under an id that is derived from what it tells, so one that is sent twice
 * because of a crash is shown once by the mailbox.
 */
export class NotificationProcess implements ProcessManager {
  readonly name = "notification";
  /** A message is on its way for longer than that. */
  readonly gatherMs = 250;
  readonly #options: NotificationOptions;

  constructor(options: NotificationOptions) {
    this.#options = options;
  }

  handles(type: string): boolean {
    return (
      type.startsWith("notification.") ||
      type.startsWith("order.") ||
      type.startsWith("payment.") ||
      type === "restaurant.rejected" ||
      type === "shipment.shipped"
    );
  }

  owed(order: Order): readonly Owed[] {
    return owedNotices(order);
  }

  async perform(effect: Effect, order: Order): Promise<Performed> {
    const { store, placings, keys, guards, gateways } = this.#options;
    const notice = noticeOf(effect.id);
    const stream = orderStream(order.orderId);
    const first = await placings.of(order.orderId);
    if (first?.type !== "order.placed") return undefined;
    const placed = first.data as OrderPlaced; // every order's stream begins with its placing
    const subkeys = await keys.get(order.customerId);
    if (!subkeys) return await this.#giveUp(effect, order, "erased");
    if (!isSealed(placed.contact)) throw new TypeError("the contact of an order is not sealed");
    const contact = unseal(subkeys, stream, first.id, placed.contact) as Contact; // sealed by the placing
    const reach = reachOf(contact);
    if (!reach) return await this.#giveUp(effect, order, "no_channel");
    const events = needsHistory(notice, order) ? await store.readStream(stream) : [first];
    const story = storyOf(notice, { placed, order, events, name: contact.name });
    const message = compose(notice, order.orderId, reach.to, story);
    const { channel } = reach;
    const answer = await guards.call(outsideOf(channel), (signal) => gateways[channel].send(message, signal));
    if (!answer.ok) return await this.#failed(effect, channel, answer.failure);
    const { messageId } = answer.value;
    await this.#options.facts.record(effect, NOTIFICATION, { reference: messageId, result: "sent" }, (state) =>
      record(state, { type: "notification.sent", data: { notice, channel, messageId } }),
    );
    return undefined;
  }

  /** An email or text message is tried again as planned; a push is sent and forgotten. */
  async #failed(effect: Effect, channel: NoticeChannel, failure: GatewayFailure): Promise<Performed> {
    const { clock, facts, retryDelaysMs } = this.#options;
    const now = clock.now();
    if (failure.notAsked && channel !== "push") return { again: now + withJitter(NOT_ASKED_MS) };
    const notice = noticeOf(effect.id);
    const attempt = attemptOf(effect.id);
    const later = failure.class === "transient" && channel !== "push";
    const nextAttemptAt = later ? plannedRetry(now, attempt, retryDelaysMs) : undefined;
    const reason: GivenUp | undefined =
      nextAttemptAt !== undefined ? undefined : failure.class === "permanent" ? "refused" : "not_reached";
    const failureType = failure.type;
    const identity = { reference: `${notice}/${attempt}`, result: failureType };
    await facts.record(effect, NOTIFICATION, identity, (state) =>
      record(state, {
        type: "notification.failed",
        data: { notice, channel, attempt, failureType, nextAttemptAt, reason },
      }),
    );
    return undefined;
  }

  /** Nobody can be told: the contact was erased, or names no way. */
  async #giveUp(effect: Effect, order: Order, reason: GivenUp): Promise<Performed> {
    const notice = noticeOf(effect.id);
    const attempt = attemptOf(effect.id);
    const channel = order.notices.at(-1)?.channel ?? "email";
    await this.#options.facts.record(effect, NOTIFICATION, { reference: notice, result: reason }, (state) =>
      record(state, {
        type: "notification.failed",
        data: { notice, channel, attempt, failureType: "unknown", reason },
      }),
    );
    return undefined;
  }
}
