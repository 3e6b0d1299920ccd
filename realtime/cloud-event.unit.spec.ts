import { expect, test } from "vitest";
import { fromCloudEvent, subjectOf, toCloudEvent } from "./cloud-event.ts";

const message = {
  topic: "order.5d0c",
  epoch: "orders:1",
  version: "1207",
  prev: null,
  at: "2026-11-21T09:00:00.000Z",
  data: { status: "placed" },
};

test("a topic message survives its envelope", () => {
  expect(fromCloudEvent(Buffer.from(JSON.stringify(toCloudEvent(message))))).toEqual(message);
});

test("the envelope of a message that is published twice has the same id", () => {
  expect(toCloudEvent(message).id).toBe(toCloudEvent({ ...message }).id);
});

test("what is no envelope of ours is not taken for one", () => {
  for (const text of ["", "{", "{}", '{"specversion":"1.0","data":{}}']) {
    expect(fromCloudEvent(Buffer.from(text))).toBeUndefined();
  }
});

test("a topic cannot break out of its subject", () => {
  expect(subjectOf("order.5d0c-1")).toBe("ordertrail.topic.order.5d0c-1");
  expect(subjectOf("a b.*.>..x\r\nPUB")).toMatch(/^ordertrail\.topic\.[^\s*>]+$/);
});
