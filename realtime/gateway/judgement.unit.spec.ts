import { describe, expect, test } from "vitest";
import type { TopicMessage } from "../protocol.ts";
import { isBehind, judge } from "./judgement.ts";

const message = (version: string, prev: string | null, epoch = "orders:1"): TopicMessage => ({
  topic: "order.a",
  epoch,
  version,
  prev,
  at: "2026-11-21T09:00:00.000Z",
  data: { version },
});
const sent = { epoch: "orders:1", version: "10" };

describe("judging a delta", () => {
  test("sends the one that follows what was sent", () => {
    expect(judge(sent, message("12", "10"))).toBe("send");
  });
  test("drops what was sent before, also when versions differ in length", () => {
    expect(judge(sent, message("10", "9"))).toBe("drop");
    expect(judge(sent, message("9", "8"))).toBe("drop");
  });
  test("sees a gap when something lies between", () => {
    expect(judge(sent, message("20", "15"))).toBe("gap");
  });
  test("sees a gap in a message of another generation", () => {
    expect(judge(sent, message("12", "10", "orders:2"))).toBe("gap");
  });
  test("sends a topic's first message when nothing was known, and no later one", () => {
    expect(judge(undefined, message("12", null))).toBe("send");
    expect(judge(undefined, message("12", "10"))).toBe("gap");
  });
  test("a head counts as missed only when it is newer or of another generation", () => {
    expect(isBehind(sent, { epoch: "orders:1", version: "10" })).toBe(false);
    expect(isBehind(sent, { epoch: "orders:1", version: "9" })).toBe(false);
    expect(isBehind(sent, { epoch: "orders:1", version: "11" })).toBe(true);
    expect(isBehind(sent, { epoch: "orders:2", version: "9" })).toBe(true);
  });
});
