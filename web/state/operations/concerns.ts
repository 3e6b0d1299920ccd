import type { Difference, Follower, Money, Overview } from "../../api/operations.ts";
import { type Anchor, RUNBOOK } from "./runbook.ts";

/** What the system cannot say of itself. */
export type PartName =
  | "money"
  | "flow"
  | "stuck"
  | "followers"
  | "letters"
  | "eventStore"
  | "database"
  | "broker"
  | "disk";

/** What is wrong, as data; the page has the words. */
type Matter =
  | { readonly kind: "differences"; readonly differences: readonly Difference[] }
  | { readonly kind: "compare-failed"; readonly error: string }
  | { readonly kind: "compare-late"; readonly last: string }
  | { readonly kind: "compare-off" }
  | { readonly kind: "none-paid"; readonly placed: number; readonly minutes: number }
  | { readonly kind: "fewer-placed"; readonly placed: number; readonly usual: number; readonly minutes: number }
  | { readonly kind: "nobody-carries"; readonly orders: number }
  | {
      readonly kind: "stuck";
      readonly whom: string;
      readonly orders: number;
      readonly longestMs: number;
      readonly first: string;
    }
  | { readonly kind: "consumers-stopped"; readonly names: readonly string[]; readonly stuck: boolean }
  | {
      readonly kind: "consumer-late";
      readonly name: string;
      readonly events: number;
      readonly exact: boolean;
      readonly seconds: number;
    }
  | {
      readonly kind: "circuit";
      readonly system: string;
      readonly place: string;
      readonly waiting: number;
      readonly perSecond: number;
    }
  | {
      readonly kind: "letters";
      readonly consumer: string;
      readonly letters: number;
      readonly error: string;
      readonly money: boolean;
    }
  | { readonly kind: "disk"; readonly freeBytes: number }
  | { readonly kind: "connections"; readonly used: number; readonly most: number }
  | { readonly kind: "broker-away" }
  | { readonly kind: "log-away"; readonly reason: string }
  | { readonly kind: "unknown"; readonly part: PartName; readonly reason: string };

/** Something that needs a person. `bad`: money, or orders that do not go on; `warn`: it can wait until morning. */
export type Concern = Matter & {
  /** Stays the same while it is the same thing. */
  readonly id: string;
  readonly severity: "bad" | "warn";
  /** RFC 3339; absent where nobody knows. */
  readonly since?: string | undefined;
  readonly runbook: Anchor;
};

/** What the headline says of money and of orders. */
export interface Verdict {
  readonly money: "safe" | "differs" | "doubtful" | "not_compared" | "unknown";
  readonly orders: "move" | "quiet" | "slow" | "stand" | "unknown";
  /** The worst first. */
  readonly concerns: readonly Concern[];
}

/** So many times of the calendar may pass without a look before somebody is told, as `ordertrail doctor` has it. */
const MISSED = 3;
/** Fewer orders than this say nothing. */
const LEAST_ORDERS = 5;
/** Share of what is usual below which orders come in too slowly. */
const FEW = 0.3;
const MIB = 1024 * 1024;
const DISK = { warn: 5 * 1024 * MIB, bad: 512 * MIB };
const CONNECTIONS = 0.9;
/** Consumers that settle payments: what they set aside is somebody's money. */
const OF_MONEY = new Set(["payment"]);

/** Judges what the system says of itself. */
export function judge(overview: Overview): Verdict {
  const concerns = [
    ...engineConcerns(overview),
    ...moneyConcerns(overview),
    ...flowConcerns(overview),
    ...stuckConcerns(overview),
    ...followerConcerns(overview),
    ...letterConcerns(overview),
  ];
  const worstFirst = concerns.toSorted((a, b) => rank(a) - rank(b));
  return { money: moneyOf(overview, concerns), orders: ordersOf(overview, concerns), concerns: worstFirst };
}

const rank = ({ severity }: Concern): number => (severity === "bad" ? 0 : 1);

function engineConcerns({ eventStore, database, broker, disk }: Overview): Concern[] {
  const found: Concern[] = [];
  if (eventStore.trouble !== undefined) {
    found.push(unknown("eventStore", eventStore.trouble, "bad", RUNBOOK.eventStore));
  }
  if (database.trouble !== undefined) found.push(unknown("database", database.trouble, "bad", RUNBOOK.database));
  if (database.data && database.data.connections > database.data.mostConnections * CONNECTIONS) {
    const { connections: used, mostConnections: most } = database.data;
    found.push({ kind: "connections", id: "connections", severity: "warn", runbook: RUNBOOK.database, used, most });
  }
  if (broker.data?.state === "away") {
    found.push({ kind: "broker-away", id: "broker", severity: "warn", runbook: RUNBOOK.broker });
  }
  if (disk.data && disk.data.freeBytes < DISK.warn) {
    const { freeBytes } = disk.data;
    const severity = freeBytes < DISK.bad ? "bad" : "warn";
    found.push({ kind: "disk", id: "disk", severity, runbook: RUNBOOK.database, freeBytes });
  }
  return found;
}

const unknown = (part: PartName, reason: string, severity: "bad" | "warn", runbook: Anchor): Concern => ({
  kind: "unknown",
  id: `unknown ${part}`,
  part,
  reason,
  severity,
  runbook,
});

/** With the database away it is said once, and not once more for everything that lies in it. */
const ownTrouble = ({ database }: Overview, part: PartName, trouble: string | undefined, runbook: Anchor): Concern[] =>
  trouble === undefined || database.trouble !== undefined ? [] : [unknown(part, trouble, "warn", runbook)];

function moneyConcerns(overview: Overview): Concern[] {
  const { money, at } = overview;
  if (money.data === undefined) return ownTrouble(overview, "money", money.trouble, RUNBOOK.money);
  const found: Concern[] = [];
  const alarms = money.data.open.filter(({ alarm }) => alarm);
  for (const [kind, differences] of Map.groupBy(alarms, (one) => one.kind)) {
    const since = differences.map(({ firstSeen }) => firstSeen).toSorted()[0];
    const runbook = kind.startsWith("parcel") ? RUNBOOK.parcels : RUNBOOK.money;
    found.push({ kind: "differences", id: `differences ${kind}`, severity: "bad", since, runbook, differences });
  }
  if (money.data.switchedOff) {
    found.push({ kind: "compare-off", id: "compare", severity: "warn", runbook: RUNBOOK.money });
    return found;
  }
  const [last] = money.data.reports;
  const through = money.data.reports.find(({ state }) => state === "finished");
  if (last?.state === "failed") {
    const { error = "" } = last;
    const since = last.startedAt;
    found.push({ kind: "compare-failed", id: "compare", severity: "warn", since, runbook: RUNBOOK.money, error });
  } else if (last !== undefined && Date.parse(at) - Date.parse(last.startedAt) > late(money.data)) {
    const since = (through ?? last).startedAt;
    found.push({ kind: "compare-late", id: "compare", severity: "warn", since, runbook: RUNBOOK.money, last: since });
  }
  return found;
}

const late = ({ everyMs }: Money): number => MISSED * everyMs;

function moneyOf({ money }: Overview, concerns: readonly Concern[]): Verdict["money"] {
  if (money.data === undefined) return "unknown";
  const about = concerns.filter(({ runbook }) => runbook === RUNBOOK.money);
  if (about.some(({ kind }) => kind === "differences")) return "differs";
  if (!money.data.reports.some(({ state }) => state === "finished")) return "not_compared";
  const setAside = concerns.some((one) => one.kind === "letters" && one.money);
  return about.length > 0 || setAside ? "doubtful" : "safe";
}

function flowConcerns(overview: Overview): Concern[] {
  const { flow } = overview;
  if (flow.data === undefined) return ownTrouble(overview, "flow", flow.trouble, RUNBOOK.fewer);
  const { now, usual, minutes, withoutCourier } = flow.data;
  const found: Concern[] = [];
  const runbook = RUNBOOK.fewer;
  if (now.placed >= LEAST_ORDERS && now.paid === 0) {
    found.push({ kind: "none-paid", id: "none-paid", severity: "bad", runbook, placed: now.placed, minutes });
  }
  if (usual && usual.placed >= LEAST_ORDERS && now.placed < usual.placed * FEW) {
    const few = { placed: now.placed, usual: usual.placed, minutes };
    found.push({ kind: "fewer-placed", id: "fewer-placed", severity: "warn", runbook, ...few });
  }
  if (withoutCourier > 0) {
    const orders = withoutCourier;
    found.push({
      kind: "nobody-carries",
      id: "nobody-carries",
      severity: "warn",
      runbook: RUNBOOK.nobodyCarries,
      orders,
    });
  }
  return found;
}

function stuckConcerns(overview: Overview): Concern[] {
  const { stuck } = overview;
  if (stuck.data === undefined) return ownTrouble(overview, "stuck", stuck.trouble, RUNBOOK.stuck);
  const groups = Map.groupBy(stuck.data.orders, ({ waitingFor }) => waitingFor?.whom ?? "nobody");
  return [...groups].map(([whom, all]): Concern => {
    const longest = all.reduce((a, b) => (a.forMs >= b.forMs ? a : b));
    const { since, forMs: longestMs, orderId: first } = longest;
    const severity = whom === "payment" || whom === "stock" ? "bad" : "warn";
    return {
      kind: "stuck",
      id: `stuck ${whom}`,
      severity,
      since,
      runbook: RUNBOOK.stuck,
      whom,
      orders: all.length,
      longestMs,
      first,
    };
  });
}

function ordersOf({ flow, stuck }: Overview, concerns: readonly Concern[]): Verdict["orders"] {
  if (flow.data === undefined) return "unknown";
  if (concerns.some(({ kind }) => kind === "none-paid")) return "stand";
  const { placed, paid, accepted, delivered } = flow.data.now;
  const moves = placed + paid + accepted + delivered > 0;
  const open = stuck.data?.looked ?? 0;
  const held = stuck.data?.orders.length ?? 0;
  if (!moves && open > 0 && held === open) return "stand";
  if (concerns.some(({ kind }) => kind === "stuck" || kind === "fewer-placed" || kind === "nobody-carries"))
    return "slow";
  return moves || open > 0 ? "move" : "quiet";
}

const stands = ({ state }: Follower): boolean => state === "stopped" || state === "stuck";

function followerConcerns(overview: Overview): Concern[] {
  const { followers, redrivePerSecond: perSecond, eventStore } = overview;
  if (followers.data === undefined) {
    return ownTrouble(overview, "followers", followers.trouble, RUNBOOK.consumerStopped);
  }
  const { consumers, circuits, logFault } = followers.data;
  const found: Concern[] = [];
  for (const state of ["stopped", "stuck"] as const) {
    const names = consumers.filter((one) => one.state === state).map(({ name }) => name);
    if (names.length === 0) continue;
    const id = `consumers ${state}`;
    const stuck = state === "stuck";
    found.push({ kind: "consumers-stopped", id, severity: "bad", runbook: RUNBOOK.consumerStopped, names, stuck });
  }
  for (const one of consumers) {
    if (one.level === "ok" || stands(one) || one.lag === undefined || one.state !== "running") continue;
    const severity = one.level === "warning" ? "warn" : "bad";
    const { name, lag } = one;
    found.push({ kind: "consumer-late", id: `late ${name}`, severity, runbook: RUNBOOK.consumerLate, name, ...lag });
  }
  for (const { system, place, state, since, waiting } of circuits) {
    if (state !== "open") continue;
    const severity = system === "payment" ? "bad" : "warn";
    const id = `circuit ${system} ${place}`;
    found.push({ kind: "circuit", id, severity, since, runbook: RUNBOOK.circuit, system, place, waiting, perSecond });
  }
  if (logFault !== undefined && eventStore.trouble === undefined) {
    found.push({ kind: "log-away", id: "log", severity: "warn", runbook: RUNBOOK.eventStore, reason: logFault });
  }
  return found;
}

function letterConcerns(overview: Overview): Concern[] {
  const { letters } = overview;
  if (letters.data === undefined) return ownTrouble(overview, "letters", letters.trouble, RUNBOOK.letterEvent);
  return letters.data.counts.map(({ consumer, error, letters: count, since, failureClass }): Concern => {
    const money = OF_MONEY.has(consumer);
    const runbook = failureClass === "poison" && !money ? RUNBOOK.letterEvent : RUNBOOK.letterEffect;
    const id = `letters ${consumer} ${error}`;
    return {
      kind: "letters",
      id,
      severity: money ? "bad" : "warn",
      since,
      runbook,
      consumer,
      letters: count,
      error,
      money,
    };
  });
}

/** How long ago the money was compared to its end, in milliseconds of business time; undefined when never. */
export function comparedAgo({ money, at }: Overview): number | undefined {
  const through = money.data?.reports.find(({ state }) => state === "finished");
  return through && Math.max(0, Date.parse(at) - Date.parse(through.finishedAt ?? through.startedAt));
}
