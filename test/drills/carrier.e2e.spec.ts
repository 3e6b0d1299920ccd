import { expect, test } from "vitest";
import { carrierDrill } from "./carrier/carrier-drill.ts";
import { say, show } from "./show.ts";

const PARCELS = 30;

test("with the carrier away for 15 virtual days, each parcel is booked once and each customer told once", async () => {
  const report = show(await carrierDrill.run({ seed: 1, orders: PARCELS, say }));
  expect(report.breaches).toEqual([]);
  expect(report.figures).toMatchObject({ "bookings by the carrier's log": PARCELS, "booked twice": 0 });
});
