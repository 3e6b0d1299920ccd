import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Difference, Overview } from "../../api/operations.ts";
import { deOverview } from "../../messages/de/overview.ts";
import { enOverview } from "../../messages/en/overview.ts";
import { judge } from "./concerns.ts";
import { anchorOf, RUNBOOK } from "./runbook.ts";

const AT = "2026-11-21T03:00:00.000Z";
const part = <T>(data: T) => ({ at: AT, data });
const away = { at: AT, trouble: "connect ECONNREFUSED" };
const moved = { placed: 20, paid: 19, accepted: 18, delivered: 15, ended: 1 };
const finished = { startedAt: "2026-11-21T02:55:00.000Z", until: AT, state: "finished", counts: {} } as const;

const well: Overview = {
  at: AT,
  money: part({ switchedOff: false, everyMs: 600_000, reports: [finished], open: [], closed: [] }),
  flow: part({ minutes: 15, now: moved, usual: moved, withoutCourier: 0 }),
  stuck: part({ orders: [], steps: [], looked: 12, more: false }),
  followers: part({
    consumers: [
      { name: "payment", owner: "w", state: "running", level: "ok", parked: 0 },
      { name: "orders_g2", state: "building", level: "emergency", parked: 0 },
    ],
    outbox: 0,
    circuits: [],
  }),
  redrivePerSecond: 20,
  letters: part({ counts: [], total: 0 }),
  eventStore: part({ answeredInMs: 2 }),
  database: part({ version: "18.1", answeredInMs: 1, bytes: 1, connections: 9, mostConnections: 100 }),
  broker: part({ state: "not_configured" }),
  disk: part({ freeBytes: 50e9, totalBytes: 100e9 }),
};
const difference: Difference = {
  kind: "captured_twice",
  reference: "pi_1",
  text: "",
  alarm: true,
  firstSeen: "2026-11-21T01:00:00.000Z",
  lastSeen: AT,
};
const seen = (changes: Partial<Overview>) => {
  const { money, orders, concerns } = judge({ ...well, ...changes });
  return { money, orders, ids: concerns.map(({ id }) => id) };
};

describe("the verdict", () => {
  test("is quiet when all is well, a read model that is being built included", () => {
    expect(judge(well)).toEqual({ money: "safe", orders: "move", concerns: [] });
    const nothing = { placed: 0, paid: 0, accepted: 0, delivered: 0, ended: 0 };
    const night = {
      flow: part({ minutes: 15, now: nothing, withoutCourier: 0 }),
      stuck: part({ orders: [], steps: [], looked: 0, more: false }),
    };
    expect(seen(night)).toEqual({ money: "safe", orders: "quiet", ids: [] });
  });

  test("calls nothing safe or moving while the log does not answer, and no order moving whose way is cut", () => {
    expect(seen({ eventStore: away })).toMatchObject({ money: "doubtful", orders: "unknown" });
    const cut = (system: string) => ({
      followers: part({
        consumers: [],
        outbox: 0,
        circuits: [{ system, place: "", state: "open" as const, since: AT, waiting: 0 }],
      }),
    });
    expect(seen(cut("payment"))).toMatchObject({ money: "safe", orders: "slow" });
    expect(seen(cut("email"))).toMatchObject({ orders: "move" });
    const consumers = [{ name: "restaurant", owner: "", state: "stopped" as const, level: "ok" as const, parked: 0 }];
    expect(seen({ followers: part({ consumers, outbox: 0, circuits: [] }) })).toMatchObject({ orders: "slow" });
  });

  test("says that money is safe only when it was compared to the end, lately, and nothing needs a person", () => {
    const money = (changes: Partial<NonNullable<Overview["money"]["data"]>>) =>
      seen({
        money: part({ switchedOff: false, everyMs: 600_000, reports: [finished], open: [], closed: [], ...changes }),
      });
    expect(money({ reports: [] }).money).toBe("not_compared");
    expect(money({ open: [difference] })).toMatchObject({ money: "differs", ids: ["differences captured_twice"] });
    expect(money({ open: [{ ...difference, alarm: false }] })).toMatchObject({ money: "safe", ids: [] });
    expect(money({ reports: [{ ...finished, state: "failed" }, finished] }).money).toBe("doubtful");
    expect(money({ reports: [{ ...finished, startedAt: "2026-11-21T02:00:00.000Z" }] }).money).toBe("doubtful");
    expect(money({ switchedOff: true }).money).toBe("doubtful");
    const letters = [
      {
        consumer: "payment",
        failureType: "unknown",
        failureClass: "poison",
        error: "TypeError",
        letters: 2,
        since: AT,
      },
    ];
    expect(seen({ letters: part({ counts: letters, total: 2 }) }).money).toBe("doubtful");
    expect(seen({ money: away }).money).toBe("unknown");
  });

  test("says that orders stand when none is paid, and that they are slow when some are stuck or few come", () => {
    const flow = (now: Partial<typeof moved>) =>
      seen({ flow: part({ minutes: 15, now: { ...moved, ...now }, usual: moved, withoutCourier: 0 }) });
    expect(flow({ paid: 0 })).toMatchObject({ orders: "stand", ids: ["none-paid"] });
    expect(flow({ placed: 4 })).toMatchObject({ orders: "slow", ids: ["fewer-placed"] });
    const order = {
      orderId: "o1",
      kind: "bakery",
      method: "courier",
      step: "ready-picked_up",
      since: AT,
      forMs: 9,
      limitMs: 1,
      basis: "p99",
    } as const;
    const stuck = part({
      orders: [{ ...order, waitingFor: { whom: "courier", what: "" } }, order],
      steps: [],
      looked: 12,
      more: false,
    });
    expect(seen({ stuck })).toMatchObject({ orders: "slow", ids: ["stuck courier", "stuck nobody"] });
  });

  test("has the worst first, whatever its part", () => {
    const circuit = { state: "open", since: AT, waiting: 3 } as const;
    const followers = part({
      consumers: [
        { name: "payment", state: "stopped", level: "ok", parked: 0 },
        {
          name: "timeline_g1",
          owner: "w",
          state: "running",
          level: "warning",
          parked: 0,
          lag: { events: 12_000, exact: false, seconds: 90 },
        },
      ] as const,
      outbox: 0,
      circuits: [
        { ...circuit, system: "restaurant", place: "Berlin" },
        { ...circuit, system: "payment", place: "Berlin" },
        { ...circuit, system: "payment", place: "Hamburg" },
        { ...circuit, system: "sms", place: "", state: "closed" as const },
      ],
    });
    expect(seen({ followers }).ids).toEqual(["consumers stopped", "circuit payment", "late", "circuit restaurant"]);
  });

  test("makes one thing of what is one thing, however many places and kinds it has", () => {
    const count = { failureType: "unknown", failureClass: "poison", since: AT };
    const counts = ["TypeError", "RangeError"].map((error) => ({ ...count, consumer: "timeline", error, letters: 4 }));
    const circuits = Array.from({ length: 50 }, (_, n) => {
      return { system: "payment", place: `City ${n}`, state: "open", since: AT, waiting: 2 } as const;
    });
    const followers = part({ consumers: [], outbox: 0, circuits });
    expect(judge({ ...well, followers, letters: part({ counts, total: 8 }) }).concerns).toMatchObject([
      { kind: "circuit", severity: "bad", waiting: 100 },
      { kind: "letters", consumer: "timeline", letters: 8, error: "TypeError", kinds: 2 },
    ]);
  });

  test("names a database that is away once, and not everything that lies in it", () => {
    const all = { money: away, flow: away, stuck: away, followers: away, letters: away, database: away };
    expect(seen(all)).toEqual({ money: "unknown", orders: "unknown", ids: ["unknown database"] });
    expect(seen({ followers: away }).ids).toEqual(["unknown followers"]);
  });
});

test("every kind of difference has words in both languages", () => {
  const source = readFileSync(new URL("../../../commands/reconciliation/difference.ts", import.meta.url), "utf8");
  const kinds = [...source.matchAll(/^ {2}(\w+): \{ alarm/gm)].map(([, kind]) => kind ?? "");
  expect(kinds.length).toBeGreaterThan(10);
  for (const words of [enOverview, deOverview]) {
    expect(kinds.filter((kind) => words.differences[kind] === undefined)).toEqual([]);
  }
});

test("every link to the runbook has its page there", () => {
  const text = readFileSync(new URL("../../../docs/runbook.md", import.meta.url), "utf8");
  const anchors = new Set([...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => anchorOf(heading ?? "")));
  expect(Object.values(RUNBOOK).filter((anchor) => !anchors.has(anchor))).toEqual([]);
});
