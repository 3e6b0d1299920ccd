import { startSystem } from "../../system.ts";

/** A whole system with the settings of an installation, and what a bench needs to know of it. */
export interface MeasuredSystem {
  readonly url: string;
  readonly eventStoreUrl: string;
  readonly databaseUrl: string;
  /** Process ids by the name that reports show. */
  readonly pids: Readonly<Record<string, number | undefined>>;
  stop(): Promise<void>;
}

/** Tests shorten these; a bench measures what people run. An empty value is the default. */
const DEFAULTS = {
  RETRY_DELAYS_MS: "",
  LEASE_MS: "",
  RECOVERY_SCAN_MS: "",
  OWED_SWEEP_MS: "",
  PAYMENT_IN_CALL_RETRY_MS: "",
};

/** Starts a whole system on free ports: Postgres, event node, simulators, workers, API. */
export async function measuredSystem(): Promise<MeasuredSystem> {
  const profiles = process.env.BENCH_PROFILES;
  const env: Record<string, string> = { ...DEFAULTS };
  if (profiles !== undefined) env.NODE_OPTIONS = `--cpu-prof --cpu-prof-dir=${profiles}`;
  const system = await startSystem({ env });
  const { EVENTSTORE_URL, DATABASE_URL } = system.addresses;
  if (EVENTSTORE_URL === undefined || DATABASE_URL === undefined) throw new Error("the system has no engines");
  const [api, workers, events, postgres, simulators] = await Promise.all(
    (["api", "workers", "events", "postgres", "simulators"] as const).map((part) => system.pid(part)),
  );
  return {
    url: system.url,
    eventStoreUrl: EVENTSTORE_URL,
    databaseUrl: DATABASE_URL,
    pids: { api, workers, "event node": events, Postgres: postgres, simulators },
    stop: () => system.stop(),
  };
}
