import { Webhook } from "standardwebhooks";
import { z } from "zod";
import type { Quantity } from "../../domain/money/money.ts";
import type { Config } from "../../infra/config.ts";
import { failpoint } from "../../infra/failpoints.ts";
import { type Answer, answered, failed } from "./answer.ts";
import { endpoint, postJson, unreadable } from "./post-json.ts";
import { probeHttp } from "./probe.ts";

/** What a site is told of a fulfilment. It holds no personal data: the site sees the ticket in the kitchen display. */
export interface RestaurantNotification {
  /** A paid order to be made, or one that was cancelled after the site was told of it. */
  readonly kind: "order" | "cancellation";
  /** Ours, one for each notification that is owed; a repeat under it is taken once. */
  readonly notificationId: string;
  readonly orderId: string;
  readonly fulfilmentId: string;
  readonly siteId: string;
  readonly city: string;
  /** The order's number as people say it. */
  readonly number: string;
  readonly lines: readonly { readonly sku: string; readonly name: string; readonly quantity: Quantity }[];
}

export interface RestaurantAcknowledgement {
  readonly status: "acknowledged";
  /** When the site took it: RFC 3339, by its clock; the same at every repeat. */
  readonly acknowledgedAt: string;
}

export interface RestaurantGateway {
  notify(notification: RestaurantNotification): Promise<Answer<RestaurantAcknowledgement>>;
}

const acknowledgement = z.object({ notificationId: z.string(), acknowledgedAt: z.iso.datetime({ offset: true }) });

/** Restaurants by signed webhooks (Standard Webhooks) at RESTAURANT_URL. */
export class WebhookRestaurantGateway implements RestaurantGateway {
  readonly #webhook: Webhook;
  readonly #base: string;
  readonly #url: URL;
  readonly #timeoutMs: number;

  constructor(config: Pick<Config, "RESTAURANT_URL" | "RESTAURANT_WEBHOOK_SECRET" | "OUTSIDE_TIMEOUT_MS">) {
    this.#webhook = new Webhook(config.RESTAURANT_WEBHOOK_SECRET);
    this.#base = config.RESTAURANT_URL;
    this.#url = endpoint(config.RESTAURANT_URL, "notifications");
    this.#timeoutMs = config.OUTSIDE_TIMEOUT_MS;
  }

  /** Whether the restaurants of a city answer. */
  probe(place: string): Promise<Answer<undefined>> {
    return probeHttp(this.#base, place, this.#timeoutMs);
  }

  async notify(notification: RestaurantNotification): Promise<Answer<RestaurantAcknowledgement>> {
    const { kind, notificationId, orderId, fulfilmentId, siteId, city, number, lines } = notification;
    const shown = lines.map(({ sku, name, quantity }) => ({ sku, name, quantity }));
    const body = JSON.stringify({ kind, notificationId, orderId, fulfilmentId, siteId, city, number, lines: shown });
    // The receiver holds the signature's age against its own clock, so this is real time and not business time.
    const signedAt = new Date();
    failpoint("restaurant.before-notify");
    const answer = await postJson({
      url: this.#url,
      body,
      headers: {
        "webhook-id": notificationId,
        "webhook-timestamp": String(Math.floor(signedAt.getTime() / 1000)),
        "webhook-signature": this.#webhook.sign(notificationId, signedAt, body),
      },
      timeoutMs: this.#timeoutMs,
      gone: "restaurant_closed",
    });
    failpoint("restaurant.after-notify");
    if (!answer.ok) return answer;
    const parsed = acknowledgement.safeParse(answer.value);
    if (!parsed.success || parsed.data.notificationId !== notificationId) return failed(unreadable(this.#url));
    return answered({ status: "acknowledged", acknowledgedAt: parsed.data.acknowledgedAt });
  }
}
