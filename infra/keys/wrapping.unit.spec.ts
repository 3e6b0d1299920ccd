import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { UnwrapError, unwrap, wrap } from "./wrapping.ts";

const CUSTOMER = "018f2d3c-0000-4000-8000-000000000001";
const OTHER = "018f2d3c-0000-4000-8000-000000000002";
const master = randomBytes(32);
const dataKey = randomBytes(32);

describe("wrapped keys", () => {
  test("open to what was wrapped, and never look the same twice", () => {
    const wrapped = wrap(master, CUSTOMER, dataKey);
    expect(Buffer.from(unwrap(master, CUSTOMER, wrapped))).toEqual(dataKey);
    expect(wrap(master, CUSTOMER, dataKey)).not.toEqual(wrapped);
    expect(wrapped.includes(dataKey)).toBe(false);
  });

  test("do not open in another customer's row, or under another master key", () => {
    const wrapped = wrap(master, CUSTOMER, dataKey);
    expect(() => unwrap(master, OTHER, wrapped)).toThrow(UnwrapError);
    expect(() => unwrap(randomBytes(32), CUSTOMER, wrapped)).toThrow(UnwrapError);
  });

  test("do not open when any byte was changed, or some are missing", () => {
    const wrapped = wrap(master, CUSTOMER, dataKey);
    for (let at = 0; at < wrapped.length; at++) {
      const altered = Buffer.from(wrapped);
      altered[at] = (altered[at] ?? 0) ^ 1;
      expect(() => unwrap(master, CUSTOMER, altered)).toThrow(UnwrapError);
    }
    expect(() => unwrap(master, CUSTOMER, wrapped.subarray(0, 20))).toThrow(UnwrapError);
    expect(() => unwrap(master, CUSTOMER, Buffer.alloc(0))).toThrow(UnwrapError);
  });
});
