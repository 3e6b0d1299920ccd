import { items, sites } from "../commands/catalogue/catalogue-aggregates.ts";
import type { Envelope } from "../commands/writing/build-events.ts";
import { decide as decideItem, type ItemDetails, itemStream } from "../domain/catalogue/item.ts";
import type { Actor } from "../domain/chain/envelope.ts";
import { commandIdFor, fingerprint } from "../domain/chain/ids.ts";
import { ALWAYS_OPEN } from "../domain/site/opening-hours.ts";
import { decide as decideSite, type SiteDetails, STATIONS, siteStream } from "../domain/site/site.ts";
import type { Config } from "../infra/config.ts";
import type { Log } from "../infra/log.ts";
import { foundation } from "./roles/foundation.ts";

type SampleItem = Omit<ItemDetails, "price" | "taxBasisPoints" | "unit"> & {
  readonly sku: string;
  readonly cents: number;
};

const BAKERY_ITEMS: readonly SampleItem[] = [
  {
    sku: "birthday-cake",
    name: "Birthday cake",
    cents: 3450,
    description: "Sponge, buttercream, your words on it",
    allergens: ["gluten", "egg", "milk"],
    emoji: "🎂",
    picture: "/pictures/birthday-cake.svg",
  },
  {
    sku: "cheesecake",
    name: "Cheesecake",
    cents: 2890,
    description: "Baked, with a vanilla crust",
    allergens: ["gluten", "egg", "milk"],
    emoji: "🍰",
    picture: "/pictures/cheesecake.svg",
  },
  {
    sku: "butter-croissant",
    name: "Butter croissant",
    cents: 240,
    description: "Folded twenty-seven times",
    allergens: ["gluten", "milk"],
    emoji: "🥐",
    picture: "/pictures/butter-croissant.svg",
  },
  {
    sku: "cinnamon-roll",
    name: "Cinnamon roll",
    cents: 320,
    description: "Still warm",
    allergens: ["gluten", "milk"],
    emoji: "🍥",
    picture: "/pictures/cinnamon-roll.svg",
  },
  {
    sku: "sourdough-loaf",
    name: "Sourdough loaf",
    cents: 590,
    description: "Rye and wheat, 750 g",
    allergens: ["gluten"],
    emoji: "🍞",
    picture: "/pictures/sourdough-loaf.svg",
  },
  {
    sku: "raspberry-tart",
    name: "Raspberry tart",
    cents: 480,
    description: "Almond cream, fresh berries",
    allergens: ["gluten", "nuts", "egg"],
    emoji: "🥧",
    picture: "/pictures/raspberry-tart.svg",
  },
];

const RESTAURANT_ITEMS: readonly SampleItem[] = [
  {
    sku: "pizza-margherita",
    name: "Pizza Margherita",
    cents: 1090,
    description: "Tomato, mozzarella, basil",
    allergens: ["gluten", "milk"],
    emoji: "🍕",
    picture: "/pictures/pizza-margherita.svg",
  },
  {
    sku: "pizza-funghi",
    name: "Pizza Funghi",
    cents: 1290,
    description: "Mushrooms, thyme, mozzarella",
    allergens: ["gluten", "milk"],
    emoji: "🍄",
    picture: "/pictures/pizza-funghi.svg",
  },
  {
    sku: "lasagne",
    name: "Lasagne",
    cents: 1350,
    description: "Slow ragù, béchamel",
    allergens: ["gluten", "milk", "egg"],
    emoji: "🍝",
    picture: "/pictures/lasagne.svg",
  },
  {
    sku: "insalata-mista",
    name: "Insalata mista",
    cents: 690,
    description: "Leaves, fennel, oranges",
    allergens: [],
    emoji: "🥗",
    picture: "/pictures/insalata-mista.svg",
  },
  {
    sku: "tiramisu",
    name: "Tiramisù",
    cents: 650,
    description: "Mascarpone and coffee",
    allergens: ["gluten", "milk", "egg"],
    emoji: "☕",
    picture: "/pictures/tiramisu.svg",
  },
];

const BERLIN = { city: "Berlin", region: "local", timeZone: "Europe/Berlin", currency: "EUR", hours: ALWAYS_OPEN };

const skusOf = (list: readonly SampleItem[]) => list.map(({ sku }) => sku);

/** What keeps on its way through the post. */
const PARCEL_SKUS = ["cheesecake", "sourdough-loaf", "cinnamon-roll"];

/** The sites of a new system: where an order can be placed at any hour. */
export const SAMPLE_SITES: readonly (SiteDetails & { readonly siteId: string })[] = [
  {
    ...BERLIN,
    siteId: "sweet-crumbs",
    kind: "bakery",
    name: "Sweet Crumbs Bakery",
    position: { lat: 52_529_100, lon: 13_401_800 },
    stations: STATIONS.bakery,
    deliveryFee: 290,
    menu: skusOf(BAKERY_ITEMS),
  },
  {
    ...BERLIN,
    siteId: "trattoria-lina",
    kind: "restaurant",
    name: "Trattoria Lina",
    position: { lat: 52_498_700, lon: 13_418_300 },
    stations: STATIONS.restaurant,
    deliveryFee: 350,
    menu: skusOf(RESTAURANT_ITEMS),
  },
  {
    ...BERLIN,
    siteId: "warehouse-berlin",
    kind: "warehouse",
    name: "Postal Bakery",
    position: { lat: 52_536_200, lon: 13_344_900 },
    stations: STATIONS.warehouse,
    deliveryFee: 590,
    menu: PARCEL_SKUS,
  },
];

const STOCK_OF_EACH = 100_000;
const FEW: Readonly<Record<string, number>> = { "raspberry-tart": 0, "birthday-cake": 2_000 };
const ADMIN: Actor = { type: "admin", id: "sample-data" };
const KEY = "sample-data-1";

/** Fills an empty system with something to order. Repeating it changes nothing: the commands' ids are fixed. */
export async function loadSampleData(config: Config, log: Log): Promise<void> {
  const base = await foundation(config, "sample-data", log);
  const at = new Date(base.clock.now()).toISOString();
  const envelope = (what: string): Envelope => ({
    cmd: commandIdFor("admin:sample-data", `${KEY}/${what}`),
    fp: fingerprint(base.fingerprintKey, { command: "sample-data", body: what }),
    at,
    actor: ADMIN,
    correlationId: what,
    causationId: KEY,
  });
  try {
    for (const { sku, cents, ...rest } of [...BAKERY_ITEMS, ...RESTAURANT_ITEMS]) {
      const details = {
        ...rest,
        price: { amount: cents, currency: "EUR" },
        taxBasisPoints: 700,
        unit: "each",
      } as const;
      await base.writer.write({
        stream: itemStream(sku),
        aggregate: items,
        kind: "command",
        envelope: envelope(sku),
        decide: (state) => (state ? [] : decideItem({ type: "list", sku, details }, state)),
      });
    }
    for (const { siteId, ...details } of SAMPLE_SITES) {
      await base.writer.write({
        stream: siteStream(siteId),
        aggregate: sites,
        kind: "command",
        envelope: envelope(siteId),
        decide: (state) => (state ? [] : decideSite({ type: "open", siteId, details }, state)),
      });
      const lines = details.menu
        .map((sku) => ({ sku, quantity: FEW[sku] ?? STOCK_OF_EACH }))
        .filter(({ quantity }) => quantity > 0);
      await base.ledgers.ask(siteId, {
        command: { type: "receive", lines, reference: "opening stock" },
        kind: "command",
        since: "1970-01-01T00:00:00.000Z",
        envelope: envelope(`${siteId}/stock`),
      });
    }
  } finally {
    await base.close();
  }
}
