import { beforeEach, describe, expect, test } from "vitest";
import type { TicketView } from "../../../projections/views.ts";
import { Board } from "./board.ts";
import { type Entry, newEntry, showView } from "./entry.ts";
import { ticket } from "./testing-tickets.ts";

const STATIONS = ["preparation", "baking", "quality_check", "packaging"];

let board: Board;
beforeEach(() => {
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
    .map(({ id, left }) => (left ? `(${id})` : id));

describe("nothing moves under a finger", () => {
  test("a new ticket enters at the end, whatever its age", () => {
    entry(1);
    entry(2, { receivedAt: "2026-03-01T09:00:00.000Z" });
    expect(column("new")).toEqual(["order-1/0.0", "order-2/0.0"]);
  });

  test("a ticket that leaves keeps its place until it has been gone for a while and no finger is near", () => {
    const first = entry(1);
    entry(2);
    board.pointed("new");
    change(first, { status: "accepted" });
    expect(column("new")).toEqual(["(order-1/0.0)", "order-2/0.0"]);
    expect(column("preparation")).toEqual(["order-1/0.0"]);
    board.sweep(Date.now() + 1_000);
    expect(column("new")).toEqual(["(order-1/0.0)", "order-2/0.0"]);
    board.sweep(Date.now() + 4_000);
    expect(column("new")).toEqual(["order-2/0.0"]);
  });

  test("the place of the last one is given up under a finger too: nothing stands below it", () => {
    const last = entry(1);
    change(last, { status: "accepted" });
    board.sweep(Date.now() + 3_100);
    expect(column("new")).toEqual([]);
  });
});

describe("where fingers are", () => {
  test("a column does not close up while a finger is down in it, however long that takes", () => {
    const first = entry(1);
    entry(2);
    board.pressed("new");
    change(first, { status: "accepted" });
    board.sweep(Date.now() + 10_000);
    expect(column("new")).toEqual(["(order-1/0.0)", "order-2/0.0"]);
    board.released();
    board.sweep(Date.now() + 10_000);
    expect(column("new")).toEqual(["order-2/0.0"]);
  });

  test("a column is put in order by age again once nobody has been near it for a while", () => {
    const ages: Readonly<Record<string, string>> = { "order-1/0.0": "10:05", "order-2/0.0": "10:00" };
    entry(1);
    entry(2);
    board.pointed("new");
    board.sort((id) => ages[id] ?? "", Date.now() + 5_000);
    expect(column("new")).toEqual(["order-1/0.0", "order-2/0.0"]);
    board.sort((id) => ages[id] ?? "", Date.now() + 30_000);
    expect(column("new")).toEqual(["order-2/0.0", "order-1/0.0"]);
  });
});

describe("ten seconds to recall", () => {
  test("what this display has completed keeps its place for ten seconds, with the way back", () => {
    const one = entry(1, { status: "working", started: ["preparation"] });
    change(one, { started: [], completed: ["preparation"] }, "preparation");
    const [slot] = board.slots("preparation").peek();
    expect(slot?.left?.recall).toBe("preparation");
    board.sweep(Date.now() + 9_000);
    expect(column("preparation")).toEqual(["(order-1/0.0)"]);
    board.sweep(Date.now() + 11_000);
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

test("a confirmed act is shown until the read model has come as far, and not longer", () => {
  const one = entry(1);
  one.confirmed.value = [{ act: { type: "accept" }, position: "100", at: Date.now() }];
  showView(one, ticket({ orderId: "order-1" }), "99");
  expect(one.ticket.peek().status).toBe("accepted");
  showView(one, ticket({ orderId: "order-1" }), "100");
  expect(one.ticket.peek().status).toBe("new");
});
