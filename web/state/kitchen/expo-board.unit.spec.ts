import { signal } from "@preact/signals";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { TicketView } from "../../../projections/views.ts";
import { type Entry, newEntry, showView } from "./entry.ts";
import type { ExpoGroup } from "./expo.ts";
import { ExpoBoard } from "./expo-board.ts";
import { ticket } from "./testing-tickets.ts";

const entries = signal<readonly Entry[]>([]);
const clock = signal(0);
let board: ExpoBoard;
beforeEach(() => {
  entries.value = [];
  clock.value = Date.now();
  board = new ExpoBoard({ entries }, clock);
  const ids = new Set(["order-1/0.0", "order-2/0.0", "order-3/0.0"]);
  board.seenBy("ready", () => ({ ids, anchored: false }));
});
afterEach(() => board.stop());

const add = (n: number, change: Partial<TicketView> = {}): Entry => {
  const receivedAt = `2026-03-01T10:0${n}:00.000Z`;
  const entry = newEntry(ticket({ orderId: `order-${n}`, status: "ready", receivedAt, ...change }));
  entries.value = [...entries.peek(), entry];
  return entry;
};
const change = (entry: Entry, changed: Partial<TicketView>) =>
  showView(entry, { ...entry.view.peek(), ...changed }, undefined);
const shown = (group: ExpoGroup) =>
  board
    .slots(group)
    .peek()
    .map(({ id, left }) => (left ? "-" : id.slice(0, 7)));

test("an order that is handed over leaves its place empty, until this display is touched", () => {
  const first = add(1);
  add(2);
  change(first, { status: "done" });
  clock.value += 3_600_000;
  expect(shown("ready")).toEqual(["-", "order-2"]);
  board.handled(undefined);
  expect(shown("ready")).toEqual(["order-2"]);
  expect(board.hasMoved()).toBe(true);
});

test("an order comes last, and one whose courier waits comes up, with the next touch only", () => {
  add(2);
  const third = add(3);
  add(1);
  change(third, { courier: { assigned: true, arrived: true } });
  expect(shown("ready")).toEqual(["order-2", "order-3", "order-1"]);
  board.handled("new");
  expect(shown("ready")).toEqual(["order-3", "order-1", "order-2"]);
});

test("touch after touch in one group moves nothing there", () => {
  const first = add(1);
  add(2);
  board.handled("ready");
  change(first, { status: "done" });
  board.handled("ready");
  expect(shown("ready")).toEqual(["-", "order-2"]);
});
