import type { Config, ConfigFault } from "../../infra/config.ts";
import type { SystemAddresses } from "../running-system.ts";

export type Level = "ok" | "warning" | "problem";

/** One thing that was looked at. */
export interface Finding {
  readonly area: string;
  readonly level: Level;
  /** What is so, in a sentence. */
  readonly what: string;
  /** What to do about it; only where there is something to do. */
  readonly fix?: string;
}

/** What the probes work with. */
export interface Examined {
  readonly config: Config;
  readonly faults: readonly ConfigFault[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly addresses: SystemAddresses;
  /** Read the event node's file to its end, which takes long for a large one. */
  readonly deep: boolean;
}

/** Looks at one area. What it rejects with becomes a problem of the area. */
export interface Probe {
  readonly area: string;
  /** How long it may take; then that is the finding. */
  readonly withinMs: number;
  look(examined: Examined): Promise<readonly Omit<Finding, "area">[]>;
}

export const ok = (what: string) => ({ level: "ok", what }) as const;
export const warning = (what: string, fix: string) => ({ level: "warning", what, fix }) as const;
export const problem = (what: string, fix: string) => ({ level: "problem", what, fix }) as const;

/** Runs a probe within its time. Never rejects. */
export async function findingsOf(probe: Probe, examined: Examined): Promise<Finding[]> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${probe.withinMs / 1000} s`)), probe.withinMs);
  try {
    const found = await Promise.race([probe.look(examined), late]);
    return found.map((finding) => ({ area: probe.area, ...finding }));
  } catch (error) {
    return [{ area: probe.area, level: "problem", what: `could not be looked at: ${reasonOf(error)}` }];
  } finally {
    clearTimeout(timer);
  }
}

/** Why something failed, in words: Node gathers failed connection attempts in errors without words of their own. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return "no answer in time";
  const { cause } = error;
  if (error.message === "fetch failed" && cause !== undefined) return reasonOf(cause);
  return error.message || ("code" in error ? String(error.code) : error.name);
}
