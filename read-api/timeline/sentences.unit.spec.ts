import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { OrderEvent } from "../../domain/order/events.ts";
import { anyOrderEvent, kinds } from "../../test/fixtures/order-arbitraries.ts";
import { fulfilmentAt, happened, placedAt } from "../../test/fixtures/order-examples.ts";
import { sentenceFor, TOLD_TYPES } from "./sentences.ts";

const say = ({ type, data }: OrderEvent, actor = "system") => sentenceFor(type, data, { type: actor });

describe("the timeline's sentences", () => {
  test.each<[sentence: string, actor: string, event: OrderEvent]>([
    [
      "The customer placed an order of 1 line at Sweet Crumbs for 26.90 EUR: 2 × Carrot cake.",
      "customer",
      happened.placed("bakery"),
    ],
    ["The order could not be served: 2 of carrot-cake asked, 1 there.", "system", happened.outOfStock()],
    ["The order was cancelled by support.", "support", happened.cancelled("support")],
    ["The site does not make part 1.1: it did not answer in time.", "system", happened.rejected("no_answer")],
    ["The site rejected part 1.1: too busy.", "restaurant", happened.rejected("too_busy")],
    ["The site reported carrot-cake as missing.", "restaurant", happened.missing()],
    ["Plum-cake was sold out at the site before it could be reserved.", "system", happened.missing("plum-cake")],
    ["The payment of 26.90 EUR was confirmed.", "system", happened.paid()],
    ["The payment failed for good after 1 attempt because the card was declined.", "system", happened.paymentFailed()],
    ["Work at the station quality check began.", "restaurant", happened.started("quality_check")],
    ["The courier did not answer in time.", "system", happened.declined(1, "c", "no_answer")],
    [
      "Payment attempt 1 failed because the payment gateway did not answer in time; it is tried again at 10:01 UTC.",
      "system",
      happened.attemptFailed(),
    ],
  ])("say what happened in words that support can read out: %s", (sentence, actor, event) => {
    expect(say(event, actor)).toBe(sentence);
  });

  test.each<[sentence: string, event: OrderEvent]>([
    ["Sweet Crumbs was notified of the order and has until 11:06 to answer.", happened.notified()],
    ["Sweet Crumbs accepted the order.", happened.accepted()],
    ["The order is ready to be picked up.", happened.ready()],
    ["The order could not be served: 2 of Carrot cake asked, 1 there.", happened.outOfStock()],
    ["Work at the station quality check began.", happened.started("quality_check")],
    ["A courier was offered the order and has until 11:10 to accept.", happened.assigned()],
  ])("name sites, items and times of the order where it is known: %s", (sentence, { type, data }) => {
    const told = placedAt(fulfilmentAt("bakery"));
    expect(sentenceFor(type, data, { type: "system" }, told)).toBe(sentence);
  });

  test("tell the parts of a split order apart", () => {
    const told = placedAt(fulfilmentAt("bakery"), fulfilmentAt("restaurant", "1.2"));
    const tell = ({ type, data }: OrderEvent) => sentenceFor(type, data, { type: "system" }, told);
    expect(tell(happened.accepted("1.2"))).toBe("Sweet Crumbs accepted part 1.2.");
    expect(tell(happened.started("cooking", "1.2"))).toBe("Work at the station cooking at Sweet Crumbs began.");
  });

  test("exist for every type of event that the domain has, and end as sentences do", () => {
    const written = new Set<string>();
    fc.assert(
      fc.property(
        fc.oneof(
          anyOrderEvent,
          kinds.map((chosen) => happened.placed(...chosen)),
        ),
        (event) => {
          written.add(event.type);
          if (!TOLD_TYPES.has(event.type)) return;
          expect(say(event)).toMatch(/^[A-Z0-9].*[^ ]\.$/);
          expect(say(event)).not.toContain("undefined");
          expect(say(event)).not.toContain("Invalid");
          expect(say(event)).not.toMatch(/^The system: /); // the fallback
          const german = sentenceFor(event.type, event.data, { type: "system" }, undefined, "de");
          expect(german).toMatch(/^[\p{Lu}\d].*[^ ]\.$/u);
          expect(german).not.toMatch(/undefined|Invalid|^Das System: /);
        },
      ),
      { numRuns: 2_000 },
    );
    for (const type of ["credit.granted", "dispute.opened", "later.invented"]) written.delete(type);
    expect([...written].sort()).toEqual([...TOLD_TYPES].sort());
  });

  test.each<[sentence: string, actor: string, event: OrderEvent]>([
    [
      "Der Kunde hat bei Sweet Crumbs 1 Posten für 26,90 EUR bestellt: 2 × Carrot cake.",
      "customer",
      happened.placed("bakery"),
    ],
    ["Die Bestellung wurde vom Kundendienst storniert.", "support", happened.cancelled("support")],
    ["Sweet Crumbs macht die Bestellung nicht: keine rechtzeitige Antwort.", "system", happened.rejected("no_answer")],
    ["Sweet Crumbs hat die Bestellung abgelehnt: zu viel zu tun.", "restaurant", happened.rejected("too_busy")],
    ["Die Arbeit an der Station Prüfen hat begonnen.", "restaurant", happened.started("quality_check")],
    [
      "Versuch 1, die Zahlung einzuziehen, ist gescheitert, weil der Zahlungsdienst nicht rechtzeitig geantwortet hat; nächster Versuch um 11:01.",
      "system",
      happened.attemptFailed(),
    ],
    ["Die Waren der Bestellung wurden reserviert.", "system", happened.reserved()],
  ])("are said in German as well: %s", (sentence, actor, { type, data }) => {
    const told = placedAt(fulfilmentAt("bakery"));
    expect(sentenceFor(type, data, { type: actor }, told, "de")).toBe(sentence);
  });

  test("name an event of a type or shape that is not known instead of failing", () => {
    expect(sentenceFor("credit.granted", {}, { type: "support" })).toBe("Support: credit granted.");
    expect(sentenceFor("payment.refunded", null, { type: "robot" })).toBe("Somebody: payment refunded.");
    expect(sentenceFor("constructor", {}, { type: "toString" })).toMatch(/constructor\.$/);
  });

  test("hold nothing that a person typed", () => {
    const { data } = happened.placed("bakery");
    expect(sentenceFor("order.placed", data, { type: "customer" })).not.toMatch(/Maya|Zoë|Torstraße/);
  });
});
