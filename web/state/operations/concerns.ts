import type { Money, Overview } from "../../api/operations.ts";
import { type Concern, ownTrouble, unknown } from "./concern.ts";
import { followerConcerns, letterConcerns } from "./follower-concerns.ts";
import { RUNBOOK } from "./runbook.ts";

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

function moneyOf({ money, eventStore }: Overview, concerns: readonly Concern[]): Verdict["money"] {
  if (money.data === undefined) return "unknown";
  const about = concerns.filter(({ runbook }) => runbook === RUNBOOK.money);
  if (about.some(({ kind }) => kind === "differences")) return "differs";
  if (!money.data.reports.some(({ state }) => state === "finished")) return "not_compared";
  const setAside = concerns.some((one) => one.kind === "letters" && one.money);
  // What was compared last says nothing of a log that does not answer now.
  return about.length > 0 || setAside || eventStore.trouble !== undefined ? "doubtful" : "safe";
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

/** Without these no order gets on, or none that needs them. */
const ON_THE_WAY = new Set(["payment", "restaurant", "courier", "carrier"]);

const holdsOrders = (concern: Concern): boolean =>
  concern.kind === "stuck" ||
  concern.kind === "fewer-placed" ||
  concern.kind === "nobody-carries" ||
  (concern.kind === "circuit" && ON_THE_WAY.has(concern.system)) ||
  (concern.kind === "consumers-stopped" && concern.names.some((name) => ON_THE_WAY.has(name)));

function ordersOf({ flow, stuck, eventStore }: Overview, concerns: readonly Concern[]): Verdict["orders"] {
  // What has moved in the last minutes says nothing of a log that cannot be written now.
  if (flow.data === undefined || eventStore.trouble !== undefined) return "unknown";
  if (concerns.some(({ kind }) => kind === "none-paid")) return "stand";
  const { placed, paid, accepted, delivered } = flow.data.now;
  const moves = placed + paid + accepted + delivered > 0;
  const open = stuck.data?.looked ?? 0;
  const held = stuck.data?.orders.length ?? 0;
  if (!moves && open > 0 && held === open) return "stand";
  if (concerns.some(holdsOrders)) return "slow";
  return moves || open > 0 ? "move" : "quiet";
}
