import { setTimeout as sleep } from "node:timers/promises";
import { ApiClient } from "../../../cli/simulate/api-client.ts";
import { pick, randomFrom } from "../../../cli/simulate/random.ts";
import type { Acknowledgement, Asked, Buyer, ClientRecord } from "./client-record.ts";
import { followOrder } from "./live-orders.ts";
import { HOUSE_SPECIAL, REJECTING_SITE, SCARCE_ITEM, SPOILT_ITEM } from "./rejecting-site.ts";

export interface ShopperOptions {
  readonly base: string;
  readonly seed: number;
  readonly record: ClientRecord;
  readonly signal: AbortSignal;
  /** Whether another order is wanted now. */
  wanted(underWay: number): boolean;
}

/** Out of a hundred buyers; what is left pays and waits. */
const SHARES: readonly (readonly [Buyer, number])[] = [
  ["declined", 8],
  ["flaky_card", 6],
  ["cancels", 12],
  ["rejected", 7],
  ["elsewhere", 4],
  ["spoilt", 3],
  ["scarce", 6],
  ["parcel", 4],
  ["withdrawn", 3],
];

const CARDS: Readonly<Partial<Record<Buyer, string>>> = {
  declined: "pm_card_chargeDeclined",
  flaky_card: "pm_card_chargeDeclinedProcessingError",
};

const MENU: Readonly<Record<string, readonly string[]>> = {
  "sweet-crumbs": ["butter-croissant", "cinnamon-roll", "cheesecake", "sourdough-loaf"],
  "trattoria-lina": ["pizza-margherita", "pizza-funghi", "lasagne", "tiramisu"],
};

/** Statuses after which nothing can be taken back. */
const ENDED = new Set(["shipped", "cancelled", "out_of_stock", "payment_failed", "restaurant_rejected"]);

const LOOK_MS = 25;
const MOST_AT_ONCE = 12;
const WATCHED_SHARE = 0.15;
const LONGEST_HESITATION_MS = 2_000;

/** Guests who keep the system busy: whenever another order is wanted, somebody places one, with a key of their own. */
export class Shoppers {
  readonly #options: ShopperOptions;
  readonly #random: () => number;
  #begun = 0;
  #underWay = 0;

  constructor(options: ShopperOptions) {
    this.#options = options;
    this.#random = randomFrom(options.seed);
  }

  start(): void {
    const { signal, wanted } = this.#options;
    const timer = setInterval(() => {
      while (this.#underWay < MOST_AT_ONCE && wanted(this.#underWay)) void this.#shop();
    }, LOOK_MS);
    signal.addEventListener("abort", () => clearInterval(timer), { once: true });
  }

  /** Orders being placed that nobody has answered yet. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Places one plain order now and returns its id once it is acknowledged. */
  async probe(): Promise<string> {
    const acknowledged = await this.#place("pays", false);
    if (acknowledged === undefined)
      throw new Error(`a plain order was refused: ${this.#options.record.refused.at(-1)}`);
    return acknowledged.orderId;
  }

  /** Sends buyers of one kind, beside those who come by themselves; they watch what becomes of their orders. */
  send(buyer: Buyer, count: number): void {
    for (let i = 0; i < count; i++) void this.#shop(buyer, true);
  }

  /** Sends what was asked for before once more, with the same key, as somebody does who finds their order gone. */
  async repeat({ guest, key, body }: Asked, buyer: Buyer): Promise<Acknowledgement> {
    const { base, signal, record } = this.#options;
    const client = new ApiClient(base, { role: "guest", id: guest }, signal, record.history.hear);
    const answer = await client.post("/api/orders", body, key);
    if (answer.status >= 300 || !answer.body) throw new Error(`a repeated order was refused: ${answer.status}`);
    const acknowledged = acknowledgementOf("place", answer.body);
    record.placed.set(acknowledged.orderId, { ...acknowledged, buyer });
    record.asked.set(acknowledged.orderId, { guest, key, body });
    return acknowledged;
  }

  async #shop(sent?: Buyer, watching = false): Promise<void> {
    const buyer = sent ?? drawn(this.#random() * 100);
    const watched = watching || this.#random() < WATCHED_SHARE;
    const hesitation = this.#random() * LONGEST_HESITATION_MS;
    try {
      const acknowledged = await this.#place(buyer, watched);
      if (acknowledged && buyer === "cancels") setTimeout(() => void this.#cancel(acknowledged), hesitation);
      if (acknowledged && buyer === "withdrawn") await this.#withdraw(acknowledged);
    } catch (error) {
      if (!this.#options.signal.aborted) throw error;
    }
  }

  async #place(buyer: Buyer, watched: boolean): Promise<Acknowledgement | undefined> {
    const { seed, record } = this.#options;
    const n = this.#begun++;
    this.#underWay++;
    try {
      const client = this.#client(n);
      const order = this.#order(buyer, n);
      const { status, body } = await client.post("/api/orders", order, keyOf(seed, n));
      if (status >= 300 || body === undefined) {
        record.refused.push(`${status} ${body?.code ?? ""}`);
        return undefined;
      }
      const acknowledged = acknowledgementOf("place", body);
      record.placed.set(acknowledged.orderId, { ...acknowledged, buyer });
      record.asked.set(acknowledged.orderId, { guest: guestId(seed, n), key: keyOf(seed, n), body: order });
      owners.set(acknowledged, client);
      void this.#look(client, acknowledged);
      if (watched) void followOrder({ ...this.#options, guestId: guestId(seed, n), orderId: acknowledged.orderId });
      return acknowledged;
    } finally {
      this.#underWay--;
    }
  }

  async #cancel(placed: Acknowledgement, client = owners.get(placed)): Promise<void> {
    const { record, signal } = this.#options;
    if (!client || signal.aborted) return;
    const path = `/api/orders/${placed.orderId}/cancel`;
    try {
      const { status, body } = await client.post(path, { reason: "changed my mind" }, `cancel-${placed.orderId}`);
      // A kitchen that has started, or a payment that failed first: then there is nothing to cancel.
      if (status >= 300 || !body) return;
      const cancelled = acknowledgementOf("cancel", body);
      record.commands.push(cancelled);
      await this.#look(client, cancelled);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Support takes a parcel order back once it is booked, at the customer's wish; the carrier may be quicker. */
  async #withdraw(placed: Acknowledgement): Promise<void> {
    const { base, record, signal } = this.#options;
    const support = new ApiClient(base, { role: "support", id: "drill-support" }, signal, record.history.hear);
    for (;;) {
      const { body } = await support.get(`/api/orders/${placed.orderId}`);
      const status = String(body?.status);
      if (status === "scheduled") break;
      if (ENDED.has(status)) return;
      await sleep(LOOK_MS * 4, undefined, { signal });
    }
    await this.#cancel(placed, support);
  }

  /** Looks at an order at once after something about it was acknowledged, and once more later: it has to show that. */
  async #look(client: ApiClient, { orderId, position }: Acknowledgement): Promise<void> {
    const { signal } = this.#options;
    try {
      await client.get(`/api/orders/${orderId}`, position);
      await sleep(this.#random() * LONGEST_HESITATION_MS, undefined, { signal });
      await client.get(`/api/orders/${orderId}`, this.#random() < 0.5 ? position : undefined);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #client(n: number): ApiClient {
    const { base, seed, signal, record } = this.#options;
    return new ApiClient(base, { role: "guest", id: guestId(seed, n) }, signal, record.history.hear);
  }

  #order(buyer: Buyer, n: number): unknown {
    const contact = { name: `Guest ${n}`, email: `guest${n}@example.org`, address: "Torstr. 1, Berlin" };
    const paymentMethod = CARDS[buyer];
    const paying = paymentMethod === undefined ? {} : { paymentMethod };
    if (buyer === "scarce") return { siteId: REJECTING_SITE, lines: [line(SCARCE_ITEM, this.#amount(3))], contact };
    if (buyer === "rejected") return { siteId: REJECTING_SITE, lines: [line(HOUSE_SPECIAL, this.#amount(2))], contact };
    if (buyer === "elsewhere") return { siteId: REJECTING_SITE, lines: [line("lasagne", this.#amount(2))], contact };
    if (buyer === "spoilt") return { siteId: REJECTING_SITE, lines: [line(SPOILT_ITEM, this.#amount(2))], contact };
    const siteId = pick(Object.keys(MENU), this.#random);
    const skus = new Set([pick(MENU[siteId] ?? [], this.#random), pick(MENU[siteId] ?? [], this.#random)]);
    const delivery = buyer === "parcel" || buyer === "withdrawn" ? { delivery: { method: "parcel" } } : {};
    return { siteId, lines: [...skus].map((sku) => line(sku, this.#amount(2))), contact, ...paying, ...delivery };
  }

  #amount(most: number): number {
    return 1 + Math.floor(this.#random() * most);
  }
}

function drawn(percent: number): Buyer {
  let sum = 0;
  for (const [buyer, share] of SHARES) {
    sum += share;
    if (percent < sum) return buyer;
  }
  return "pays";
}

/** Who placed what, to act for it later. */
const owners = new WeakMap<Acknowledgement, ApiClient>();

const line = (sku: string, quantity: number) => ({ sku, quantity });
const keyOf = (seed: number, n: number) => `drill-${seed}-${n}`;
const guestId = (seed: number, n: number) => `drill-guest-${seed}-${n}`;

function acknowledgementOf(command: string, body: Readonly<Record<string, unknown>>): Acknowledgement {
  const { id, revision, position, status } = body;
  return {
    orderId: String(id),
    command,
    revision: String(revision),
    position: String(position),
    status: String(status),
  };
}
