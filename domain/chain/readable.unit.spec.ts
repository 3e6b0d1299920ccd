import { describe, expect, test } from "vitest";
import type { RecordedEvent } from "./envelope.ts";
import { assertReadable, MalformedEventError, UnknownVersionError } from "./readable.ts";

const event = (data: unknown, metadata: unknown): RecordedEvent =>
  ({ stream: "order-1", type: "order.placed", id: "e", revision: 0n, data, metadata }) as unknown as RecordedEvent; // as somebody may store it

const ENVELOPE = { v: 1, at: "2026-11-21T10:00:00.000Z" };

describe("an event", () => {
  test("of a version that is known is read", () => {
    expect(() => assertReadable(event({}, ENVELOPE))).not.toThrow();
  });

  test("of a newer version is not taken for an older one", () => {
    expect(() => assertReadable(event({}, { ...ENVELOPE, v: 2 }))).toThrow(UnknownVersionError);
  });

  test.each([
    ["text that is no JSON", "{broken", ENVELOPE],
    ["bytes", new Uint8Array([1, 2]), ENVELOPE],
    ["a list", [], ENVELOPE],
    ["nothing", null, ENVELOPE],
    ["no envelope", {}, undefined],
    ["an envelope that is no JSON", {}, new Uint8Array([123])],
    ["no version", {}, { at: ENVELOPE.at }],
    ["a version that is no number", {}, { ...ENVELOPE, v: "1" }],
    ["version 0", {}, { ...ENVELOPE, v: 0 }],
    ["no time", {}, { v: 1 }],
    ["a time that is none", {}, { v: 1, at: "yesterday" }],
  ])("with %s is malformed", (_what, data, metadata) => {
    expect(() => assertReadable(event(data, metadata))).toThrow(MalformedEventError);
  });
});
