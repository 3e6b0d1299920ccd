import { beforeAll, describe, expect, test } from "vitest";
import { type LedgerEvent, ledgerStream } from "../../domain/inventory/events.ts";
import type { SiteKind } from "../../domain/order/events.ts";
import { ALWAYS_OPEN, type OpeningHours } from "../../domain/site/opening-hours.ts";
import { STATIONS } from "../../domain/site/site.ts";
import { PROJECTIONS } from "../../projections/read-models.ts";
import { liveSchemas } from "../../projections/runner/generations.ts";
import { chained } from "../../test/fixtures/chained.ts";
import { booked } from "../../test/fixtures/ledger-examples.ts";
import { EUR } from "../../test/fixtures/order-examples.ts";
import { readWorldOfFile, storable } from "../../test/fixtures/read-world.ts";
import { AlternativeSites, type AlternativesAsked } from "./alternatives.ts";

const { world, get } = readWorldOfFile();

/** A market square far from the world's own sites. */
const SQUARE = { lat: 47_376_887, lon: 8_541_694 };
/** One kilometre north, in microdegrees. */
const KM = 8_993;

interface Shop {
  readonly kind: SiteKind;
  readonly kmNorth: number;
  readonly stock: readonly LedgerEvent[];
  readonly menu?: readonly string[];
  readonly hours?: OpeningHours;
}

const SHOPS: Readonly<Record<string, Shop>> = {
  "corner-store": { kind: "dark_store", kmNorth: 1, stock: [booked.received("milk", 3, "oats", 2)] },
  "old-bakery": { kind: "bakery", kmNorth: 2, stock: [booked.received("milk", 5), booked.reserved("o1", "milk", 1)] },
  // Beyond 15 minutes of a courier's way, which is what quick commerce promises.
  "far-store": { kind: "dark_store", kmNorth: 4, stock: [booked.received("milk", 50)] },
  "far-kitchen": { kind: "restaurant", kmNorth: 10, stock: [booked.received("oats", 7)] },
  "out-of-town": { kind: "restaurant", kmNorth: 20, stock: [booked.received("milk", 90)] },
  // The business clock stands on a Saturday.
  "weekday-cafe": {
    kind: "restaurant",
    kmNorth: 1,
    stock: [booked.received("milk", 90)],
    hours: { mon: [{ from: "08:00", to: "18:00" }] },
  },
  "no-milk": { kind: "restaurant", kmNorth: 3, stock: [booked.received("milk", 90)], menu: ["oats"] },
  marked: { kind: "restaurant", kmNorth: 3, stock: [booked.received("milk", 9), booked.unavailable("milk")] },
};

let position: string;

async function store(stream: string, facts: Parameters<typeof chained>[1], from: number): Promise<void> {
  const events = chained(stream, facts).slice(from).map(storable);
  const appended = await world().engines.store.append(stream, events, from === 0 ? "no_stream" : BigInt(from - 1));
  position = appended.position.commit.toString();
}

const opening = (siteId: string, { kind, kmNorth, menu = ["milk", "oats"], hours = ALWAYS_OPEN }: Shop) => ({
  type: "site.opened",
  data: {
    siteId,
    kind,
    name: siteId,
    city: "zurich",
    region: "local",
    timeZone: "Europe/Zurich",
    position: { lat: SQUARE.lat + kmNorth * KM, lon: SQUARE.lon },
    hours,
    stations: STATIONS[kind],
    currency: "EUR",
    deliveryFee: 290,
    menu,
  },
});

beforeAll(async () => {
  for (const [siteId, shop] of Object.entries(SHOPS)) {
    await store(`site-${siteId}`, [opening(siteId, shop)], 0);
    await store(ledgerStream(siteId, 0), shop.stock, 0);
  }
  for (const sku of ["milk", "oats"]) {
    const details = { name: `Fresh ${sku}`, description: "", price: EUR(190), taxBasisPoints: 700, unit: "each" };
    await store(`item-${sku}`, [{ type: "item.listed", data: { sku, ...details, allergens: [] } }], 0);
  }
});

const at = ({ lat, lon }: typeof SQUARE, skus: string) => `/api/availability?lat=${lat}&lon=${lon}&skus=${skus}`;
const ask = async (skus: string, where = SQUARE) => {
  const answer = await get(`${at(where, skus)}&after=${position}`, "guest");
  expect(answer.statusCode, answer.body).toBe(200);
  expect(answer.headers["x-stale"]).toBeUndefined();
  return answer.json();
};

describe("availability at a position", () => {
  test("is the stock of the open sites that reach it, summed and by site", async () => {
    const { sites, items, unknown } = await ask("milk,oats,beans");
    expect(sites.map((site: { siteId: string }) => site.siteId)).toEqual([
      "corner-store",
      "old-bakery",
      "marked",
      "no-milk",
      "far-kitchen",
    ]);
    expect(items).toEqual([
      {
        sku: "milk",
        name: "Fresh milk",
        price: EUR(190),
        unit: "each",
        available: 7,
        sites: [
          { siteId: "corner-store", available: 3 },
          { siteId: "old-bakery", available: 4 },
        ],
      },
      {
        sku: "oats",
        name: "Fresh oats",
        price: EUR(190),
        unit: "each",
        available: 9,
        sites: [
          { siteId: "corner-store", available: 2 },
          { siteId: "far-kitchen", available: 7 },
        ],
      },
    ]);
    expect(unknown).toEqual(["beans"]);
  });

  test("says of each site how far it is and when it promises to be there", async () => {
    const [first] = (await ask("")).sites;
    expect(first).toEqual({
      siteId: "corner-store",
      name: "corner-store",
      kind: "dark_store",
      city: "zurich",
      openState: "open",
      distanceMetres: 1_000,
      travelMinutes: 7,
      promisedMinutes: 15,
      promisedAt: "2026-11-21T06:45:00.000Z",
      deliveryFee: EUR(290),
    });
  });

  test("shows what is sold out, and nothing where no site reaches", async () => {
    const far = { lat: SQUARE.lat - 40 * KM, lon: SQUARE.lon };
    const { sites, items } = await ask("milk", far);
    expect(sites).toEqual([]);
    expect(items).toMatchObject([{ sku: "milk", available: 0, sites: [] }]);
  });

  test("follows the catalogue and the stock: whoever waits for a change sees it", async () => {
    const here = { lat: SQUARE.lat + 20 * KM, lon: SQUARE.lon };
    expect((await ask("milk", here)).items[0].available).toBe(90);
    const shop = SHOPS["out-of-town"];
    if (!shop) return expect.fail("there is no such shop");
    await store(ledgerStream("out-of-town", 0), [...shop.stock, booked.counted("milk", 8)], 1);
    expect((await ask("milk", here)).items[0].available).toBe(8);
    const closed = { type: "site.suspended", data: { cause: "storm" } };
    await store("site-out-of-town", [opening("out-of-town", shop), closed], 1);
    expect((await ask("milk", here)).items[0].available).toBe(0);
  });

  test("carries position and age, and is kept by nobody", async () => {
    const { headers } = await get(`${at(SQUARE, "milk")}&after=${position}`, "customer");
    expect(headers).toMatchObject({ "cache-control": "private, no-store" });
    expect(BigInt(String(headers["x-position"]))).toBeGreaterThanOrEqual(BigInt(position));
    expect(headers).toHaveProperty("x-age-ms");
  });

  test.each([
    ["/api/availability?lat=52.52&lon=13.4", "/lat: integer microdegrees"],
    ["/api/availability?lat=95000000&lon=0", "/lat: not beyond 90°"],
    ["/api/availability?lat=0", "/lon"],
    ["/api/availability?lat=0&lon=0&skus=Milk!", "/skus: SKUs with commas between them"],
    [`/api/availability?lat=0&lon=0&skus=${Array.from({ length: 101 }, (_, n) => `s${n}`).join()}`, "at most 100"],
  ])("refuses %s with a reason", async (path, reason) => {
    const answer = await get(path, "guest");
    expect([answer.statusCode, answer.json().code]).toEqual([400, "invalid_request"]);
    expect(answer.json().detail).toContain(reason);
  });
});

describe("another site for an order", () => {
  const lines = (...skus: readonly string[]) => skus.map((sku) => ({ sku, quantity: 2 }));
  const among = async (asked: Partial<AlternativesAsked>) => {
    const { pool } = world().engines;
    const sites = new AlternativeSites(pool, liveSchemas(pool, PROJECTIONS));
    const now = world().clock.now();
    return await sites.withEverything({
      city: "zurich",
      lines: lines("milk"),
      to: SQUARE,
      except: [],
      now,
      limit: 5,
      ...asked,
    });
  };

  test("is open, sells everything, has enough of it and reaches the customer; the shortest way comes first", async () => {
    expect(await among({})).toEqual(["corner-store", "old-bakery"]);
    expect(await among({ lines: lines("milk", "oats") })).toEqual(["corner-store"]);
    expect(await among({ lines: [{ sku: "oats", quantity: 3 }] })).toEqual(["far-kitchen"]);
    expect(await among({ lines: [...lines("milk"), ...lines("milk")] })).toEqual(["old-bakery"]);
  });

  test("is none that was tried, none of another city, and none too many", async () => {
    expect(await among({ except: ["corner-store"] })).toEqual(["old-bakery"]);
    expect(await among({ limit: 1 })).toEqual(["corner-store"]);
    expect(await among({ city: "bern" })).toEqual([]);
    expect(await among({ lines: lines("beans") })).toEqual([]);
  });

  test("comes last where it closes soon", async () => {
    // Monday, ten minutes before six in Zurich: the café is the nearest but one, and about to close.
    expect(await among({ now: Date.parse("2026-11-23T16:50:00.000Z") })).toEqual([
      "corner-store",
      "old-bakery",
      "weekday-cafe",
    ]);
  });
});
