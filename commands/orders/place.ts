import { Personal } from "../../domain/chain/personal.ts";
import { isSealed, type Subkeys, unseal } from "../../domain/chain/sealing.ts";
import { type CustomerState, customerStream, decide as decideCustomer } from "../../domain/customer/customer.ts";
import { add, type Money, MoneyError, money } from "../../domain/money/money.ts";
import { decide, type PlacingOutcome } from "../../domain/order/decide.ts";
import {
  type Channel,
  type Contact,
  type Language,
  type OrderLine,
  type OrderPlaced,
  orderStream,
} from "../../domain/order/events.ts";
import { isFinal, type OrderState } from "../../domain/order/state.ts";
import { Refusal } from "../../domain/refusal.ts";
import { type OpenState, openState } from "../../domain/site/opening-hours.ts";
import { PROMISED_MINUTES, type Site } from "../../domain/site/site.ts";
import { type Clock, toInstant } from "../../infra/clock.ts";
import { failpoint } from "../../infra/failpoints.ts";
import type { Log } from "../../infra/log.ts";
import type { CatalogueReader } from "../catalogue/catalogue-reader.ts";
import { customers } from "../customers/customer-aggregate.ts";
import type { LedgerSequencer } from "../inventory/sequencer.ts";
import type { Envelope } from "../writing/build-events.ts";
import type { StreamWriter, Written } from "../writing/writer.ts";
import { Offers } from "./offers.ts";
import { orders } from "./order-aggregate.ts";
import { goodsOf, type Reservations } from "./reservations.ts";

/** A line as it is asked for. `substitutes`: what may take its place should it be missing, best first. */
export interface PlacedLine {
  readonly sku: string;
  readonly quantity: number;
  readonly note?: string | undefined;
  readonly substitutes?: readonly string[] | undefined;
}

/** An order as it is asked for, after parsing. Prices are never taken from the caller. */
export interface Placing {
  readonly orderId: string;
  readonly customerId: string;
  readonly placedBy: string;
  readonly channel: Channel;
  readonly siteId: string;
  readonly lines: readonly PlacedLine[];
  readonly contact: Contact | undefined;
  /** How the customer is registered in the same request, where they are not known yet; absent, they must be known. */
  readonly register: { readonly guest: boolean } | undefined;
  readonly method: "courier" | "parcel";
  readonly paymentMethod: string;
  readonly language?: Language | undefined;
  readonly keys: Subkeys;
  readonly envelope: Envelope;
}

export interface PlacePolicy {
  /** How long the answer waits for the reservation. */
  readonly reservationWaitMs: number;
  readonly holdMs: number;
}

export interface Placed {
  readonly written: Written<OrderState>;
  /** The order as it is when the answer goes out. */
  readonly order: OrderState;
  /** Revision and position of now. */
  readonly loaded: Written<OrderState>["loaded"];
  readonly closingSoon: boolean;
}

const MINUTE = 60_000;
/** What was known of a customer so long ago is what is known now. */
const NOW_MS = 200;

export interface PlaceOptions {
  readonly writer: StreamWriter;
  readonly catalogue: CatalogueReader;
  readonly ledgers: LedgerSequencer;
  readonly reservations: Reservations;
  readonly clock: Clock;
  readonly log: Log;
  readonly policy: PlacePolicy;
}

/** Places orders: records first, then tries to reserve, and answers from what is stored. */
export class PlaceOrder {
  readonly #options: PlaceOptions;

  constructor(options: PlaceOptions) {
    this.#options = options;
  }

  /** Rejects with Refusal, Problem, KeysUnavailableError or StoreUnavailableError; then nothing half done is left. */
  async place(placing: Placing): Promise<Placed> {
    const { writer } = this.#options;
    const { decision, closingSoon } = await this.#prepare(placing);
    if (decision instanceof Error) return await this.#repeated(placing, decision);
    const refusal = await this.#register(placing);
    if (refusal) return await this.#repeated(placing, refusal);
    const written = await writer.write({
      stream: orderStream(placing.orderId),
      aggregate: orders,
      kind: "command",
      envelope: placing.envelope,
      keys: placing.keys,
      expectNew: true,
      decide: (state) => decide({ type: "place", placed: decision.placed, outcome: decision.outcome }, state),
    });
    failpoint("place.after-placed");
    const after = await this.#reserved(written);
    failpoint("place.before-answer");
    return { written, order: after.state, loaded: after, closingSoon };
  }

  /**
   * What the order would be today. A refusal is returned and not thrown: the same request may have been accepted
   * before, when the item was still sold, and its repeat is answered as the first time.
   */
  async #prepare(
    placing: Placing,
  ): Promise<{ decision: { placed: OrderPlaced; outcome: PlacingOutcome } | Refusal; closingSoon: boolean }> {
    const { catalogue, clock } = this.#options;
    try {
      const site = await catalogue.site(placing.siteId);
      if (!site || site.status === "closed") throw new Refusal("site_unknown", `there is no site ${placing.siteId}`);
      const lines = await this.#price(placing, site);
      const now = clock.now();
      const open: OpenState = site.status === "suspended" ? "closed" : openState(site.hours, site.timeZone, now);
      const contact = await this.#contactOf(placing);
      if (placing.method === "parcel" && contact.address === undefined) {
        throw new Refusal("address_missing", "a parcel needs an address: send a contact with one");
      }
      const placed = this.#freeze(placing, site, lines, contact, now);
      const outcome = open === "closed" ? ({ kind: "closed" } as const) : await this.#outcome(placing, site.siteId);
      return { decision: { placed, outcome }, closingSoon: open === "closing_soon" };
    } catch (error) {
      if (error instanceof Refusal) return { decision: error, closingSoon: false };
      // Prices in several currencies, or beyond what can be counted: the lines make no order.
      if (error instanceof MoneyError) {
        return { decision: new Refusal("lines_invalid", error.message), closingSoon: false };
      }
      throw error;
    }
  }

  async #outcome(placing: Placing, siteId: string): Promise<PlacingOutcome> {
    const asked = placing.lines.map(({ sku, quantity }) => ({ sku, quantity }));
    // A ledger that is slow to answer keeps no order from being recorded: its reservation decides then.
    const missing = await this.#inTime(this.#options.ledgers.missing(siteId, asked), []);
    return missing.length === 0 ? { kind: "open" } : { kind: "sold_out", fulfilmentId: FIRST_FULFILMENT, missing };
  }

  async #price(placing: Placing, site: Site): Promise<OrderLine[]> {
    const offers = new Offers(this.#options.catalogue, site);
    const ordered = new Set(placing.lines.map(({ sku }) => sku));
    return await Promise.all(
      placing.lines.map(async ({ sku, quantity: amount, note, substitutes = [] }): Promise<OrderLine> => {
        const { unit, ...offer } = await offers.of(sku, amount);
        const others = await offers.inPlaceOf({ ...offer, unit }, amount, substitutes, ordered);
        return {
          ...offer,
          quantity: { amount, unit },
          note: note === undefined ? undefined : new Personal(note),
          substitutes: others.length > 0 ? others : undefined,
        };
      }),
    );
  }

  #freeze(placing: Placing, site: Site, lines: readonly OrderLine[], contact: Contact, now: number): OrderPlaced {
    const zero = money(0, site.currency);
    const sum = (of: (line: OrderLine) => Money) => lines.reduce((total, line) => add(total, of(line)), zero);
    const subtotal = sum((line) => line.price);
    const deliveryFee = money(site.deliveryFee, site.currency);
    return {
      orderId: placing.orderId,
      customerId: placing.customerId,
      placedBy: placing.placedBy,
      channel: placing.channel,
      fulfilments: [
        {
          fulfilmentId: FIRST_FULFILMENT,
          siteId: site.siteId,
          kind: site.kind,
          name: site.name,
          city: site.city,
          timeZone: site.timeZone,
          stations: site.stations,
          lines,
        },
      ],
      subtotal,
      deliveryFee,
      tax: sum((line) => line.tax),
      total: add(subtotal, deliveryFee),
      currency: site.currency,
      delivery: { method: placing.method, promisedAt: toInstant(now + promisedMinutes(placing, site) * MINUTE) },
      paymentMethod: placing.paymentMethod,
      language: placing.language,
      holdUntil: toInstant(now + this.#options.policy.holdMs),
      contact: new Personal(contact),
    };
  }

  async #customer(placing: Placing): Promise<CustomerState> {
    const { memory } = this.#options.writer;
    const stream = customerStream(placing.customerId);
    const { state } = await memory.recent(stream, customers, NOW_MS);
    // Nobody is refused by what is only remembered.
    return state && !state.held && !state.erased ? state : (await memory.refresh(stream, customers)).state;
  }

  async #contactOf(placing: Placing): Promise<Contact> {
    if (placing.contact) return placing.contact;
    const known = await this.#customer(placing);
    if (known?.contact && isSealed(known.contact.sealed)) {
      const stream = customerStream(placing.customerId);
      // Sealed by `register` or `change_contact`, which take a Contact.
      return unseal(placing.keys, stream, known.contact.eventId, known.contact.sealed) as Contact;
    }
    throw new Refusal("customer_unknown", "send a contact: nothing is known yet of where the order goes");
  }

  /**
   * A guest, and a customer's first order: registered in the same request, before placing. A refusal is returned, as by
   * `#prepare`.
   */
  async #register(placing: Placing): Promise<Refusal | undefined> {
    const { register, contact, customerId } = placing;
    if (register?.guest !== true) {
      const known = await this.#customer(placing);
      if (known?.held) return new Refusal("customer_on_hold", "orders of this customer are held; support can tell why");
      if (known && !known.erased) return undefined;
      if (!register || known?.erased) return new Refusal("customer_unknown", "there is no such customer");
    }
    if (!contact) return new Refusal("customer_unknown", "send a contact with the first order");
    await this.#options.writer.write({
      stream: customerStream(customerId),
      aggregate: customers,
      kind: "command",
      envelope: { ...placing.envelope, correlationId: customerId },
      keys: placing.keys,
      expectNew: true,
      decide: (state) =>
        decideCustomer(
          { type: "register", customerId, guest: register?.guest ?? false, contact: new Personal(contact) },
          state,
        ),
    });
    return undefined;
  }

  /** The repeat of a placing that could not be accepted today: answered as the first time, or refused. */
  async #repeated(placing: Placing, refusal: Refusal): Promise<Placed> {
    const { writer } = this.#options;
    const written = await writer.write({
      stream: orderStream(placing.orderId),
      aggregate: orders,
      kind: "command",
      envelope: placing.envelope,
      decide: () => {
        throw refusal;
      },
    });
    const after = await this.#reserved(written);
    return { written, order: after.state, loaded: after, closingSoon: false };
  }

  /**
   * Reserves what is stored and still waits for its stock, and waits a moment for it. What takes longer goes on by
   * itself; should this process die, the stock process takes it up.
   */
  async #reserved(written: Written<OrderState>): Promise<Written<OrderState>["loaded"]> {
    const { reservations, log, writer } = this.#options;
    const order = written.loaded.state;
    if (!order || isFinal(order)) return written.loaded;
    const open = order.fulfilments.filter(({ reserved }) => !reserved);
    if (open.length === 0) return written.loaded;
    const all = Promise.all(open.map((fulfilment) => reservations.reserve(order, goodsOf(fulfilment))));
    const settled = all.catch((error: unknown) => {
      log.warn(
        { orderId: order.orderId, err: error },
        "a reservation did not go through at once; it is taken up again",
      );
      return [];
    });
    const results = await this.#inTime(settled, []);
    return results.at(-1)?.loaded ?? writer.memory.remembered<OrderState>(orderStream(order.orderId)) ?? written.loaded;
  }

  /** What comes within the time that an answer may wait; else `late`. A failure that comes later is nobody's. */
  async #inTime<T>(coming: Promise<T>, late: T): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<T>((resolve) => {
      timer = setTimeout(() => resolve(late), this.#options.policy.reservationWaitMs);
    });
    try {
      return await Promise.race([coming, over]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** What is sent by parcel takes the carrier's time, whoever packs it. */
const promisedMinutes = ({ method }: Placing, { kind }: Site): number =>
  PROMISED_MINUTES[method === "parcel" ? "warehouse" : kind];

/** First fulfilment of the first plan; every later plan mints new ids. */
const FIRST_FULFILMENT = "1.1";
