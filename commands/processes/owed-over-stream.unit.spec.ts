import { describe, expect, test } from "vitest";
import { UnknownVersionError } from "../../domain/chain/readable.ts";
import { type OrderEvent, orderStream } from "../../domain/order/events.ts";
import { chained } from "../../test/fixtures/chained.ts";
import { happened, life, ORDER } from "../../test/fixtures/order-examples.ts";
import { OWED_BY_ALL } from "./owed-by-all.ts";
import { owedOverStream } from "./owed-over-stream.ts";
import { PROCESS_SCHEMAS } from "./runner/effects-table.ts";

const POLICY = { recoverAfterMs: 3_000, searchMs: 600_000, pollMs: 300_000 };

const replay = (events: readonly OrderEvent[]) => owedOverStream(chained(orderStream(ORDER), events), POLICY);

test("every process manager can be looked at", () => {
  expect(new Set(OWED_BY_ALL.map(({ process }) => process))).toEqual(new Set(PROCESS_SCHEMAS));
});

describe("a dry replay", () => {
  test("tells after each event what is owed since then, and what is not any more", () => {
    const { events } = replay([happened.placed("bakery"), happened.reserved(), happened.processing(), happened.paid()]);
    const of = (i: number) => ({
      owed: events[i]?.owed.map(({ process, id }) => `${process}: ${id}`),
      gone: events[i]?.gone,
    });
    expect(of(1)).toMatchObject({
      owed: expect.arrayContaining(["payment: payment.create/1"]),
      gone: ["stock.reserve/1.1"],
    });
    expect(of(2)).toMatchObject({ owed: ["payment: payment.confirm/1"], gone: ["payment.create/1"] });
    expect(of(3).gone).toEqual(expect.arrayContaining(["payment.confirm/1", "payment.expire/1"]));
    expect(of(3).owed).toEqual(expect.arrayContaining(["restaurant: restaurant.notify/1.1/1"]));
  });

  test("names whom an effect asks, and which of them are planned retries", () => {
    const failed = happened.notificationFailed();
    const { left } = replay([
      happened.placed("bakery"),
      happened.reserved(),
      happened.processing(),
      happened.paid(),
      failed,
    ]);
    expect(left.find(({ id }) => id === "restaurant.notify/1.1/2")).toMatchObject({
      process: "restaurant",
      outside: { system: "restaurant", place: expect.any(String) },
      early: true,
    });
  });

  test("is the same however often it is made, and goes over the whole life of every kind of site", () => {
    for (const kind of ["bakery", "restaurant", "dark_store", "warehouse"] as const) {
      const events = life(kind).flatMap(([, some]) => some);
      expect(replay(events)).toEqual(replay(events));
      expect(replay(events).events).toHaveLength(events.length);
    }
  });

  test("stops at an event that this program cannot read, instead of guessing", () => {
    const [placed] = chained(orderStream(ORDER), [happened.placed("bakery")]);
    if (!placed) throw new Error("no event");
    const newer = { ...placed, metadata: { ...placed.metadata, v: 99 } };
    expect(() => owedOverStream([newer], POLICY)).toThrow(UnknownVersionError);
  });
});
