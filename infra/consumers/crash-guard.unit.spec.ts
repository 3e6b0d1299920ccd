import { describe, expect, test } from "vitest";
import { type Caution, cautionAfter, cautionNext } from "./crash-guard.ts";

const place = { commit: 7n, prepare: 7n };

describe("caution after a crash", () => {
  test("a clean end asks for none", () => {
    expect(cautionAfter(false, place, { place, events: 1, kills: 2 })).toEqual({ kind: "none" });
  });

  test("after an unclean end the next batch is written down before it is handled", () => {
    expect(cautionAfter(true, place, undefined)).toEqual({ kind: "batch" });
  });

  test("what was written down at another place was passed since and blames nobody", () => {
    const found = { place: { commit: 3n, prepare: 3n }, events: 1, kills: 2 };
    expect(cautionAfter(true, place, found)).toEqual({ kind: "batch" });
  });

  test("a batch that ended the process is taken event by event", () => {
    const caution = cautionAfter(true, place, { place, events: 5, kills: 1 });
    expect(caution).toEqual({ kind: "single", left: 5, kills: 0 });
  });

  test("an event is poison only after it ended the process twice while it was alone", () => {
    expect(cautionAfter(true, place, { place, events: 1, kills: 1 })).toEqual({ kind: "single", left: 1, kills: 1 });
    expect(cautionAfter(true, place, { place, events: 1, kills: 2 })).toEqual({ kind: "poison", kills: 2 });
  });

  test("caution ends once all suspects went through, and the kills of one are not counted against the next", () => {
    const caution: Caution = { kind: "single", left: 2, kills: 1 };
    const next = cautionNext(caution, 1);
    expect(next).toEqual({ kind: "single", left: 1, kills: 0 });
    expect(cautionNext(next, 1)).toEqual({ kind: "none" });
  });
});
