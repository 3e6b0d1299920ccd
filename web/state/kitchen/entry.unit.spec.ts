import { describe, expect, test } from "vitest";
import { lacksNote, newEntry, showView } from "./entry.ts";
import { ticket } from "./testing-tickets.ts";

describe("a note", () => {
  const sealedNote = {
    customerId: "c",
    stream: "s",
    eventId: "e",
    sealed: { kid: "k1", alg: "A256GCM", iv: "", ct: "" },
  } as const;
  const line = { sku: "cake", name: "Cake", quantity: { amount: 1, unit: "each" }, allergens: [] } as const;

  test("that was opened once stays open, whatever message comes after it", () => {
    const one = newEntry(ticket({ lines: [{ ...line, note: "Mia" }] }));
    showView(one, { ...one.view.peek(), status: "accepted", lines: [{ ...line, sealedNote }] }, undefined);
    expect(one.ticket.peek()).toMatchObject({ status: "accepted", lines: [{ note: "Mia" }] });
    expect(lacksNote(one.view.peek())).toBe(false);
  });

  test("that was never opened is still to be fetched", () => {
    const one = newEntry(ticket({ lines: [{ ...line, sealedNote }] }));
    expect(lacksNote(one.view.peek())).toBe(true);
  });
});

test("a ticket that comes again unchanged is not drawn anew", () => {
  const one = newEntry(ticket());
  const shown = one.view.peek();
  showView(one, structuredClone(shown), undefined);
  expect(one.view.peek()).toBe(shown);
});

test("a confirmed act is shown until the read model has come as far, and not longer", () => {
  const one = newEntry(ticket());
  one.confirmed.value = [{ act: { type: "accept" }, position: "100", at: Date.now() }];
  showView(one, ticket(), "99");
  expect(one.ticket.peek().status).toBe("accepted");
  showView(one, ticket(), "100");
  expect(one.ticket.peek().status).toBe("new");
});
