import { expect, test } from "vitest";
import type { FactChange, TimelineEntry } from "../../../projections/views.ts";
import { factsAsOf, toldAsOf } from "./look-back.ts";

const entry = (revision: number, type: string, ...changes: FactChange[]): TimelineEntry => ({
  revision: String(revision),
  id: String(revision),
  type,
  at: "2026-11-21T10:00:00.000Z",
  actor: { type: "system", id: "x" },
  sentence: "",
  data: {},
  cause: { kind: "request", id: "" },
  status: {},
  changes,
  cmd: "",
  correlationId: "",
  causationId: "",
  hash: "",
  position: "0",
});

const ENTRIES = [
  entry(0, "order.placed", { what: "status", after: "placed" }, { what: "total", after: "26.90 EUR" }),
  entry(1, "payment.attempt_failed", { what: "next payment attempt", after: "2026-11-21T10:01:00.000Z" }),
  entry(2, "payment.confirmed", { what: "status", after: "paid" }, { what: "next payment attempt" }),
  entry(10, "notification.sent"),
];

test("what had happened as of an event is all that was said by then, with what that event has changed", () => {
  expect(factsAsOf(ENTRIES, "1")).toEqual([
    { what: "status", value: "placed", changed: false },
    { what: "total", value: "26.90 EUR", changed: false },
    { what: "next payment attempt", value: "2026-11-21T10:01:00.000Z", changed: true },
  ]);
});

test("what is said no more is left out", () => {
  expect(factsAsOf(ENTRIES, "2")).toEqual([
    { what: "status", value: "paid", changed: true },
    { what: "total", value: "26.90 EUR", changed: false },
  ]);
});

test("the customer was told what was sent by then, counted by number and not by text", () => {
  expect(toldAsOf(ENTRIES, "9")).toEqual([]);
  expect(toldAsOf(ENTRIES, "10").map(({ revision }) => revision)).toEqual(["10"]);
});
