import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../infra/clock.ts";
import { type ThrowawayStore, throwawayStore } from "../../infra/event-store/testing.ts";
import { StreamWriter } from "../writing/writer.ts";
import { type BulkServices, checkEntry, importEntry } from "./bulk-import.ts";

let events: ThrowawayStore;
let services: BulkServices;

beforeAll(async () => {
  events = await throwawayStore();
  const origin = { service: { role: "test", version: "0", instance: "test" }, region: "local" };
  const writer = new StreamWriter(events.store, origin);
  services = { writer, fingerprintKey: new Uint8Array(32).fill(1), clock: systemClock };
});
afterAll(() => events?.stop());

const cake = { sku: "cake", name: "Cake", price: { amount: 1200, currency: "EUR" }, allergens: ["milk"] };
const stored = async (stream: string) =>
  (await events.store.readStream(stream)).map(({ type, data }) => ({ type, data }));

test("a look writes nothing and says what would be done", async () => {
  expect(await checkEntry(services, "items", cake)).toMatchObject({ outcome: "created", id: "cake" });
  expect(await stored("item-cake")).toEqual([]);
});

test("an entry is created once, however often it is imported", async () => {
  expect((await importEntry(services, "items", "ada", cake)).outcome).toBe("created");
  expect((await importEntry(services, "items", "ada", cake)).outcome).toBe("unchanged");
  expect((await stored("item-cake")).map(({ type }) => type)).toEqual(["item.listed"]);
});

test("a change says what is different and nothing else; what an entry leaves out stays", async () => {
  const { allergens: _, ...dearer } = { ...cake, price: { amount: 1300, currency: "EUR" } };
  const changes = [
    { field: "price", before: { amount: 1200, currency: "EUR" }, after: { amount: 1300, currency: "EUR" } },
  ];
  expect(await checkEntry(services, "items", dearer)).toEqual({ outcome: "changed", id: "cake", changes });
  expect(await importEntry(services, "items", "ada", dearer)).toEqual({ outcome: "changed", id: "cake", changes });
  expect((await stored("item-cake")).at(-1)).toEqual({
    type: "item.changed",
    data: { price: { amount: 1300, currency: "EUR" } },
  });
});

test("an entry that comes back after another change is a change again", async () => {
  expect((await importEntry(services, "items", "ada", cake)).outcome).toBe("changed");
  expect((await checkEntry(services, "items", cake)).outcome).toBe("unchanged");
});

test("the same entry at the same time is imported once", async () => {
  const tart = { ...cake, sku: "tart" };
  await Promise.all(Array.from({ length: 5 }, () => importEntry(services, "items", "ada", tart)));
  expect((await stored("item-tart")).length).toBe(1);
});

test.each([
  ["items", { ...cake, sku: "Bad Sku" }, "sku: lower-case"],
  ["items", "cake", "line: "],
  ["sites", { siteId: "a", kind: "kiosk" }, "kind: "],
] as const)("an entry of %s that is not valid is refused with the reason: %j", async (kind, value, fault) => {
  for (const work of [checkEntry(services, kind, value), importEntry(services, kind, "ada", value)]) {
    expect(await work).toMatchObject({ outcome: "refused", fault: expect.stringContaining(fault) });
  }
});
