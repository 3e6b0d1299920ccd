import { z } from "zod";
import type { Contact } from "../../domain/order/events.ts";
import { toInstant } from "../../infra/clock.ts";
import type { Config } from "../../infra/config.ts";
import { failpoint } from "../../infra/failpoints.ts";
import { type Answer, answered, failed } from "./answer.ts";
import { endpoint, getJson, postJson, unreadable } from "./post-json.ts";

/** A parcel that the carrier is asked to take. */
export interface ParcelToBook {
  /** Ours, one for each parcel: what the carrier is asked for afterwards. */
  readonly reference: string;
  /** Whom it goes to; opened for this call alone. */
  readonly recipient: Pick<Contact, "name" | "phone" | "address" | "instructions">;
}

/** A parcel as the carrier knows it. */
export interface CarrierBooking {
  readonly booking: string;
  readonly reference: string;
  readonly trackingNumber: string | undefined;
  readonly status: "booked" | "shipped" | "cancelled";
  /** RFC 3339, by the carrier's clock. */
  readonly shippedAt: string | undefined;
}

/** The parcel carrier, Bob's Post. */
export interface CarrierGateway {
  /** Bookings under our reference, the oldest first. What was booked a moment ago may not be in it yet. */
  find(reference: string): Promise<Answer<readonly CarrierBooking[]>>;
  /** Books. Not idempotent: asked twice, the carrier books twice. */
  book(parcel: ParcelToBook): Promise<Answer<CarrierBooking>>;
  /** A booking by the carrier's number. */
  read(booking: string): Promise<Answer<CarrierBooking>>;
  /** Takes back a booking that has not been shipped; may be repeated. */
  cancel(booking: string): Promise<Answer<CarrierBooking>>;
  /** A look-up that finds nothing and changes nothing: whether the carrier answers at all. */
  probe(): Promise<Answer<unknown>>;
}

const stored = z
  .looseObject({
    booking: z.string().min(1).max(200),
    reference: z.string().min(1).max(200),
    trackingNumber: z.string().max(200).nullish(),
    status: z.enum(["booked", "shipped", "cancelled"]),
    shippedAt: z.iso.datetime({ offset: true }).nullish(),
  })
  .transform(
    ({ booking, reference, trackingNumber, status, shippedAt }): CarrierBooking => ({
      booking,
      reference,
      trackingNumber: trackingNumber ?? undefined,
      status,
      shippedAt: shippedAt ? toInstant(Date.parse(shippedAt)) : undefined,
    }),
  );
const list = z.looseObject({ shipments: z.array(stored).max(100) });

/** Bob's Post over HTTP at CARRIER_URL. */
export class HttpCarrierGateway implements CarrierGateway {
  readonly #base: string;
  readonly #common: { readonly headers: Readonly<Record<string, string>>; timeoutMs: number; gone: "unknown" };

  constructor(config: Pick<Config, "CARRIER_URL" | "CARRIER_API_KEY" | "OUTSIDE_TIMEOUT_MS">) {
    this.#base = config.CARRIER_URL;
    this.#common = {
      headers: { authorization: `Bearer ${config.CARRIER_API_KEY}` },
      timeoutMs: config.OUTSIDE_TIMEOUT_MS,
      gone: "unknown",
    };
  }

  async find(reference: string): Promise<Answer<readonly CarrierBooking[]>> {
    const url = endpoint(this.#base, "shipments");
    url.searchParams.set("reference", reference);
    const answer = read(url, list, await getJson({ url, ...this.#common }));
    // What a look-up answers beside the point would be taken for our parcel.
    return answer.ok ? answered(answer.value.shipments.filter((one) => one.reference === reference)) : answer;
  }

  async book({ reference, recipient }: ParcelToBook): Promise<Answer<CarrierBooking>> {
    const url = endpoint(this.#base, "shipments");
    const { name, phone, address, instructions } = recipient;
    const body = JSON.stringify({ reference, recipient: { name, phone, address, instructions } });
    failpoint("parcel.before-book");
    const answer = await postJson({ url, body, ...this.#common });
    failpoint("parcel.after-book");
    const booked = read(url, stored, answer);
    return booked.ok && booked.value.reference !== reference ? failed(unreadable(url)) : booked;
  }

  async read(booking: string): Promise<Answer<CarrierBooking>> {
    const url = endpoint(this.#base, `shipments/${encodeURIComponent(booking)}`);
    return read(url, stored, await getJson({ url, ...this.#common }));
  }

  async cancel(booking: string): Promise<Answer<CarrierBooking>> {
    const url = endpoint(this.#base, `shipments/${encodeURIComponent(booking)}/cancel`);
    failpoint("parcel.before-cancel");
    const answer = await postJson({ url, body: "{}", ...this.#common });
    failpoint("parcel.after-cancel");
    return read(url, stored, answer);
  }

  async probe(): Promise<Answer<unknown>> {
    return await this.find("probe");
  }
}

/** What was answered, in the agreed shape; anything else leaves open whether it was done. */
function read<Value>(url: URL, shape: z.ZodType<Value>, answer: Answer<unknown>): Answer<Value> {
  if (!answer.ok) {
    const { failure } = answer;
    return failure.type === "service_unavailable" ? failed({ ...failure, type: "carrier_unavailable" }) : answer;
  }
  const parsed = shape.safeParse(answer.value);
  return parsed.success ? answered(parsed.data) : failed(unreadable(url));
}
