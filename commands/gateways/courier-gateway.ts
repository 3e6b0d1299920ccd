import { z } from "zod";
import type { Config } from "../../infra/config.ts";
import { failpoint } from "../../infra/failpoints.ts";
import { type Answer, answered, failed } from "./answer.ts";
import { endpoint, getJson, postJson, unreadable } from "./post-json.ts";
import { probeHttp } from "./probe.ts";

/** An order that is offered to one courier. */
export interface CourierOffer {
  /** Ours, one for each offer; a repeat under it is taken once. */
  readonly offerId: string;
  readonly orderId: string;
  readonly courierId: string;
  readonly siteId: string;
  readonly city: string;
}

export interface OfferReceipt {
  /** When the couriers' app took it: RFC 3339, by its clock; the same at every repeat. */
  readonly receivedAt: string;
}

/** Where a courier is, in integer microdegrees. Telemetry: asked when it is needed, and kept nowhere. */
export interface CourierPosition {
  readonly courierId: string;
  readonly lat: number;
  readonly lon: number;
  /** When that was so: RFC 3339, by the app's clock. Absent where the app does not say. */
  readonly at?: string | undefined;
}

/** The couriers' app. Whether a courier takes an offer is said by the courier, through the API. */
export interface CourierGateway {
  offer(offer: CourierOffer): Promise<Answer<OfferReceipt>>;
  /** Takes an offer back; one that was never made is kept from being shown when it comes late. */
  withdraw(offerId: string): Promise<Answer<OfferReceipt>>;
  /** Where these couriers of a city are now; without those of whom the app does not know. */
  positions(courierIds: readonly string[], city: string): Promise<Answer<readonly CourierPosition[]>>;
}

/** What the couriers' app is told of their phones. */
export interface CourierTelemetry {
  /** Tells where a courier's phone is now. */
  moved(position: CourierPosition, city: string): Promise<Answer<unknown>>;
}

const positions = z.object({
  positions: z
    .array(
      z.object({
        courierId: z.string(),
        lat: z.number().int().min(-90_000_000).max(90_000_000),
        lon: z.number().int().min(-180_000_000).max(180_000_000),
        at: z.iso.datetime({ offset: true }).optional(),
      }),
    )
    .max(100),
});
/** An assignment does not wait for long to learn who is nearest. */
const POSITIONS_WITHIN_MS = 1_000;

const receipt = z.object({ offerId: z.string(), receivedAt: z.iso.datetime({ offset: true }) });

/** The couriers' app over HTTP at COURIER_URL. */
export class HttpCourierGateway implements CourierGateway, CourierTelemetry {
  readonly #base: string;
  readonly #timeoutMs: number;

  constructor(config: Pick<Config, "COURIER_URL" | "OUTSIDE_TIMEOUT_MS">) {
    this.#base = config.COURIER_URL;
    this.#timeoutMs = config.OUTSIDE_TIMEOUT_MS;
  }

  async offer({ offerId, orderId, courierId, siteId, city }: CourierOffer): Promise<Answer<OfferReceipt>> {
    failpoint("courier.before-offer");
    const answer = await this.#post("offers", { offerId, orderId, courierId, siteId, city });
    failpoint("courier.after-offer");
    return answer;
  }

  withdraw(offerId: string): Promise<Answer<OfferReceipt>> {
    return this.#post("withdrawals", { offerId });
  }

  async positions(courierIds: readonly string[], city: string): Promise<Answer<readonly CourierPosition[]>> {
    const url = endpoint(this.#base, "positions");
    url.searchParams.set("couriers", courierIds.join(","));
    url.searchParams.set("city", city);
    const timeoutMs = Math.min(this.#timeoutMs, POSITIONS_WITHIN_MS);
    const answer = await getJson({ url, timeoutMs, gone: "driver_unavailable" });
    if (!answer.ok) return answer;
    const parsed = positions.safeParse(answer.value);
    return parsed.success ? answered(parsed.data.positions) : failed(unreadable(url));
  }

  moved({ courierId, lat, lon }: CourierPosition, city: string): Promise<Answer<unknown>> {
    return postJson({
      url: endpoint(this.#base, "positions"),
      body: JSON.stringify({ courierId, lat, lon, city }),
      timeoutMs: Math.min(this.#timeoutMs, POSITIONS_WITHIN_MS),
      gone: "driver_unavailable",
    });
  }

  /** Whether the app answers for a city. */
  probe(place: string): Promise<Answer<undefined>> {
    return probeHttp(this.#base, place, this.#timeoutMs);
  }

  async #post(path: string, message: Pick<CourierOffer, "offerId"> | CourierOffer): Promise<Answer<OfferReceipt>> {
    const url = endpoint(this.#base, path);
    const answer = await postJson({
      url,
      body: JSON.stringify(message),
      timeoutMs: this.#timeoutMs,
      gone: "driver_unavailable",
    });
    if (!answer.ok) return answer;
    const parsed = receipt.safeParse(answer.value);
    if (!parsed.success || parsed.data.offerId !== message.offerId) return failed(unreadable(url));
    return answered({ receivedAt: parsed.data.receivedAt });
  }
}
