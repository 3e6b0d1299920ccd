import { describe, expect, test } from "vitest";
import { clockFinding } from "./clock-skew.ts";

const at = 1_800_000_000_000;
const reading = (ahead: number, more: { took?: number; resolutionMs?: number } = {}) => ({
  before: at,
  after: at + (more.took ?? 0),
  server: at + ahead,
  resolutionMs: more.resolutionMs ?? 0,
});

describe("the comparison of two clocks", () => {
  test.each([
    [0, "ok"],
    [900, "ok"],
    [-900, "ok"],
    [2_000, "warning"],
    [-2_000, "warning"],
    [10_000, "problem"],
    [-10_000, "problem"],
  ])("a server that is %i ms ahead is %s", (ahead, level) =>
    expect(clockFinding("Postgres", reading(ahead)).level).toBe(level),
  );

  test("says which of the two is behind, what breaks, and what to do", () => {
    const { what, fix } = clockFinding("Postgres", reading(10_000));
    expect(what).toBe("this machine's clock is 10.0 s behind Postgres");
    expect(fix).toMatch(/every append times out/);
    expect(clockFinding("Postgres", reading(-10_000)).what).toContain("ahead of Postgres");
  });

  test("counts nothing as a difference that a slow or coarse answer explains", () => {
    expect(clockFinding("it", reading(1_900, { took: 4_000 })).level).toBe("ok");
    expect(clockFinding("it", reading(-1_500, { resolutionMs: 1_000 })).level).toBe("ok");
  });
});
