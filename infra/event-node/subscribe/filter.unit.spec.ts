import { describe, expect, it } from "vitest";
import type { FilterRequest } from "../wire/read-request.ts";
import { compileFilter } from "./filter.ts";

const filter = (request: Partial<FilterRequest>) =>
  compileFilter({ on: "type", regex: "", prefixes: [], window: undefined, checkpointInterval: 1, ...request });
const event = (type: string, streamName = "s") => ({ type, streamName });

describe("a filter", () => {
  it("of system events lets through what does not begin with a dollar sign", () => {
    const { matches } = filter({ regex: "^[^$].*" });
    expect([matches(event("order.placed")), matches(event("$metadata"))]).toEqual([true, false]);
  });

  it("by prefixes lets through what begins with any of them", () => {
    const { matches } = filter({ on: "stream", prefixes: ["order-", "ledger-"] });
    expect(["order-1", "ledger-1", "customer-1", "x-order-"].map((name) => matches(event("t", name)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it("with an expression that only .NET's escapes allow is understood all the same", () => {
    expect(filter({ on: "stream", regex: "^order\\-\\d" }).matches(event("t", "order-1"))).toBe(true);
  });

  it("with what is no expression is refused", () => {
    expect(() => filter({ regex: "(" })).toThrow("not a regular expression");
  });

  it("has a checkpoint after each window, 32 events when the client names none", () => {
    expect(filter({}).checkpointEvery).toBe(32);
    expect(filter({ window: 10, checkpointInterval: 3 }).checkpointEvery).toBe(30);
  });
});
