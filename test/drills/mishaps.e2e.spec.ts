import { expect, test } from "vitest";
import { paymentAnswersDrill } from "./mishaps/payment-answers-drill.ts";
import { say, show } from "./show.ts";

test("with answers of the payment gateway lost at every call that changes something, nobody pays twice", async () => {
  const report = show(await paymentAnswersDrill.run({ seed: 1, orders: 0, say }));
  expect(report.breaches).toEqual([]);
});
