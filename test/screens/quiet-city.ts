import { SAMPLE_SITES } from "../../cli/sample-data.ts";
import type { CourierView, OrderView } from "../../projections/views.ts";
import type { Person } from "./shot.ts";
import type { Stage } from "./stage.ts";

const ADMIN: Person = { role: "admin", id: "ada" };

interface Point {
  readonly lat: number;
  readonly lon: number;
}

/** A city with bakeries of its own, in which nothing happens but what is arranged. */
export interface CityPlan {
  readonly name: string;
  readonly sites: readonly { readonly siteId: string; readonly name: string; readonly position: Point }[];
  /** Who orders lives there. */
  readonly street: string;
  readonly door: Point;
  /** A good part of the way from the first bakery to the door. */
  readonly onTheWay: Point;
}

export const LEIPZIG: CityPlan = {
  name: "Leipzig",
  sites: [
    { siteId: "zuckerwerk", name: "Zuckerwerk", position: { lat: 51_340_200, lon: 12_374_700 } },
    { siteId: "kuchenkiste", name: "Kuchenkiste Südvorstadt", position: { lat: 51_322_800, lon: 12_372_900 } },
  ],
  street: "Eisenbahnstr. 112, 04315 Leipzig",
  door: { lat: 51_327_000, lon: 12_402_000 },
  onTheWay: { lat: 51_332_000, lon: 12_391_000 },
};

export const DRESDEN: CityPlan = {
  name: "Dresden",
  sites: [{ siteId: "elbkonditorei", name: "Elbkonditorei", position: { lat: 51_050_400, lon: 13_737_300 } }],
  street: "Alaunstr. 36, 01099 Dresden",
  door: { lat: 51_067_500, lon: 13_752_000 },
  onTheWay: { lat: 51_060_000, lon: 13_746_000 },
};

/** Only the first bakery of a city makes it. */
export const ONLY_THERE = "raspberry-tart";
/** There are three of them at each. */
export const SCARCE = "sourdough-loaf";

/** Who orders under a name of their own. */
export const guest = (name: string): Person => ({ role: "guest", id: `guest-${name}` });

/** Couriers by number. */
export const courierNo = (n: number): Person => ({
  role: "courier",
  id: `0c0ffee0-0000-4000-8000-0000000001${String(n).padStart(2, "0")}`,
});

/** What somebody orders, and where. */
export interface Wish {
  readonly lines?: readonly object[];
  readonly siteId?: string;
  readonly method?: "courier" | "parcel";
  readonly paymentMethod?: string;
}

/** A birthday. */
const CAKE = [
  { sku: "birthday-cake", quantity: 1, note: "Happy birthday Mia" },
  { sku: "butter-croissant", quantity: 4 },
];

/** What becomes of an order with a courier, in this sequence. */
const STEPS = ["offered", "accept", "arrive", "pick-up", "deliver"] as const;
export type Step = (typeof STEPS)[number];

/** A city on a stage: who orders there, its kitchens, and its couriers. */
export class QuietCity {
  readonly #stage: Stage;
  readonly #plan: CityPlan;
  readonly #cook: Person;
  #opened: Promise<void> | undefined;

  constructor(stage: Stage, plan: CityPlan) {
    this.#stage = stage;
    this.#plan = plan;
    const sites = [...plan.sites.map(({ siteId }) => siteId), "warehouse-berlin"];
    this.#cook = { role: "kitchen", id: `cook-${plan.name}`, sites };
  }

  /** Opens its bakeries, once. */
  open(): Promise<void> {
    this.#opened ??= this.#open();
    return this.#opened;
  }

  async #open(): Promise<void> {
    const like = SAMPLE_SITES.find(({ siteId }) => siteId === "sweet-crumbs");
    if (!like) throw new Error("the sample data has no bakery");
    const { siteId: _, ...bakery } = like;
    for (const [n, { siteId, ...site }] of this.#plan.sites.entries()) {
      const menu = bakery.menu.filter((sku) => n === 0 || sku !== ONLY_THERE);
      const opened = { ...bakery, ...site, siteId, menu, city: this.#plan.name };
      await this.#stage.post(ADMIN, "/api/sites", opened, `open-${siteId}`);
      const lines = menu.map((sku) => ({ sku, quantity: sku === SCARCE ? 3 : 500 }));
      await this.#stage.post(ADMIN, `/api/sites/${siteId}/stock/receive`, { lines }, `stock-${siteId}`);
      await this.#stage.until<{ stock: readonly { available: number }[] }>(
        ADMIN,
        `/api/sites/${siteId}/availability`,
        ({ stock }) => stock.some(({ available }) => available > 0),
      );
    }
  }

  /** Somebody orders under this name. Resolves to the order's id. */
  async order(name: string, wish: Wish = {}): Promise<string> {
    await this.open();
    const { lines = CAKE, siteId = this.#plan.sites[0]?.siteId, method = "courier", paymentMethod } = wish;
    const contact = {
      name: "Mia Weber",
      phone: "+49 341 5550123",
      email: "mia.weber@example.org",
      address: this.#plan.street,
      instructions: "Second courtyard, third floor. The bell is broken, please knock.",
      position: this.#plan.door,
    };
    const paid = paymentMethod ? { paymentMethod } : {};
    const body = { siteId, lines, contact, delivery: { method }, ...paid };
    return (await this.#stage.post<{ id: string }>(guest(name), "/api/orders", body, name)).id;
  }

  /** The kitchen makes an order that it was told of, up to a point. */
  async make(id: string, upTo: "accepted" | "started" | "ready" | "rejected"): Promise<void> {
    const { fulfilments } = await this.#stage.until<OrderView>(this.#cook, `/api/orders/${id}`, ({ status }) =>
      /restaurant_notified|restaurant_accepted/.test(status),
    );
    const [part] = fulfilments;
    const act = (what: string, body: object = {}) =>
      this.#stage.post(this.#cook, `${partOf(id, part?.fulfilmentId)}/${what}`, body, `${id}-${what}`);
    if (upTo === "rejected") {
      await act("reject");
      return;
    }
    await act("accept");
    if (upTo === "accepted") return;
    for (const station of part?.stations ?? []) {
      await act(`stations/${station}/start`);
      if (upTo === "started") return;
      await act(`stations/${station}/complete`);
    }
    await act("ready");
  }

  /** A line turns out to be missing while it is made. */
  async miss(id: string, sku: string): Promise<void> {
    const { fulfilments } = await this.#stage.get<OrderView>(this.#cook, `/api/orders/${id}`);
    const [part] = fulfilments;
    const path = `${partOf(id, part?.fulfilmentId)}/items/${sku}/unavailable`;
    await this.#stage.post(this.#cook, path, {}, `${id}-missing`);
    const back = { sku, available: true };
    await this.#stage.post(this.#cook, `/api/sites/${part?.siteId}/stock/availability`, back, `${id}-back`);
  }

  async startShift(courier: Person): Promise<void> {
    await this.open();
    const city = { city: this.#plan.name };
    await this.#stage.post(courier, `/api/couriers/${courier.id}/shift/start`, city, `shift-${courier.id}`);
  }

  async endShift(courier: Person): Promise<void> {
    await this.#stage.until<CourierView>(courier, `/api/couriers/${courier.id}`, ({ orderId }) => !orderId);
    await this.#stage.post(courier, `/api/couriers/${courier.id}/shift/end`, {}, `end-${courier.id}`);
  }

  /** A courier goes on shift, waits for the offer of an order, and carries it up to a step. */
  async ride(id: string, courier: Person, upTo: Step): Promise<void> {
    await this.startShift(courier);
    await this.#stage.until<CourierView>(courier, `/api/couriers/${courier.id}`, ({ orderId }) => orderId === id);
    for (const act of STEPS.slice(1, STEPS.indexOf(upTo) + 1)) {
      await this.#stage.post(courier, `/api/orders/${id}/delivery/${act}`, {}, `${id}-${act}`);
    }
  }

  /** The courier's phone says that it is on the way. */
  async showOnTheWay(courier: Person): Promise<void> {
    await this.#stage.post(courier, `/api/couriers/${courier.id}/position`, this.#plan.onTheWay, "road");
  }
}

const partOf = (orderId: string, fulfilmentId = ""): string => `/api/orders/${orderId}/fulfilments/${fulfilmentId}`;
