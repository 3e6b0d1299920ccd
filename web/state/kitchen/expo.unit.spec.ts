import { describe, expect, test } from "vitest";
import type { TicketView } from "../../../projections/views.ts";
import { expoGroupOf, expoOf, expoStations, expoWaits } from "./expo.ts";
import { ticket } from "./testing-tickets.ts";

const working = (change: Partial<TicketView> = {}) => ticket({ status: "working", ...change });
const ALL = ticket().stations;

describe("what the pass sees", () => {
  test("an order is complete when every station is, and is not ready before the kitchen says so", () => {
    expect(expoGroupOf(working({ completed: ALL.slice(0, 3) }))).toBe("working");
    expect(expoGroupOf(working({ completed: ALL }))).toBe("complete");
    expect(expoGroupOf(ticket({ status: "ready", completed: ALL }))).toBe("ready");
  });

  test("nobody hands over what is cancelled or gone", () => {
    expect(expoGroupOf(ticket({ status: "cancelled" }))).toBeUndefined();
    expect(expoGroupOf(ticket({ status: "done" }))).toBeUndefined();
  });

  test("an order waits for the stations that work at it, else for the next one", () => {
    expect(expoWaits(working({ started: ["baking", "packaging"], completed: ["preparation"] })).stations).toEqual([
      "baking",
      "packaging",
    ]);
    expect(expoWaits(working({ completed: ["preparation"] })).stations).toEqual(["baking"]);
    expect(
      expoStations(working({ started: ["baking"], completed: ["preparation"] })).map(({ state }) => state),
    ).toEqual(["done", "at_work", "open", "open"]);
  });

  test("a split order waits for the sites that are not ready, also when this one is", () => {
    const part = { fulfilmentId: "1.2", siteId: "mitte", siteName: "Mitte", started: [], completed: [] };
    const ready = ticket({ status: "ready", completed: ALL });
    expect(expoWaits({ ...ready, alsoAt: [{ ...part, status: "working" }] }).sites).toEqual(["Mitte"]);
    expect(expoWaits({ ...ready, alsoAt: [{ ...part, status: "ready" }] })).toEqual({ stations: [], sites: [] });
  });

  test("oldest first, but before all others where a courier stands and waits", () => {
    const at = (n: number, arrived = false) =>
      ticket({
        orderId: `order-${n}`,
        status: "ready",
        receivedAt: `2026-03-01T10:0${n}:00.000Z`,
        courier: { assigned: arrived, arrived },
      });
    const groups = expoOf([at(3, true), at(2), at(1)], (one) => one);
    expect(groups.get("ready")?.map(({ orderId }) => orderId)).toEqual(["order-3", "order-1", "order-2"]);
  });
});
