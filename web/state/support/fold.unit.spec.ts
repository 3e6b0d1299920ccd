import { describe, expect, test } from "vitest";
import type { TimelineEntry } from "../../../projections/views.ts";
import { recorded } from "../../../test/fixtures/recorded.ts";
import { filterRows, foldTimeline, kindOf, type TimelineRow } from "./fold.ts";

let revision = 0;
const happened = (type: string, data: unknown = {}, actor = "system"): TimelineEntry => ({
  revision: String(revision++),
  id: `${type} ${revision}`,
  type,
  at: "2026-11-21T10:00:00.000Z",
  actor: { type: actor, id: "x" },
  sentence: "",
  data,
  cause: { kind: "request", id: "" },
  status: {},
  changes: [],
  cmd: "",
  correlationId: "",
  causationId: "",
  hash: "",
  position: "0",
});
const told = (rows: readonly TimelineRow[]) =>
  rows.map(({ entry, folded }) => [entry.type, ...folded.map(({ type }) => type)]);

describe("a timeline", () => {
  test("has failed payments under the one that went through, and what came in between where it was", () => {
    const failed = () => happened("payment.attempt_failed");
    const rows = foldTimeline([failed(), happened("notification.sent"), failed(), happened("payment.confirmed")]);
    expect(told(rows)).toEqual([
      ["notification.sent"],
      ["payment.confirmed", "payment.attempt_failed", "payment.attempt_failed"],
    ]);
  });

  test("has couriers who did not take it under the one who did, and leaves alone what went well at once", () => {
    const rows = foldTimeline([
      happened("driver.assigned"),
      happened("driver.declined"),
      happened("driver.assigned"),
      happened("driver.accepted"),
      happened("driver.no_show"),
      happened("driver.assigned"),
      happened("driver.accepted"),
      happened("shipment.requested", { fulfilmentId: "1.1" }),
      happened("shipment.scheduled", { fulfilmentId: "1.1" }),
    ]);
    expect(told(rows)).toEqual([
      ["driver.accepted", "driver.assigned", "driver.declined", "driver.assigned"],
      ["driver.accepted", "driver.no_show", "driver.assigned"],
      ["shipment.requested"],
      ["shipment.scheduled"],
    ]);
  });

  test("has tries without an outcome under the newest of them", () => {
    const failed = () => happened("shipment.attempt_failed", { fulfilmentId: "1.1" });
    expect(told(foldTimeline([failed(), failed(), failed()]))).toEqual([
      ["shipment.attempt_failed", "shipment.attempt_failed", "shipment.attempt_failed"],
    ]);
    expect(told(foldTimeline([failed()]))).toEqual([["shipment.attempt_failed"]]);
  });

  test("keeps the tries of one site, message or piece of work apart from those of another", () => {
    const rows = foldTimeline([
      happened("restaurant.notification_failed", { fulfilmentId: "1.1" }),
      happened("restaurant.notified", { fulfilmentId: "1.2" }),
      happened("restaurant.notified", { fulfilmentId: "1.1" }),
      happened("notification.failed", { notice: "shipped/1.1" }),
      happened("notification.sent", { notice: "delivered" }),
      happened("processing.parked", { consumer: "courier", effectId: "a" }),
      happened("processing.redriven", { consumer: "courier", effectId: "b" }),
    ]);
    expect(told(rows)).toEqual([
      ["restaurant.notified"],
      ["restaurant.notified", "restaurant.notification_failed"],
      ["notification.failed"],
      ["notification.sent"],
      ["processing.parked"],
      ["processing.redriven"],
    ]);
  });

  test.each(["order-v1.jsonl", "order-v1-ended.jsonl", "order-v1-troubles.jsonl"] as const)(
    "shows every event of %s once, in its order",
    (file) => {
      const entries = recorded(file).map(({ type, data }) => happened(type, data));
      const rows = foldTimeline(entries);
      const all = rows.flatMap(({ entry, folded }) => [...folded, entry]);
      expect(new Set(all).size).toBe(entries.length);
      expect(all.length).toBe(entries.length);
      const heads = rows.map(({ entry }) => Number(entry.revision));
      expect(heads).toEqual(heads.toSorted((a, b) => a - b));
    },
  );

  test("is narrowed to whom and what one wants to see, also of what is folded", () => {
    const rows = foldTimeline([
      happened("order.placed", {}, "customer"),
      happened("driver.assigned"),
      happened("driver.declined", {}, "driver"),
      happened("driver.assigned"),
      happened("kitchen.ready", {}, "restaurant"),
      happened("order.picked_up", {}, "driver"),
    ]);
    const types = (filter: Parameters<typeof filterRows>[1]) => filterRows(rows, filter).map(({ entry }) => entry.type);
    expect(types({})).toHaveLength(4);
    expect(types({ actor: "driver" })).toEqual(["driver.assigned", "order.picked_up"]);
    expect(types({ kind: "delivery", actor: "system" })).toEqual(["driver.assigned"]);
    expect(types({ kind: "money" })).toEqual([]);
  });

  test("knows what an event of a later release is about as well as it can", () => {
    expect(["payment.charged_back", "order.gifted", "dispute.opened", "order.delivered"].map(kindOf)).toEqual([
      "money",
      "order",
      "order",
      "delivery",
    ]);
  });
});
