import { describe, expect, test } from "vitest";
import type { OrderView } from "../../../projections/views.ts";
import { newest } from "./newest.ts";
import { view } from "./testing-view.ts";

/** What is shown after each of these has come, in this sequence. */
const shown = (...coming: readonly OrderView[]): readonly string[] => {
  let at: OrderView | undefined;
  return coming.map((next) => {
    at = newest(at, next);
    return at.revision;
  });
};
const at = (revision: number, change: Partial<OrderView> = {}) => view({ revision: String(revision), ...change });

describe("what is shown of an order", () => {
  test("does not go back when the event store told more than the live topic's first snapshot", () => {
    expect(shown(at(9), at(7), at(8), at(10))).toEqual(["9", "9", "9", "10"]);
  });

  test("does not go back when an answer comes after a newer delta", () => {
    expect(shown(at(4), at(11), at(10))).toEqual(["4", "11", "11"]);
  });

  test("compares revisions as numbers, not as words", () => {
    expect(shown(at(9), at(10), at(9))).toEqual(["9", "10", "10"]);
  });

  test("keeps the contact that live topics leave out", () => {
    const contact = { name: "Mia" };
    expect(newest(at(3, { contact }), at(4)).contact).toEqual(contact);
  });
});
