import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Language, OrderEvent } from "../../domain/order/events.ts";
import { asStored, type StoredEvent } from "../../projections/timeline/queries.ts";
import { chained } from "../../test/fixtures/chained.ts";
import { anyOrderEvent, kinds } from "../../test/fixtures/order-arbitraries.ts";
import { AT, happened, ORDER, until } from "../../test/fixtures/order-examples.ts";
import { type RecordedFile, recorded } from "../../test/fixtures/recorded.ts";
import type { StoryOf } from "./happened.ts";
import { type Story, tellStory } from "./story.ts";
import { tellTimeline } from "./timeline-entries.ts";

interface Asked {
  readonly now?: string;
  readonly language?: Language;
  readonly setAside?: StoryOf["setAside"];
}

function storyOf(orderId: string, events: readonly StoredEvent[], asked: Asked = {}): Story {
  const { now = events.at(-1)?.at ?? AT, language = "en", setAside = [] } = asked;
  const { order, told, happened: all } = tellTimeline(orderId, events, () => false, language);
  if (!order) throw new Error("the stream does not begin with an order");
  return tellStory({ order, told, happened: all, setAside, now: Date.parse(now), language });
}

const said = ({ lines }: Story): string[] => lines.map(({ sentence }) => sentence);
const ofFile = (file: RecordedFile, asked?: Asked): Story => {
  const events = recorded(file);
  return storyOf(events[0]?.stream.slice("order-".length) ?? "", events.map(asStored), asked);
};
const ofEvents = (events: readonly OrderEvent[], asked?: Asked): Story => {
  const log = chained(
    `order-${ORDER}`,
    events.map((event, n) => ({
      ...event,
      at: new Date(Date.parse(AT) + n * 1_000).toISOString(),
      actor: { type: event.type === "order.placed" ? ("customer" as const) : ("system" as const), id: "x" },
    })),
  );
  return storyOf(ORDER, log.map(asStored), asked);
};

describe("the story of a recorded order", () => {
  test("that was delivered tells what was ordered, how it went, and whether it was right", () => {
    expect(said(ofFile("order-v1.jsonl"))).toMatchInlineSnapshot(`
      [
        "On 21 November at 11:00 the customer ordered at Sweet Crumbs and Night Owl for 31.88 EUR, promised by 11:45.",
        "It was paid at 11:05 at the second attempt; one courier did not take it; the courier delivered it at 11:28.",
        "Nothing is wrong: it came as promised, and nothing is owed.",
      ]
    `);
  });

  test("that ended early tells why, and what becomes of the money", () => {
    expect(said(ofFile("order-v1-ended.jsonl"))).toMatchInlineSnapshot(`
      [
        "On 21 November at 11:00 an admin ordered by phone for the customer at Sweet Crumbs and Night Owl for 31.88 EUR, promised by 11:45.",
        "It was paid at 11:08; it could not be served, because Cheddar was sold out; 20.00 EUR were given back at 11:10.",
        "11.88 EUR are still to be given back.",
      ]
    `);
  });

  test("with every trouble there is tells what became different, and what the customer does not know", () => {
    expect(said(ofFile("order-v1-troubles.jsonl"))).toMatchInlineSnapshot(`
      [
        "On 21 November at 11:00 an admin ordered by phone for the customer at North Store for 42.40 EUR, to be sent as a parcel.",
        "It was paid at 11:00; South Store took over from North Store (too busy); Plum cake took the place of Cheesecake; Candles was missing and left out; one courier did not take it; the carrier took the parcel along on 22 November at 09:00; 7.50 EUR were given back at 11:00.",
        "It was taken for a fraud: too many orders in a short time, a card that was not seen before; the customer could not be told that the parcel is on its way.",
      ]
    `);
  });

  test("is told in German as well", () => {
    expect(said(ofFile("order-v1.jsonl", { language: "de" }))).toMatchInlineSnapshot(`
      [
        "Am 21. November um 11:00 hat der Kunde bei Sweet Crumbs und Night Owl für 31,88 EUR bestellt, versprochen bis 11:45.",
        "Bezahlt wurde um 11:05 beim 2. Versuch; ein Kurier hat nicht übernommen; der Kurier hat sie um 11:28 geliefert.",
        "Alles in Ordnung: Sie kam wie versprochen, und es steht nichts mehr aus.",
      ]
    `);
    expect(said(ofFile("order-v1-troubles.jsonl", { language: "de" }))).toMatchInlineSnapshot(`
      [
        "Am 21. November um 11:00 hat die Verwaltung am Telefon für den Kunden bei North Store für 42,40 EUR bestellt, Versand als Paket.",
        "Bezahlt wurde um 11:00; South Store hat für North Store übernommen (zu viel zu tun); Plum cake kam anstelle von Cheesecake; Candles fehlte und wurde weggelassen; ein Kurier hat nicht übernommen; der Paketdienst hat das Paket am 22. November um 09:00 mitgenommen; 7,50 EUR wurden um 11:00 erstattet.",
        "Sie wurde als Betrug eingestuft: zu viele Bestellungen in kurzer Zeit, eine bisher unbekannte Karte; der Kunde konnte nicht erfahren, dass das Paket unterwegs ist.",
      ]
    `);
  });
});

describe("what is wrong with an order", () => {
  const wrong = (events: readonly OrderEvent[], asked?: Asked) => {
    const { tone, sentence } = ofEvents(events, asked).lines[2] ?? {};
    return [tone, sentence];
  };
  const later = (minutes: number) => new Date(Date.parse(AT) + minutes * 60_000).toISOString();

  test.each<[events: readonly OrderEvent[], asked: Asked, tone: string, sentence: string]>([
    [
      until("restaurant_notified"),
      {},
      "good",
      "Nothing is wrong so far: it waits for the answer of Sweet Crumbs (until 11:06).",
    ],
    [until("delivered"), {}, "good", "Nothing is wrong: it came as promised, and nothing is owed."],
    [[...until("payment_confirmed"), happened.cancelled()], {}, "bad", "26.90 EUR are still to be given back."],
    [
      [...until("payment_confirmed"), happened.cancelled(), happened.refunded()],
      {},
      "plain",
      "Everything that was paid is given back, and nothing more is owed.",
    ],
    [until("placed").concat(happened.outOfStock()), {}, "plain", "Nothing was charged, and nothing more is owed."],
    [
      [...until("payment_processing"), happened.attemptFailed()],
      {},
      "warn",
      "Taking the payment has failed once so far, and it is tried again at 11:01.",
    ],
    [
      until("picked_up"),
      { now: later(300) },
      "bad",
      "It is 4 hours late; nothing has happened for 5 hours: it waits for the courier to deliver it (until 11:45).",
    ],
    [
      until("restaurant_accepted"),
      { setAside: [{ work: "paying (payment.refund/1)" }] },
      "bad",
      "Work on it was set aside and waits for somebody's decision: paying (payment.refund/1).",
    ],
  ])("%#", (events, asked, tone, sentence) => {
    expect(wrong(events, asked)).toEqual([tone, sentence]);
  });

  test("comes with the events that say so", () => {
    const { lines } = ofEvents([...until("payment_confirmed"), happened.cancelled()]);
    expect(lines.map(({ about, sources }) => [about, sources])).toEqual([
      ["placed", ["0"]],
      ["happened", ["3", "4"]],
      ["wrong", ["4"]],
    ]);
  });
});

test("whatever has happened, the story is whole sentences in both languages, each of them from events of the order", () => {
  const histories = fc
    .tuple(kinds, fc.array(anyOrderEvent, { maxLength: 20 }))
    .map(([chosen, events]): OrderEvent[] => [happened.placed(...chosen), ...events]);
  fc.assert(
    fc.property(histories, fc.constantFrom<Language>("en", "de"), (events, language) => {
      const { lines } = ofEvents(events, { language, now: "2026-11-21T18:00:00.000Z" });
      expect(lines.map(({ about }) => about)).toEqual(["placed", "happened", "wrong"]);
      for (const { sentence, sources } of lines) {
        expect(sentence).toMatch(/^[\p{Lu}\d].*[^ .]\.$/u);
        expect(sentence).not.toMatch(/undefined|Invalid|NaN|_/);
        for (const revision of sources) expect(Number(revision)).toBeLessThan(events.length);
      }
    }),
    { numRuns: 500 },
  );
});
