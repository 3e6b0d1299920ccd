import { describe, expect, test } from "vitest";
import { eventually } from "../../infra/consumers/testing/engines.ts";
import { until } from "../../test/fixtures/order-examples.ts";
import { appendMixed, idFor } from "../../test/fixtures/read-history.ts";
import { orderOf, preparing, readWorldOfFile } from "../../test/fixtures/read-world.ts";
import type { Radar } from "./stuck-orders.ts";

const { world, get } = readWorldOfFile();
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
