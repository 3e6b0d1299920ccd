import type { Config } from "../../infra/config.ts";
import type { HealthChecks, HealthDetails } from "../../infra/health.ts";
import type { Log } from "../../infra/log.ts";

/** What runs in a process of its own. */
export const ROLES = ["api", "workers", "simulators"] as const;
export type RoleName = (typeof ROLES)[number];

export interface RoleOptions {
  /** The one consumer to run, where a role has several. */
  readonly only?: string | undefined;
}

/** Starts a role's parts and returns when they work; rejects when they cannot. */
export type StartRole = (config: Config, log: Log, options: RoleOptions) => Promise<RunningRole>;

export interface RunningRole {
  /** What `/health/ready` of the process asks. The API has these endpoints itself, and leaves this out. */
  readonly checks?: HealthChecks;
  /** What its `/health/ready` tells beside the checks. */
  readonly details?: HealthDetails;
  /** Ends the role in order: takes nothing new, finishes what runs. */
  stop(): Promise<void>;
}
