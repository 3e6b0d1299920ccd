import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { EVENT_TYPES } from "../test/fixtures/event-types.ts";
import { RECORDED, RECORDED_KEYS, type RecordedFile, recorded } from "../test/fixtures/recorded.ts";
import { evolve as evolveItem, type ItemEvent, type ItemState } from "./catalogue/item.ts";
import { assertStorable } from "./chain/canonical-json.ts";
import { ChainWalk } from "./chain/chain.ts";
import { eventIdFor } from "./chain/ids.ts";
import { unseal } from "./chain/sealing.ts";
import { type Courier, type CourierEvent, evolve as evolveCourier, newCourier } from "./courier/courier.ts";
import { type CustomerEvent, type CustomerState, evolve as evolveCustomer } from "./customer/customer.ts";
import { openState } from "./site/opening-hours.ts";
import { evolve as evolveSite, type SiteEvent, type SiteState } from "./site/site.ts";

const files = Object.keys(RECORDED) as RecordedFile[]; // the keys are the type

/** States after each event of a recorded stream. */
function statesOf<Event, State>(
  file: RecordedFile,
  evolve: (state: State, event: Event, id: string) => State,
  initial: State,
): State[] {
  let state = initial;
  return recorded(file).map((event) => {
    state = evolve(state, { type: event.type, data: event.data } as Event, event.id); // recorded from these types
    return state;
  });
}

describe.each(files)("the recorded stream %s", (file) => {
  test("verifies from its stored bytes, and ends where a witness has seen it end", () => {
    const events = recorded(file);
    const stream = events[0]?.stream ?? expect.fail("the file is empty");
    const walk = new ChainWalk(stream, { revision: BigInt(events.length - 1), hash: RECORDED[file] });
    for (const event of events) walk.next(event);
    expect(walk.end()).toEqual([]);
    expect([walk.length, walk.head]).toEqual([BigInt(events.length), RECORDED[file]]);
  });

  test("holds ids that follow from stream, command and fingerprint, and only what may be stored", () => {
    for (const { stream, id, data, metadata } of recorded(file)) {
      const possible = [0, 1, 2].map((index) => eventIdFor(stream, metadata.cmd, metadata.fp, index));
      expect(possible).toContain(id);
      assertStorable({ data, metadata });
      expect(metadata.v).toBe(1);
      expect(metadata.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    }
  });
});

test("every recorded file is known here", () => {
  expect(readdirSync(new URL("../test/fixtures/recorded/", import.meta.url)).sort()).toEqual(files.toSorted());
});

test.each(Object.entries(EVENT_TYPES))("every type of event of the %s is recorded at version 1", (kind, types) => {
  const found = files.filter((file) => file.startsWith(`${kind}-v1`)).flatMap((file) => recorded(file));
  expect([...new Set(found.map(({ type }) => type))].sort()).toEqual([...types].sort());
});

test("the recorded courier folds to the same states for ever", () => {
  const states = statesOf<CourierEvent, Courier>("courier-v1.jsonl", evolveCourier, newCourier);
  const first = { orderId: "98f3a396-be5c-53b0-964b-8814851870e6", attempt: 1 };
  const second = { orderId: "d5bb6aab-29bf-5730-98b0-bf8a396e93eb", attempt: 2 };
  expect(states).toMatchObject([
    { onShift: true, city: "berlin", claim: undefined },
    { onShift: true, city: "berlin", claim: first },
    { onShift: true, city: "berlin", claim: undefined },
    { onShift: false, claim: undefined },
    { onShift: true, city: "hamburg", claim: undefined },
    { onShift: true, city: "hamburg", claim: second },
  ]);
});

test("the recorded customer folds to the same states for ever, and the contact opens at its place until it is erased", () => {
  const states = statesOf<CustomerEvent, CustomerState>("customer-v1.jsonl", evolveCustomer, undefined);
  const events = recorded("customer-v1.jsonl");
  expect(states).toMatchObject([
    { customerId: "71f22668-51bc-57f1-bd85-e3dd6d3796d2", guest: false, held: false, erased: false },
    { held: true, erased: false, contact: { eventId: events[0]?.id } },
    { held: true, erased: false, contact: { eventId: events[2]?.id } },
    { held: false, erased: false, contact: { eventId: events[2]?.id } },
    { held: false, erased: true, contact: undefined },
  ]);
  const opened = [0, 3].map((index) => {
    const contact = states[index]?.contact;
    if (!contact || !("ct" in contact.sealed)) return expect.fail("the contact is not sealed");
    return unseal(RECORDED_KEYS, events[0]?.stream ?? "", contact.eventId, contact.sealed);
  });
  const contact = {
    name: "Maya Öztürk",
    phone: "+49 30 1234567",
    email: "maya@example.org",
    address: "Torstraße 1, 10119 Berlin",
    position: { lat: 52_528_123, lon: 13_405_001 },
    instructions: "ring twice 🔔",
  };
  expect(opened).toEqual([contact, { ...contact, address: "Oranienstraße 2, 10999 Berlin" }]);
});

test("the recorded site folds to the same states for ever", () => {
  const states = statesOf<SiteEvent, SiteState>("site-v1.jsonl", evolveSite, undefined);
  expect(states.map((site) => site?.status)).toEqual(["open", "open", "suspended", "open", "closed"]);
  expect(states.at(-1)).toMatchObject({
    siteId: "sweet-crumbs",
    kind: "bakery",
    name: "Sweet Crumbs Mitte",
    city: "berlin",
    region: "eu-central",
    timeZone: "Europe/Berlin",
    position: { lat: 52_528_123, lon: 13_405_001 },
    stations: ["preparation", "baking", "quality_check", "packaging"],
    currency: "EUR",
    deliveryFee: 390,
    menu: ["carrot-cake"],
  });
  const friday = Date.parse("2026-11-20T19:00:00.000Z");
  const openOnFriday = states.slice(0, 2).map((site) => site && openState(site.hours, site.timeZone, friday));
  expect(openOnFriday).toEqual(["closed", "open"]);
});

test("the recorded item folds to the same states for ever", () => {
  const states = statesOf<ItemEvent, ItemState>("item-v1.jsonl", evolveItem, undefined);
  const listed = {
    sku: "carrot-cake",
    name: "Carrot cake",
    description: "With cream cheese",
    price: { amount: 1150, currency: "EUR" },
    taxBasisPoints: 700,
    unit: "each",
    allergens: ["nuts", "milk"],
    emoji: "🥕",
    withdrawn: false,
  };
  const changed = { ...listed, price: { amount: 1250, currency: "EUR" }, description: "With walnuts" };
  expect(states).toMatchObject([listed, changed, { ...changed, withdrawn: true }]);
});
