import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CLOCK_FILE_READ_MS, clockFor, systemClock } from "./clock.ts";

const HOUR = 3_600_000;

let folder: string;
let file: string;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date", "performance"], now: 1_000_000 });
  folder = mkdtempSync(join(tmpdir(), "ordertrail-clock-"));
  file = join(folder, "ahead");
});

afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

const pass = (ms: number) => vi.advanceTimersByTime(ms);

test("without a file, business time is the machine's", () => {
  expect(clockFor({})).toBe(systemClock);
});

test("a file moves business time ahead, and a missing or half-written one changes nothing", () => {
  const clock = clockFor({ CLOCK_FILE: file });
  expect(clock.now()).toBe(1_000_000);
  writeFileSync(file, `${HOUR}\n`);
  pass(CLOCK_FILE_READ_MS);
  expect(clock.now()).toBe(1_000_000 + CLOCK_FILE_READ_MS + HOUR);
  writeFileSync(file, "");
  pass(CLOCK_FILE_READ_MS);
  expect(clock.now()).toBe(1_000_000 + 2 * CLOCK_FILE_READ_MS + HOUR);
});

test("two clocks on one file agree", () => {
  writeFileSync(file, `${HOUR}`);
  expect(clockFor({ CLOCK_FILE: file }).now()).toBe(clockFor({ CLOCK_FILE: file }).now());
});

test("time goes back only where the file says so", () => {
  writeFileSync(file, `${HOUR}`);
  const clock = clockFor({ CLOCK_FILE: file });
  const before = clock.now();
  vi.setSystemTime(500_000);
  pass(CLOCK_FILE_READ_MS);
  expect(clock.now()).toBe(before);
  writeFileSync(file, `${HOUR - 600_000}`);
  pass(CLOCK_FILE_READ_MS);
  expect(clock.now()).toBeLessThan(before);
});
