import { expect, test } from "vitest";
import { newEntry } from "./entry.ts";
import { ticket } from "./testing-tickets.ts";
import { touchOf } from "./touch.ts";

const AT = 1_000_000;

test("the second contact of a touch does not do the next step as well", () => {
  const entry = { ...newEntry(ticket()), ownAt: AT };
  expect(touchOf(entry, AT + 150)).toBe("bounced");
  expect(touchOf(entry, AT + 500)).toBe("meant");
});

test("a touch that comes with a change from another display meant what stood there before", () => {
  const entry = { ...newEntry(ticket()), otherAt: AT };
  expect(touchOf(entry, AT + 300)).toBe("changed");
  expect(touchOf(entry, AT + 1_000)).toBe("meant");
});
