import { describe, expect, test } from "vitest";
import type { OrderEvent } from "../domain/order/events.ts";
import { happened } from "../test/fixtures/order-examples.ts";
import { sentenceFor } from "./sentences.ts";

const say = ({ type, data }: OrderEvent, actor = "system") => sentenceFor(type, data, { type: actor });

describe("the timeline's sentences", () => {
  test.each<[sentence: string, actor: string, event: OrderEvent]>([
    ["The customer placed an order of 1 line at Sweet Crumbs for 26.90 EUR.", "customer", happened.placed("bakery")],
    ["The order could not be served: 2 of carrot-cake asked, 1 there.", "system", happened.outOfStock()],
    ["The order was cancelled by support.", "support", happened.cancelled("support")],
    ["The site rejected part 1.1: it did not answer in time.", "system", happened.rejected("no_answer")],
    ["The site rejected part 1.1: too busy.", "restaurant", happened.rejected("too_busy")],
    ["The payment of 26.90 EUR was confirmed.", "system", happened.paid()],
    ["The payment failed for good after 1 attempt because the card was declined.", "system", happened.paymentFailed()],
    ["Work at the station quality check began.", "restaurant", happened.started("quality_check")],
    ["The courier did not answer in time.", "system", happened.declined(1, "c", "no_answer")],
  ])("say what happened in words that support can read out: %s", (sentence, actor, event) => {
    expect(say(event, actor)).toBe(sentence);
  });

  test("exist for every type of event that the domain has, and end as sentences do", () => {
    const stations = [happened.started("baking"), happened.completed("baking"), happened.recalled("baking")];
    const { placed, started, completed, recalled, ...others } = happened;
    for (const event of [...stations, placed("bakery"), ...Object.values(others).map((make) => make())]) {
      expect(say(event)).toMatch(/^[A-Z0-9].*[^ ]\.$/);
      expect(say(event)).not.toContain("undefined");
      expect(say(event)).not.toMatch(/^The system: /); // the fallback
    }
  });

  test("name an event of a type or shape that is not known instead of failing", () => {
    expect(sentenceFor("shipment.shipped", {}, { type: "carrier" })).toBe("The carrier: shipment shipped.");
    expect(sentenceFor("payment.refunded", null, { type: "robot" })).toBe("Somebody: payment refunded.");
    expect(sentenceFor("constructor", {}, { type: "toString" })).toMatch(/constructor\.$/);
  });

  test("hold nothing that a person typed", () => {
    const { data } = happened.placed("bakery");
    expect(sentenceFor("order.placed", data, { type: "customer" })).not.toMatch(/Maya|Zoë|Torstraße/);
  });
});
