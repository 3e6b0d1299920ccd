import type { ConsumerSeen } from "./consumers-seen.ts";
import type { Behind } from "./log-tail.ts";

/** How bad a lag is, from the number of events: the levels of the domain. */
export type LagLevel = "ok" | "warning" | "critical" | "emergency";

/** Events behind from which each level begins. */
const LAG_LEVELS = { warning: 10_000, critical: 50_000, emergency: 100_000 } as const;

export type StandingState =
  /** A process owns it and it moves, or has nothing to do. */
  | "running"
  /** A process owns it, events wait, and its position has not moved for a while. */
  | "stuck"
  /** Nobody owns it, although somebody should. */
  | "stopped"
  /** A generation that is not live: being built, built, or kept from before. */
  | "building"
  | "ready"
  | "previous";

/** A consumer with everything that people want to know of it. */
export interface Standing {
  readonly name: string;
  readonly owner: string | undefined;
  readonly state: StandingState;
  readonly position: string | undefined;
  readonly lag: { readonly events: number; readonly exact: boolean; readonly seconds: number } | undefined;
  readonly level: LagLevel;
  /** Events passed a second; undefined until two looks were taken. */
  readonly rate: number | undefined;
  readonly parked: number;
}

/** A consumer that has work and did not move for so long does not get on. */
const STUCK_AFTER_SECONDS = 15;

/** The level of a lag. */
export function lagLevel(events: number): LagLevel {
  if (events >= LAG_LEVELS.emergency) return "emergency";
  if (events >= LAG_LEVELS.critical) return "critical";
  return events >= LAG_LEVELS.warning ? "warning" : "ok";
}

/** Judges a consumer. `now` is in epoch milliseconds; without `behind` the log could not be asked. */
export function standingOf(seen: ConsumerSeen, behind: Behind | undefined, now: number, rate?: number): Standing {
  const seconds = behind?.oldestAt === undefined ? 0 : Math.max(0, (now - Date.parse(behind.oldestAt)) / 1000);
  const lag = behind && { events: behind.events, exact: behind.exact, seconds };
  return {
    name: seen.name,
    owner: seen.owner,
    state: stateOf(seen, behind),
    position: seen.place?.commit.toString(),
    lag,
    level: lagLevel(lag?.events ?? 0),
    rate,
    parked: seen.parked,
  };
}

function stateOf({ owner, generation, restingSeconds }: ConsumerSeen, behind: Behind | undefined): StandingState {
  const state = generation?.state;
  if (state === "building" || state === "ready" || state === "previous") return state;
  if (owner === undefined) return "stopped";
  return behind !== undefined && behind.events > 0 && (restingSeconds ?? 0) > STUCK_AFTER_SECONDS ? "stuck" : "running";
}
