import { describe, expect, it } from "vitest";
import { DELETED } from "../log/stream-rules.ts";
import { decideAppend, type StreamState } from "./append-decision.ts";
import { ANY, NO_STREAM, STREAM_EXISTS } from "./expected.ts";

const id = (name: string) => Buffer.from(name);
/** Decides about an append of `ids` to a stream that holds `stored`. */
function decide(expected: number, ids: string, stored: string, state: Partial<StreamState> = {}) {
  const events = [...stored];
  const stream = { head: events.length - 1, softDeleted: false, hasMetadata: false, ...state };
  return decideAppend(expected, stream, [...ids].map(id), {
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
const gone = { kind: "deleted" };
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
    expect(decide(NO_STREAM, "", "")).toEqual(store);
  });

  it("brings a deleted stream back, whoever writes, unless it repeats what was there or counts on the stream", () => {
    const deleted = { softDeleted: true, hasMetadata: true };
    for (const expected of [NO_STREAM, ANY, 1]) expect(decide(expected, "c", "ab", deleted)).toEqual(store);
    expect(decide(NO_STREAM, "a", "ab", deleted)).toEqual(repeat(0));
    expect(decide(NO_STREAM, "ac", "ab", deleted)).toEqual(refused);
    expect(decide(0, "c", "ab", deleted)).toEqual(refused);
    expect(decide(STREAM_EXISTS, "c", "ab", deleted)).toEqual(gone);
  });

  it("to a tombstoned stream is refused, whatever it expects", () => {
    for (const expected of [NO_STREAM, ANY, STREAM_EXISTS, 1])
      expect(decide(expected, "c", "ab", { head: DELETED })).toEqual(gone);
  });

  it("that counts on a stream is stored where only its metadata was written", () => {
    expect(decide(STREAM_EXISTS, "a", "", { hasMetadata: true })).toEqual(store);
  });
});
