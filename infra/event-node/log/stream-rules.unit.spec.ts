import { describe, expect, it } from "vitest";
import { DELETED, DELETED_METADATA, NO_RULES, parseRules, undeleted } from "./stream-rules.ts";

const rules = (data: unknown) => parseRules(Buffer.from(typeof data === "string" ? data : JSON.stringify(data)));

describe("the metadata of a stream", () => {
  it("says what is hidden", () => {
    expect(rules({ $maxCount: 5, $maxAge: 60, $tb: 3, owner: "me" })).toEqual({
      maxCount: 5,
      maxAge: 60_000_000,
      truncateBefore: 3,
    });
    expect(rules({ owner: "me", $maxCount: null })).toEqual(NO_RULES);
  });

  it("hides nothing where it is no metadata, or holds a value that cannot be meant", () => {
    for (const data of ["", "x", "[1]", "null", "7", { $maxCount: 0 }, { $maxAge: -1 }, { $tb: 1.5 }, { $tb: "3" }])
      expect(rules(data)).toEqual(NO_RULES);
  });

  it("of a deleted stream hides everything, and from the next revision on nothing once it is written again", () => {
    expect(parseRules(DELETED_METADATA).truncateBefore).toBe(DELETED);
    expect(JSON.parse(undeleted(DELETED_METADATA, 3).toString())).toEqual({ $tb: 3 });
    expect(JSON.parse(undeleted(Buffer.from('{"owner":"me","$tb":9}'), 4).toString())).toEqual({ owner: "me", $tb: 4 });
  });
});
