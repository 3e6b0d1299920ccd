import { z } from "zod";
import { toInstant } from "../../infra/clock.ts";
import type { Config } from "../../infra/config.ts";
import { type Answer, answered, failed } from "../gateways/answer.ts";
import { endpoint, getJson, unreadable } from "../gateways/post-json.ts";
import type { BookedParcel, BookPage, CarrierBooks } from "./books.ts";

/** What the carrier gives in one answer at most. */
const PAGE = 100;

const parcel = z
  .looseObject({
    booking: z.string().min(1).max(200),
    reference: z.string().max(200),
    trackingNumber: z.string().max(200).nullish(),
    status: z.enum(["booked", "shipped", "cancelled"]),
    bookedAt: z.iso.datetime({ offset: true }),
    shippedAt: z.iso.datetime({ offset: true }).nullish(),
  })
  .transform(
    ({ booking, reference, trackingNumber, status, bookedAt, shippedAt }): BookedParcel => ({
      booking,
      reference,
      trackingNumber: trackingNumber ?? undefined,
      status,
      shippedAt: shippedAt ? toInstant(Date.parse(shippedAt)) : undefined,
      at: Date.parse(bookedAt),
    }),
  );
const list = z.looseObject({ shipments: z.array(parcel).max(PAGE), hasMore: z.boolean().default(false) });

/** The books of Bob's Post over HTTP at CARRIER_URL. */
export class HttpCarrierBooks implements CarrierBooks {
  readonly #config: Pick<Config, "CARRIER_URL" | "CARRIER_API_KEY" | "OUTSIDE_TIMEOUT_MS">;

  constructor(config: Pick<Config, "CARRIER_URL" | "CARRIER_API_KEY" | "OUTSIDE_TIMEOUT_MS">) {
    this.#config = config;
  }

  async parcels(from: number, after: string | undefined): Promise<Answer<BookPage<BookedParcel>>> {
    const answer = await this.#list({ bookedFrom: toInstant(from), ...(after !== undefined && { after }) });
    if (!answer.ok) return answer;
    const { shipments, hasMore } = answer.value;
    return answered({ entries: shipments, next: hasMore ? shipments.at(-1)?.booking : undefined });
  }

  async ofReference(reference: string): Promise<Answer<readonly BookedParcel[]>> {
    const answer = await this.#list({ reference });
    return answer.ok ? answered(answer.value.shipments.filter((one) => one.reference === reference)) : answer;
  }

  async #list(query: Readonly<Record<string, string>>): Promise<Answer<z.output<typeof list>>> {
    const { CARRIER_URL, CARRIER_API_KEY, OUTSIDE_TIMEOUT_MS } = this.#config;
    const url = endpoint(CARRIER_URL, "shipments");
    for (const [name, value] of Object.entries({ ...query, limit: String(PAGE) })) url.searchParams.set(name, value);
    const headers = { authorization: `Bearer ${CARRIER_API_KEY}` };
    const answer = await getJson({ url, headers, timeoutMs: OUTSIDE_TIMEOUT_MS, gone: "unknown" });
    if (!answer.ok) return answer;
    const parsed = list.safeParse(answer.value);
    return parsed.success ? answered(parsed.data) : failed(unreadable(url));
  }
}
