import { beforeEach, describe, expect, test } from "vitest";
import type { TicketView } from "../../../projections/views.ts";
import { Board } from "./board.ts";
import { type Entry, newEntry, showView } from "./entry.ts";
import { ticket } from "./testing-tickets.ts";

const STATIONS = ["preparation", "baking", "quality_check", "packaging"];

let board: Board;
const ages = new Map<string, string>();
beforeEach(() => {
  ages.clear();
  board = new Board(STATIONS);
});

const entry = (n: number, change: Partial<TicketView> = {}): Entry => {
  const made = newEntry(ticket({ orderId: `order-${n}`, ...change }));
  board.settle(made, false);
  return made;
};

const change = (of: Entry, changed: Partial<TicketView>, recall?: string) => {
  showView(of, { ...of.view.peek(), ...changed }, undefined);
  board.settle(of, false, recall);
};

const column = (name: string) =>
  board
    .slots(name)
    .peek()
    .map(({ id, left }) => (left?.over ? "-" : left ? `(${id})` : id));

const received = (id: string): string => ages.get(id) ?? id;
const sweep = (afterMs: number) => board.sweep(received, Date.now() + afterMs);
const tidy = (afterMs: number, but?: string) => board.tidy(received, Date.now() + afterMs, but);
/** Only these tickets of a column can be seen. */
const see = (name: string, ...seen: readonly number[]) =>
  board.seenBy(name, () => ({ ids: new Set(seen.map((n) => `order-${n}/0.0`)), anchored: true }));
const ids = (...orders: readonly number[]) => orders.map((n) => `order-${n}/0.0`);
/** Another display takes it on. */
const takenBy = (one: Entry) => change(one, { status: "accepted" });

describe("nothing moves under a finger", () => {
  test("a new ticket enters at the end, whatever its age", () => {
    entry(1);
    entry(2, { receivedAt: "2026-03-01T09:00:00.000Z" });
    expect(column("new")).toEqual(["order-1/0.0", "order-2/0.0"]);
  });

  test("a ticket that another display takes leaves its place empty, until this display is touched", () => {
    const first = entry(1);
    entry(2);
    see("new", 1, 2);
    takenBy(first);
    expect(column("new")).toEqual(["(order-1/0.0)", "order-2/0.0"]);
    expect(column("preparation")).toEqual(["order-1/0.0"]);
    sweep(3_100);
    expect(column("new")).toEqual(["-", "order-2/0.0"]);
    sweep(3_600_000);
    expect(column("new")).toEqual(["-", "order-2/0.0"]);
    tidy(3_600_100);
    expect(column("new")).toEqual(ids(2));
  });

  test("a touch does not close the column that it is in the middle of, nor one with a finger in it", () => {
    const first = entry(1);
    entry(2);
    see("new", 1, 2);
    takenBy(first);
    sweep(3_100);
    tidy(3_200, "new");
    expect(column("new")).toEqual(["-", "order-2/0.0"]);
    board.pressed("new");
    tidy(3_300);
    expect(column("new")).toEqual(["-", "order-2/0.0"]);
    board.released();
    tidy(3_400);
    expect(column("new")).toEqual(ids(2));
  });

  test("for a moment after a column has closed up a touch in it meant what stood there before", () => {
    const first = entry(1);
    entry(2);
    see("new", 1, 2);
    takenBy(first);
    sweep(3_100);
    const at = Date.now() + 4_000;
    board.tidy(received, at);
    expect(board.hasMoved("new", at + 300)).toBe(true);
    expect(board.hasMoved("new", at + 1_000)).toBe(false);
    expect(board.hasMoved("preparation", at + 300)).toBe(false);
  });

  test("what nobody sees closes up at once: the last place, places out of view, and columns that are not shown", () => {
    const [first, second, , fourth, last] = [entry(1), entry(2), entry(3), entry(4), entry(5)];
    see("new", 2, 3);
    for (const one of [first, second, fourth, last]) takenBy(one);
    sweep(3_100);
    expect(column("new")).toEqual(["-", "order-3/0.0"]);
    const baked = entry(6, { status: "working", started: ["baking"], completed: ["preparation"] });
    entry(7, { status: "working", started: ["baking"], completed: ["preparation"] });
    change(baked, { started: [], completed: ["preparation", "baking"] });
    sweep(3_100);
    expect(column("baking")).toEqual(ids(7));
  });
});

describe("no work is kept from being seen", () => {
  test("a column closes up by itself where half of it stands empty above tickets that cannot be seen", () => {
    const [first] = [entry(1), entry(2), entry(3)];
    see("new", 1, 2);
    board.pointed("new");
    takenBy(first);
    sweep(3_100);
    sweep(9_000);
    expect(column("new")).toEqual(["-", "order-2/0.0", "order-3/0.0"]);
    sweep(11_000);
    expect(column("new")).toEqual(ids(2, 3));
  });

  test("a column closes up at once where nothing is seen but empty places", () => {
    const [first, second] = [entry(1), entry(2), entry(3)];
    see("new", 1, 2);
    board.pointed("new");
    takenBy(first);
    takenBy(second);
    sweep(2_000);
    expect(column("new")).toEqual(["(order-1/0.0)", "(order-2/0.0)", "order-3/0.0"]);
    sweep(3_100);
    expect(column("new")).toEqual(ids(3));
  });

  test("an older ticket that came later comes up once nobody has been near the column for a while", () => {
    ages.set("order-3/0.0", "order-0");
    for (const n of [1, 2, 3]) entry(n);
    see("new", 1, 2);
    board.pointed("new");
    sweep(9_000);
    expect(column("new")).toEqual(ids(1, 2, 3));
    sweep(11_000);
    expect(column("new")).toEqual(ids(3, 1, 2));
  });

  test("what cannot be seen is in order by age at any time", () => {
    ages.set("order-4/0.0", "order-2b");
    for (const n of [1, 2, 3, 4]) entry(n);
    see("new", 1, 2);
    sweep(0);
    expect(column("new")).toEqual(ids(1, 2, 4, 3));
  });
});

test("touches close after one another in a column are a run", () => {
  expect(board.isRun("new")).toBe(false);
  board.pressed("new");
  expect(board.isRun("new")).toBe(false);
  board.pressed("new");
  expect(board.isRun("new")).toBe(true);
});

describe("ten seconds to recall", () => {
  test("what this display has completed keeps its place for ten seconds, with the way back", () => {
    const one = entry(1, { status: "working", started: ["preparation"] });
    change(one, { started: [], completed: ["preparation"] }, "preparation");
    const [slot] = board.slots("preparation").peek();
    expect(slot?.left?.recall).toBe("preparation");
    sweep(9_000);
    expect(column("preparation")).toEqual(["(order-1/0.0)"]);
    sweep(11_000);
    expect(column("preparation")).toEqual([]);
    expect(column("baking")).toEqual(["order-1/0.0"]);
  });

  test("the answer that comes after the read model's message still opens the way back", () => {
    const one = entry(1, { status: "working", started: ["preparation"] });
    change(one, { started: [], completed: ["preparation"] });
    board.settle(one, false, "preparation");
    expect(board.slots("preparation").peek()[0]?.left?.recall).toBe("preparation");
  });

  test("a recalled ticket is back in its old place", () => {
    const one = entry(1, { status: "working", started: ["preparation"] });
    entry(2, { status: "working", started: ["preparation"] });
    change(one, { started: [], completed: ["preparation"] }, "preparation");
    change(one, { started: ["preparation"], completed: [] });
    expect(column("preparation")).toEqual(["order-1/0.0", "order-2/0.0"]);
    expect(column("baking")).toEqual(["(order-1/0.0)"]);
  });
});

test("a cancelled ticket stays where it was seen last", () => {
  const one = entry(1, { status: "working", started: ["baking"], completed: ["preparation"] });
  change(one, { status: "cancelled" });
  expect(column("baking")).toEqual(["order-1/0.0"]);
});
