import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../../infra/consumers/testing/engines.ts";
import { createPool } from "../../infra/postgres/pool.ts";
import { until } from "../../test/fixtures/order-examples.ts";
import { appendMixed, idFor } from "../../test/fixtures/read-history.ts";
import { keys, orderOf, preparing, readWorldOfFile } from "../../test/fixtures/read-world.ts";
import type { Radar } from "../radar/stuck-orders.ts";
import { apiOver, servicesOver, tokenFor } from "../testing-api.ts";
import { type OperationsServices, operationsRoutes } from "./operations-routes.ts";
import type { operations } from "./schemas.ts";

type Answer = (typeof operations)["_output"];

const { world, get } = readWorldOfFile();
const NO_MONEY = { switchedOff: false, everyMs: 600_000, reports: [], open: [], closed: [] };

let app: FastifyInstance;
beforeAll(() => {
  app = apiWith({});
});
afterAll(() => app?.close());

/** The operations page's API over the world, with parts of it replaced. */
function apiWith(others: Partial<OperationsServices>): FastifyInstance {
  const { engines, clock } = world();
  const services = servicesOver(engines, clock, keys);
  return apiOver(services, async (root) => {
    operationsRoutes(root.withTypeProvider<ZodTypeProvider>(), {
      ...services,
      money: async () => NO_MONEY,
      outbox: async () => 3,
      broker: () => "not_configured",
      redrivePerSecond: 20,
      folder: "/",
      ...others,
    });
  });
}

async function asked(api: FastifyInstance): Promise<Answer> {
  const headers = { authorization: `Bearer ${tokenFor("operator", "olga")}` };
  const answer = await api.inject({ url: "/api/operations", headers });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
}

const dataOf = <T>(part: { data: T } | { trouble: string }): T => {
  if ("trouble" in part) throw new Error(part.trouble);
  return part.data;
};

test("one answer says how money, orders, consumers, circuits, letters and engines are", async () => {
  const { pool } = world().engines;
  await pool.query(
    `INSERT INTO runner.circuits VALUES ('restaurant', 'berlin', 'open', now(), 'restaurant_closed', 4, 'w1', now())`,
  );
  // What an analyst's question has filled: it has a position, and nobody is meant to follow the log for it.
  await pool.query(
    "INSERT INTO runner.positions (name, epoch, updated_at) VALUES ('scratch_orders_0a1b2c3d', 1, now())",
  );
  const answer = await eventually(async () => {
    const found = await asked(app);
    const late = dataOf(found.followers).consumers.filter(({ lag }) => (lag?.events ?? 1) > 0);
    if (late.length > 0) throw new Error(`${late.length} are late`);
    return found;
  });
  expect(answer.at).toBe("2026-11-21T06:30:00.000Z");
  expect(dataOf(answer.money)).toEqual(NO_MONEY);
  expect(dataOf(answer.flow)).toMatchObject({ minutes: 15, withoutCourier: 0 });
  expect(dataOf(answer.stuck)).toMatchObject({ looked: 1, steps: [{ step: "accepted-ready", orders: 1, stuck: 0 }] });
  const { consumers, circuits, outbox } = dataOf(answer.followers);
  expect(consumers.length).toBeGreaterThan(5);
  expect(consumers.every(({ state }) => state === "running")).toBe(true);
  expect([circuits, outbox]).toMatchObject([[{ system: "restaurant", place: "berlin", waiting: 4 }], 3]);
  expect(dataOf(answer.letters)).toEqual({ counts: [], total: 0 });
  expect(dataOf(answer.eventStore).head).toBeDefined();
  expect(dataOf(answer.database).mostConnections).toBeGreaterThan(0);
  expect(dataOf(answer.disk).totalBytes).toBeGreaterThan(dataOf(answer.disk).freeBytes);
  expect(dataOf(answer.broker)).toEqual({ state: "not_configured" });
});

test("what has moved in the last minutes is counted, and what is usual is not made up", async () => {
  const { clock } = world();
  const before = clock.time;
  clock.time = Date.parse("2026-11-21T06:10:00.000Z");
  const api = apiWith({});
  const { now, usual } = dataOf((await asked(api)).flow);
  clock.time = before;
  await api.close();
  expect(now).toEqual({ placed: 3, paid: 3, accepted: 2, delivered: 1, ended: 1 });
  expect(usual).toBeUndefined();
});

test("with the database away the other parts answer, and those that cannot say why", async () => {
  const away = createPool("postgresql://nobody@127.0.0.1:1/none", { applicationName: "test" });
  const { store } = world().engines;
  const api = apiWith({ pool: away, money: () => away.query("SELECT 1").then(() => NO_MONEY), store });
  const answer = await asked(api);
  for (const part of [answer.money, answer.followers, answer.letters, answer.database]) {
    expect(part).toHaveProperty("trouble");
  }
  expect(answer.eventStore).toHaveProperty("data");
  expect(answer.disk).toHaveProperty("data");
  await api.close();
  await away.end();
});

test("it is for operators and admins", async () => {
  const status = async (role: "support" | "kitchen" | "admin") => {
    const headers = { authorization: `Bearer ${tokenFor(role, "x")}` };
    return (await app.inject({ url: "/api/operations", headers })).statusCode;
  };
  expect([await status("support"), await status("kitchen"), await status("admin")]).toEqual([403, 403, 200]);
});

const radar = async (): Promise<Radar> => {
  const answer = await get("/api/radar/stuck-orders", "support");
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
};
const MINUTE = 60_000;
const PLACED_AT = Date.parse("2026-11-21T06:00:00.000Z");
const ACCEPTED_AT = preparing.find(({ type }) => type === "restaurant.accepted")?.metadata.at;

describe("the radar of stuck orders", () => {
  test("with too few orders of a kind holds an open one against the business's own deadline, and says so", async () => {
    world().clock.time = PLACED_AT + 30 * MINUTE;
    expect(await radar()).toMatchObject({ orders: [], looked: 1 });
    world().clock.time = PLACED_AT + 50 * MINUTE;
    expect((await radar()).orders).toEqual([
      {
        orderId: idFor("preparing"),
        kind: "bakery",
        method: "courier",
        status: "preparing",
        step: "accepted-ready",
        since: ACCEPTED_AT,
        forMs: PLACED_AT + 50 * MINUTE - Date.parse(ACCEPTED_AT ?? ""),
        limitMs: 45 * MINUTE,
        basis: "deadline",
        samples: 1,
        waitingFor: { whom: "site", what: "bakery-mitte to make it" },
      },
    ]);
  });

  test("holds it against 99% of its kind as soon as there are enough of them", async () => {
    const { engines, clock } = world();
    const others = Array.from({ length: 110 }, (_, n) => orderOf(`like it ${n}`, until("ready")));
    await appendMixed(engines.store, others, 7);
    clock.time = PLACED_AT + 5 * MINUTE;
    await eventually(async () => {
      const found = (await radar()).orders.find(({ orderId }) => orderId === idFor("preparing"));
      if (found?.samples !== 111) throw new Error(`${found?.samples} are counted`);
    });
    // The others took seconds, which is less than what anybody is bothered with.
    expect((await radar()).orders).toMatchObject([
      { basis: "p99", samples: 111, limitMs: 10_000, step: "accepted-ready" },
    ]);
  });

  test("is not for everybody", async () => {
    expect((await get("/api/radar/stuck-orders", "kitchen")).statusCode).toBe(403);
    expect((await get("/api/radar/stuck-orders", "operator")).statusCode).toBe(200);
  });
});
