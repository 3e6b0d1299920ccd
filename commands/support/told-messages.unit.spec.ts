import { expect, test } from "vitest";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { chained } from "../../test/fixtures/chained.ts";
import { happened, until } from "../../test/fixtures/order-examples.ts";
import { recorded } from "../../test/fixtures/recorded.ts";
import { toldMessages } from "./told-messages.ts";

test("what a customer was told is told again in the words that were sent, without who it went to", () => {
  const sent = (notice: string) => ({
    type: "notification.sent" as const,
    data: { notice, channel: "email" as const, messageId: "<m@ordertrail>" },
  });
  const events: RecordedEvent[] = chained("order-x", [
    ...until("payment_confirmed"),
    sent("confirmed"),
    happened.cancelled("support"),
    happened.refunded(),
    sent("refunded/1"),
    sent("of_another_release"),
  ]);
  const [confirmed, refunded, ...others] = toldMessages(events);
  expect(confirmed).toMatchObject({ revision: "4", language: "en" });
  expect(confirmed?.subject).toContain("Your order is confirmed");
  expect(confirmed?.text).toMatch(/^Thank you\. Your payment has arrived, and your order goes to Sweet Crumbs now\./);
  expect(refunded?.subject).toContain("€26.90 are on their way back to you");
  expect(others).toEqual([]);
  expect(JSON.stringify([confirmed, refunded])).not.toContain("Hello");
});

test("of a recorded order with every trouble the one message that went out is there", () => {
  const told = toldMessages(recorded("order-v1-troubles.jsonl"));
  expect(told.map(({ revision }) => revision)).toEqual(["5"]);
});
