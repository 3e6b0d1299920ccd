import type { CircuitSeen, Follower, Overview } from "../../api/operations.ts";
import { type Concern, ownTrouble } from "./concern.ts";
import { RUNBOOK } from "./runbook.ts";

/** Consumers that settle payments: what they set aside is somebody's money. */
const OF_MONEY = new Set(["payment"]);

/** What is wrong with those who follow the log, and with the systems that they call; one concern for what is one thing. */
export function followerConcerns(overview: Overview): Concern[] {
  const { followers, redrivePerSecond, eventStore } = overview;
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
  found.push(...lateOf(consumers));
  const open = circuits.filter(({ state }) => state === "open");
  for (const [system, all] of Map.groupBy(open, (one) => one.system)) {
    found.push(circuitConcern(system, all, redrivePerSecond));
  }
  if (logFault !== undefined && eventStore.trouble === undefined) {
    found.push({ kind: "log-away", id: "log", severity: "warn", runbook: RUNBOOK.eventStore, reason: logFault });
  }
  return found;
}

function lateOf(consumers: readonly Follower[]): Concern[] {
  const late = consumers.filter(({ state, level }) => state === "running" && level !== "ok");
  const [worst] = late.toSorted((a, b) => (b.lag?.events ?? 0) - (a.lag?.events ?? 0));
  if (worst?.lag === undefined) return [];
  const severity = late.every(({ level }) => level === "warning") ? "warn" : "bad";
  const { name, lag } = worst;
  const others = late.length - 1;
  return [{ kind: "consumer-late", id: "late", severity, runbook: RUNBOOK.consumerLate, name, others, ...lag }];
}

function circuitConcern(system: string, all: readonly CircuitSeen[], perSecond: number): Concern {
  return {
    kind: "circuit",
    id: `circuit ${system}`,
    severity: system === "payment" ? "bad" : "warn",
    since: all.map(({ since }) => since).toSorted()[0],
    runbook: RUNBOOK.circuit,
    system,
    places: all.map(({ place }) => place).filter((place) => place !== ""),
    waiting: all.reduce((sum, { waiting }) => sum + waiting, 0),
    perSecond,
  };
}

/** What was set aside, by consumer. */
export function letterConcerns(overview: Overview): Concern[] {
  const { letters } = overview;
  if (letters.data === undefined) return ownTrouble(overview, "letters", letters.trouble, RUNBOOK.letterEvent);
  return [...Map.groupBy(letters.data.counts, (one) => one.consumer)].map(([consumer, all]): Concern => {
    const money = OF_MONEY.has(consumer);
    const events = all.every(({ failureClass }) => failureClass === "poison") && !money;
    return {
      kind: "letters",
      id: `letters ${consumer}`,
      severity: money ? "bad" : "warn",
      since: all.map(({ since }) => since).toSorted()[0],
      runbook: events ? RUNBOOK.letterEvent : RUNBOOK.letterEffect,
      consumer,
      letters: all.reduce((sum, one) => sum + one.letters, 0),
      error: all[0]?.error ?? "",
      kinds: all.length,
      money,
    };
  });
}
