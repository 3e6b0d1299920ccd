import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import type { ConsumerSeen } from "../../read-api/operations/followers/consumers-seen.ts";
import type { CircuitSeen } from "../../read-api/operations/followers/look.ts";
import { lagLevel, standingOf } from "../../read-api/operations/followers/standing.ts";
import { screenOn } from "./screen.ts";
import { statusLines } from "./table.ts";

const NOW = Date.parse("2026-11-21T12:00:10.000Z");
const seen = (more: Partial<ConsumerSeen> = {}): ConsumerSeen => ({
  name: "payment",
  owner: "host-1-workers",
  place: { commit: 70n, prepare: 70n },
  hasPosition: true,
  restingSeconds: 0,
  parked: 0,
  generation: undefined,
  ...more,
});
const behind = (events: number, exact = true) => ({
  events,
  exact,
  oldestAt: events === 0 ? undefined : "2026-11-21T12:00:00.000Z",
});
const building = { projection: "orders", number: 2, version: 1, state: "building" };

test.each([
  [0, "ok"],
  [9_999, "ok"],
  [10_000, "warning"],
  [50_000, "critical"],
  [100_000, "emergency"],
])("%i events behind is %s", (events, level) => expect(lagLevel(events)).toBe(level));

describe("a consumer", () => {
  test.each([
    ["runs with an owner", seen(), behind(0), "running"],
    ["is stopped without one", seen({ owner: undefined }), behind(0), "stopped"],
    ["is stuck when events wait and it does not move", seen({ restingSeconds: 60 }), behind(3), "stuck"],
    ["is not stuck when nothing waits", seen({ restingSeconds: 60 }), behind(0), "running"],
    ["is not stuck while the log cannot be asked", seen({ restingSeconds: 60 }), undefined, "running"],
    [
      "of a generation that is built needs no owner",
      seen({ owner: undefined, generation: building }),
      behind(9),
      "building",
    ],
  ] as const)("%s", (_what, one, lag, state) => expect(standingOf(one, lag, NOW).state).toBe(state));

  test("is late since the oldest event that waits", () => {
    expect(standingOf(seen(), behind(5), NOW).lag).toEqual({ events: 5, exact: true, seconds: 10 });
  });
});

describe("the table", () => {
  const look = {
    at: "2026-11-21T12:00:10.000Z",
    consumers: [standingOf(seen({ parked: 2 }), behind(60_000, false), NOW, 12.34)],
    appended: 3,
    outbox: 4,
    circuits: [],
    logFault: undefined,
  };

  test("says everything in words; colour only repeats it", () => {
    const plain = statusLines(look, false).join("\n");
    expect(plain).toMatch(/payment +host-1-workers +running +70 +≥ 60000 +10\.0 +critical +12 +2$/);
    expect(stripVTControlCharacters(statusLines(look, true).join("\n"))).toBe(plain);
    expect(statusLines(look, true).join("\n")).not.toBe(plain);
  });

  test("shows circuits to the outside once one of them has been open, and what waits for them", () => {
    expect(statusLines(look, false).join("\n")).not.toContain("circuit");
    const since = "2026-11-21T11:58:00.000Z";
    const circuits: readonly CircuitSeen[] = [
      { system: "courier", place: "berlin", state: "open", since, failureType: "service_unavailable", waiting: 41 },
      { system: "payment", place: "", state: "closed", since, failureType: undefined, waiting: 0 },
    ];
    const lines = statusLines({ ...look, circuits }, false);
    expect(lines.at(-2)).toMatch(/courier +berlin +open +2026-11-21T11:58:00\.000Z +service_unavailable +41$/);
    expect(lines.at(-1)).toMatch(/payment +– +closed +2026-11-21T11:58:00\.000Z +– +0$/);
  });

  test("shows no lag when the log cannot be asked, and says so", () => {
    const [standing] = [standingOf(seen(), undefined, NOW)];
    const lines = statusLines({ ...look, consumers: [standing], logFault: "it did not answer" }, false);
    expect(lines[0]).toContain("the event store cannot be asked: it did not answer");
    expect(lines.at(-1)).toMatch(/70 +– +– +– +– +0$/);
  });
});

describe("the screen", () => {
  const screen = (isTTY: boolean, rows = 3) => {
    const written: string[] = [];
    const out = { isTTY, rows, write: (text: string) => written.push(text) > 0 };
    return { written, screen: screenOn(out as unknown as Parameters<typeof screenOn>[0]) }; // what is used of a stream
  };

  test("of a terminal is drawn over in one write, cut to its height, and given back", () => {
    const { written, screen: one } = screen(true);
    one.show(["a", "b", "c", "d"]);
    one.leave();
    expect(written).toHaveLength(3);
    expect(stripVTControlCharacters(written[1] ?? "")).toBe("a\n… 3 lines more than the terminal has room for");
    expect(written[2]).toContain("\u001b[?1049l");
  });

  test("of a pipe is plain text, look after look", () => {
    const { written, screen: one } = screen(false);
    one.show(["a"]);
    one.show(["b"]);
    one.leave();
    expect(written.join("")).toBe("a\n\nb\n");
  });
});
