import { beforeAll, describe, expect, test } from "vitest";
import { inTransaction } from "../../infra/postgres/pool.ts";
import { bucketOf, durationOf } from "../../projections/analytics/histogram.ts";
import { analyticsProjection } from "../../projections/analytics/projection.ts";
import { availabilityProjection } from "../../projections/availability/projection.ts";
import { liveSchemas } from "../../projections/runner/generations.ts";
import type { Projection } from "../../projections/runner/projection.ts";
import { idFor } from "../../test/fixtures/read-history.ts";
import { cancelled, delivered, preparing, readWorldOfFile } from "../../test/fixtures/read-world.ts";

const { world, get } = readWorldOfFile();
const ask = async (path: string) => {
  const answer = await get(`/api/analytics/${path}`, "analyst");
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
};

/** Schema of a projection's live generation. */
const schemaOf = async (projection: string) => (await liveSchemas(world().engines.pool).of(projection)).schema;

const PLACED_AT = "2026-11-21T06:00:00.000Z";
const TOTAL = 2690;
/** Seconds from the placing to the first event of a type: the world's orders have an event every second. */
const secondOf = (type: string) => delivered.findIndex((event) => event.type === type);

beforeAll(() => {
  expect([preparing, delivered, cancelled].every(([first]) => first?.metadata.at === PLACED_AT)).toBe(true);
});

describe("orders by hour", () => {
  test("show what became of those placed then, and nothing where none was", async () => {
    const { from, to, bucket, currencies, rows } = await ask("orders?site=bakery-mitte");
    expect([from, to, bucket, currencies]).toEqual([
      "2026-11-20T07:00:00.000Z",
      "2026-11-21T07:00:00.000Z",
      "hour",
      ["EUR"],
    ]);
    expect(rows).toHaveLength(24);
    expect(rows.at(-1)).toEqual({
      at: PLACED_AT,
      orders: 3,
      paid: 3,
      accepted: 2,
      rejected: 0,
      cancelled: 1,
      outOfStock: 0,
      paymentFailed: 0,
      delivered: 1,
      shipped: 0,
      late: 0,
      revenue: { amount: 3 * TOTAL, currency: "EUR" },
      refunds: 0,
      refunded: { amount: 0, currency: "EUR" },
      disputes: 0,
    });
    expect(rows[0]).toMatchObject({ orders: 0, revenue: { amount: 0, currency: "EUR" } });
  });

  test("are the same for a city, for everything, and by day", async () => {
    const [site] = (await ask("orders?site=bakery-mitte")).rows.slice(-1);
    for (const query of ["orders?city=berlin", "orders"]) expect((await ask(query)).rows.at(-1)).toEqual(site);
    const day = await ask("orders?bucket=day&from=2026-11-20T12:00:00Z&to=2026-11-21T12:00:00Z");
    expect(day.rows.map((row: { at: string; orders: number }) => [row.at, row.orders])).toEqual([
      ["2026-11-20T00:00:00.000Z", 0],
      [PLACED_AT.replace("06:", "00:"), 3],
    ]);
    expect((await ask("orders?city=hamburg")).rows.at(-1)).toMatchObject({ orders: 0, revenue: null });
    expect((await ask("orders?currency=CHF")).rows.at(-1)).toMatchObject({
      orders: 0,
      revenue: { amount: 0, currency: "CHF" },
    });
  });

  test("have no common amount where currencies differ, and one for each that is asked for", async () => {
    const schema = await schemaOf("analytics");
    await world().engines.pool.query(
      `INSERT INTO ${schema}.place_hours SELECT place, hour, 'CHF', 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 700, 0, 0, 0
       FROM ${schema}.place_hours WHERE place = 'city:berlin'`,
    );
    const both = await ask("orders?city=berlin");
    expect([both.currencies, both.rows.at(-1).orders, both.rows.at(-1).revenue]).toEqual([["CHF", "EUR"], 4, null]);
    const francs = (await ask("orders?city=berlin&currency=CHF")).rows.at(-1);
    expect([francs.orders, francs.revenue]).toEqual([1, { amount: 700, currency: "CHF" }]);
    await world().engines.pool.query(`DELETE FROM ${schema}.place_hours WHERE currency = 'CHF'`);
  });
});

describe("steps", () => {
  test("have percentiles over the range and by hour, in the sequence of an order's life", async () => {
    const { steps } = await ask("steps?site=bakery-mitte");
    const about = (seconds: number) => durationOf(bucketOf(seconds * 1_000));
    const names = steps.map(({ step }: { step: string }) => step);
    expect(names.slice(0, 4)).toEqual(["placed-reserved", "reserved-paid", "placed-paid", "paid-notified"]);
    expect(names).toContain("station:baking");
    const whole = steps.find(({ step }: { step: string }) => step === "placed-delivered");
    const ms = about(secondOf("order.delivered"));
    expect(whole).toEqual({
      step: "placed-delivered",
      count: 1,
      p50Ms: ms,
      p90Ms: ms,
      p99Ms: ms,
      rows: [{ at: PLACED_AT, count: 1, p50Ms: ms, p90Ms: ms, p99Ms: ms }],
    });
    const paid = steps.find(({ step }: { step: string }) => step === "placed-paid");
    expect([paid.count, paid.p50Ms]).toEqual([3, about(secondOf("payment.confirmed"))]);
  });
});

describe("refusals", () => {
  test("are counted by step and reason", async () => {
    expect((await ask("refusals?city=berlin")).reasons).toEqual([
      { step: "cancellation", reason: "customer", count: 1 },
    ]);
    expect((await ask("refusals?site=restaurant-mitte")).reasons).toEqual([]);
  });
});

describe("out-of-stock minutes", () => {
  test("are cut to the range, and go on where an item is still out", async () => {
    const schema = await schemaOf("availability");
    const { pool } = world().engines;
    await pool.query(
      `INSERT INTO ${schema}.outages VALUES
        ('bakery-ost', 'tart', 1, '2026-11-21T05:00Z', '2026-11-21T05:30Z', 'sold_out'),
        ('bakery-ost', 'tart', 2, '2026-11-21T05:50Z', '2026-11-21T06:10Z', 'counted'),
        ('bakery-ost', 'soup', 3, '2026-11-21T06:20:00Z', NULL, 'marked_unavailable'),
        ('bakery-ost', 'bread', 4, '2026-11-21T04:00Z', '2026-11-21T04:30Z', 'sold_out')`,
    );
    const asked = "stock-outs?site=bakery-ost&from=2026-11-21T05:20:00Z";
    // The business clock stands at 06:30.
    expect((await ask(`${asked}&to=2026-11-21T09:00:00Z`)).rows).toEqual([
      { siteId: "bakery-ost", sku: "tart", name: "tart", minutes: 30, periods: 2, out: false },
      { siteId: "bakery-ost", sku: "soup", name: "soup", minutes: 10, periods: 1, out: true },
    ]);
    expect((await ask(`${asked}&to=2026-11-21T06:00:00Z`)).rows).toEqual([
      { siteId: "bakery-ost", sku: "tart", name: "tart", minutes: 20, periods: 2, out: true },
    ]);
    await pool.query(`DELETE FROM ${schema}.outages WHERE site_id = 'bakery-ost'`);
  });

  test("come from the ledger", async () => {
    const { clock } = world();
    const before = clock.time;
    clock.time = Date.parse("2026-11-22T06:00:00.000Z");
    const { rows } = await ask("stock-outs?site=bakery-mitte&from=2026-11-21T00:00:00Z");
    clock.time = before;
    expect(rows.length).toBeGreaterThan(0);
    const stock = (await get("/api/sites/bakery-mitte/availability", "admin")).json().stock;
    for (const { sku, out } of rows) {
      expect(stock.find((one: { sku: string }) => one.sku === sku).available === 0).toBe(out);
    }
  });
});

describe("every answer", () => {
  test("is for analysts, operators and admins", async () => {
    for (const path of ["orders", "steps", "refusals", "stock-outs"]) {
      for (const role of ["admin", "operator"] as const) {
        expect((await get(`/api/analytics/${path}`, role)).statusCode).toBe(200);
      }
      expect((await get(`/api/analytics/${path}`, "customer")).statusCode).toBe(403);
    }
  });

  test("says where it stands, waits for a position, and is not sent twice", async () => {
    const answer = await get(`/api/analytics/orders?after=${world().position}`, "analyst");
    expect(answer.headers).toMatchObject({ "x-position": world().position, "x-age-ms": "0" });
    const again = { headers: { "if-none-match": String(answer.headers.etag) } };
    expect((await get("/api/analytics/orders", "analyst", again)).statusCode).toBe(304);
    expect((await get("/api/analytics/orders?bucket=day", "analyst", again)).statusCode).toBe(200);
  });

  test("can be had as a CSV file with a name that says what it holds", async () => {
    const answer = await get("/api/analytics/orders?format=csv&site=bakery-mitte", "analyst");
    expect(answer.headers["content-type"]).toBe("text/csv; charset=utf-8; header=present");
    expect(answer.headers["content-disposition"]).toBe(
      'attachment; filename="orders-by-hour-bakery-mitte-2026-11-20T07-2026-11-21T07.csv"',
    );
    const lines = answer.body.trimEnd().split("\r\n");
    expect(lines).toHaveLength(25);
    expect(lines[0]).toBe(
      "at,orders,paid,accepted,rejected,cancelled,out_of_stock,payment_failed,delivered,shipped,late,refunds,disputes," +
        "revenue_minor,refunded_minor,currency",
    );
    expect(lines.at(-1)).toBe(`${PLACED_AT},3,3,2,0,1,0,0,1,0,0,0,0,${3 * TOTAL},0,EUR`);
    for (const path of ["steps", "refusals", "stock-outs"]) {
      const file = await get(`/api/analytics/${path}?format=csv`, "analyst");
      expect([file.statusCode, file.headers["content-type"]]).toEqual([200, "text/csv; charset=utf-8; header=present"]);
    }
  });

  test.each([
    ["orders?from=2026-10-01T00:00:00Z", "by hour a range has at most 31 days; ask by day, or for less"],
    ["steps?bucket=day&from=2025-01-01T00:00:00Z", "by day a range has at most 400 days; ask for less"],
    ["stock-outs?from=2025-01-01T00:00:00Z", "by day a range has at most 400 days; ask for less"],
    ["orders?from=2026-11-21T08:00:00Z&to=2026-11-21T07:00:00Z", "is not before 2026-11-21T07:00:00Z"],
    ["orders?from=yesterday", "from"],
    ["refusals?site=No-Site", "a site's id"],
  ])("to %s is a problem that says why", async (path, reason) => {
    const answer = await get(`/api/analytics/${path}`, "analyst");
    expect([answer.statusCode, answer.json().code]).toEqual([400, "invalid_request"]);
    expect(answer.json().detail).toContain(reason);
  });
});

describe("the streams behind a row", () => {
  const sources = async (projection: Projection, table: string, key: Record<string, string>) => {
    const { pool } = world().engines;
    const schema = await schemaOf(projection.name);
    return await inTransaction(pool, async (tx) => await projection.sources?.({ tx, schema, table, key, limit: 10 }));
  };

  test("are the order's own, and those of the orders of a place and an hour", async () => {
    const streams = ["preparing", "delivered", "cancelled"].map((name) => `order-${idFor(name)}`).sort();
    const key = { order_id: idFor("delivered") };
    expect(await sources(analyticsProjection, "facts", key)).toEqual([`order-${idFor("delivered")}`]);
    for (const place of ["bakery-mitte", "city:berlin"]) {
      const sum = { place, hour: PLACED_AT, step: "placed-paid", bucket: "70" };
      expect((await sources(analyticsProjection, "step_times", sum))?.toSorted()).toEqual(streams);
    }
    expect(await sources(analyticsProjection, "place_hours", { place: "city:hamburg", hour: PLACED_AT })).toEqual([]);
  });

  test("are the chapters of the site's ledger", async () => {
    const found = await sources(availabilityProjection, "stock", { site_id: "bakery-mitte", sku: "tart" });
    expect(found?.slice(0, 2)).toEqual(["ledger-bakery-mitte.0", "ledger-bakery-mitte.1"]);
    expect(await sources(availabilityProjection, "outages", { site_id: "nowhere", sku: "tart" })).toEqual([]);
  });
});
