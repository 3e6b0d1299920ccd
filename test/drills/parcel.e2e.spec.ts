import { expect, test } from "vitest";
import { parcelDrill } from "./parcel/parcel-drill.ts";
import { say, show } from "./show.ts";

test("killed around a booking, with answers lost and a look-up that lags, the carrier books each parcel once", async () => {
  const report = show(await parcelDrill.run({ seed: 1, orders: 6, say }));
  expect(report.breaches).toEqual([]);
});
