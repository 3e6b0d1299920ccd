import { expect, test } from "vitest";
import { outageDrill } from "./outage/outage-drill.ts";
import { outages } from "./outage/outages.ts";
import { say, show } from "./show.ts";

test("with the event node hanging for 30 virtual minutes, placing is refused plainly and every order ends right", async () => {
  const report = show(await outageDrill(outages.events).run({ seed: 1, orders: 15, say }));
  expect(report.breaches).toEqual([]);
});
