import { describe, expect, it } from "vitest";
import { decideAppend } from "./append-decision.ts";
import { ANY, NO_EVENTS, NO_STREAM, STREAM_EXISTS } from "./expected.ts";

const id = (name: string) => Buffer.from(name);
/** Decides about an append of `ids` to a stream that holds `stored`. */
function decide(expected: number, ids: string, stored: string) {
  const events = [...stored];
  return decideAppend(expected, events.length - 1, [...ids].map(id), {
    latest: (wanted) => {
      const revision = events.lastIndexOf(wanted.toString());
      return revision < 0 ? undefined : { revision, position: revision + 100 };
    },
    at: (revision) => {
      const name = events[revision];
      return name === undefined ? undefined : { id: id(name), position: revision + 100 };
    },
  });
}
const store = { kind: "store" };
const refused = { kind: "wrong-version" };
const repeat = (revision: number) => ({ kind: "repeat", revision, position: revision + 100 });

describe("an append", () => {
  it("is stored where the stream is as expected", () => {
    expect(decide(NO_STREAM, "a", "")).toEqual(store);
    expect(decide(ANY, "c", "ab")).toEqual(store);
    expect(decide(STREAM_EXISTS, "c", "ab")).toEqual(store);
    expect(decide(1, "c", "ab")).toEqual(store);
  });

  it("is refused where it is not", () => {
    expect(decide(NO_STREAM, "c", "ab")).toEqual(refused);
    expect(decide(STREAM_EXISTS, "a", "")).toEqual(refused);
    expect(decide(0, "c", "ab")).toEqual(refused);
    expect(decide(7, "c", "ab")).toEqual(refused);
    expect(decide(0, "c", "")).toEqual(refused);
  });

  it("is a repeat when its ids follow the expected revision", () => {
    expect(decide(NO_STREAM, "ab", "abc")).toEqual(repeat(1));
    expect(decide(0, "bc", "abc")).toEqual(repeat(2));
  });

  it("is a repeat anywhere in the stream for any and stream exists", () => {
    expect(decide(ANY, "a", "abc")).toEqual(repeat(0));
    expect(decide(STREAM_EXISTS, "bc", "abc")).toEqual(repeat(2));
    expect(decide(ANY, "aa", "aab")).toEqual(repeat(1));
  });

  it("is refused when it begins like a repeat and goes further, or in another order", () => {
    expect(decide(NO_STREAM, "ab", "a")).toEqual(refused);
    expect(decide(ANY, "ab", "a")).toEqual(refused);
    expect(decide(NO_STREAM, "ba", "ab")).toEqual(refused);
  });

  it("without events is stored at the head and refused below it", () => {
    expect(decide(ANY, "", "ab")).toEqual(store);
    expect(decide(1, "", "ab")).toEqual(store);
    expect(decide(0, "", "ab")).toEqual(refused);
    expect(decideAppend(NO_STREAM, NO_EVENTS, [], { latest: () => undefined, at: () => undefined })).toEqual(store);
  });
});
