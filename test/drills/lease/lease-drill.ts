import { Client } from "pg";
import { PROCESS_SCHEMAS } from "../../../commands/processes/runner/effects-table.ts";
import { type DrillOptions, type DrillReport, type DrillWork, until } from "../drill.ts";
import { readEverything } from "../judge/evidence.ts";
import { startSecond } from "../second-process.ts";
import { Stage } from "../stage.ts";
import { WriteAudit } from "./write-audit.ts";

const KEPT_UNDER_WAY = 30;
const BOUND_MS = 90_000;
/** So many orders, so many times, are paid after the stopped process woke before it is looked at what it did. */
const ORDERS_AT_ONCE = 5;
const TURNS_AFTER_WAKING = 3;

/** A process that owns consumers: the supervised one, or the second one. */
interface Worker {
  readonly instance: string;
  /** Name of its database connections. */
  readonly application: string;
  /** File by which its failpoints are armed. */
  readonly armedAs: string;
  signal(signal: NodeJS.Signals): Promise<void>;
  answers(): Promise<boolean>;
}

/** Where it is stopped: anywhere, or at the worst places, in a transaction and right before an append. */
const STOPS = ["anywhere", "project.before-commit", "effect.before-append", "process.before-commit"] as const;
export type Stop = (typeof STOPS)[number];

/** Leases that run out while a transaction stands open: the database ends it, as it does in production. */
const ENV = { INSTANCE: "first", LEASE_MS: "1500", DATABASE_TIMEOUT_MS: "2000" };

/** Two processes of workers; whoever owns the consumers is stopped for longer than its lease, and then wakes up. */
export const leaseDrill: DrillWork = { run: (options) => stopAndWake(options, STOPS) };

/** The same, stopped at these places alone. */
export async function stopAndWake(
  { seed, say }: Pick<DrillOptions, "seed" | "say">,
  stops: readonly Stop[],
): Promise<DrillReport> {
  const stage = await Stage.open({ seed, underWay: KEPT_UNDER_WAY, env: ENV });
  const audit = await WriteAudit.install(stage.databaseUrl);
  const second = await startSecond(stage.system, "workers", {
    LEASE_MS: ENV.LEASE_MS,
    DATABASE_TIMEOUT_MS: ENV.DATABASE_TIMEOUT_MS,
    FAIL_AT_FILE: stage.armFile("second-workers"),
  });
  try {
    const workers: Worker[] = [
      {
        instance: "first-workers",
        application: "ordertrail workers",
        armedAs: "workers",
        signal: (signal) => stage.system.signal("workers", signal),
        answers: () => stage.answers("workers"),
      },
      {
        instance: second.instance,
        application: second.instance,
        armedAs: "second-workers",
        signal: async (signal) => second.signal(signal),
        answers: () => isLive(second.url),
      },
    ];
    const figures: Record<string, number> = {};
    const breaches: string[] = [];
    for (const [turn, where] of stops.entries()) {
      const [sleeper, heir] = turn % 2 === 0 ? workers : workers.toReversed();
      if (!sleeper || !heir) continue;
      const found = await sleepAndWake({ stage, audit, where, sleeper, heir });
      figures[`stopped ${where}: written by the woken process`] = found.bySleeper;
      figures[`stopped ${where}: written by the other one`] = found.byHeir;
      breaches.push(...found.breaches);
      say(
        `  ${sleeper.instance} stopped ${where}: after it woke it wrote ${found.bySleeper}, the other ${found.byHeir}`,
      );
    }
    await second.stop();
    const judgement = await stage.settleAndJudge();
    return {
      name: "lease",
      figures: { ...figures, ...judgement.figures },
      breaches: [...breaches, ...judgement.breaches],
    };
  } finally {
    await second.stop();
    await audit.close();
    await stage.close();
  }
}

interface Turn {
  readonly stage: Stage;
  readonly audit: WriteAudit;
  readonly where: Stop;
  readonly sleeper: Worker;
  readonly heir: Worker;
}

/** One stop. Counts rows and events, by who wrote them, from the moment of waking on. */
async function sleepAndWake({ stage, audit, where, sleeper, heir }: Turn) {
  await until(`${sleeper.instance} owns everything`, BOUND_MS, () => owns(audit, sleeper));
  if (where === "anywhere") await sleeper.signal("SIGSTOP");
  else {
    const before = (await stage.hits(sleeper.armedAs)).count;
    await stage.arm(sleeper.armedAs, `${where}:1:SIGSTOP`);
    await until(`${sleeper.instance} is stopped at ${where}`, BOUND_MS, async () => {
      return (await stage.hits(sleeper.armedAs)).count > before;
    });
  }
  const stoppedAt = Date.now();
  await until(`${heir.instance} owns everything`, BOUND_MS, () => owns(audit, heir));
  const placed = await stage.shoppers.probe();
  await until("an order placed meanwhile is paid", BOUND_MS, () => isPaid(stage, placed));
  await until("the heir has done what was due", BOUND_MS, () => nothingDueBefore(stage.databaseUrl, stoppedAt));
  await audit.forget();
  const head = (await stage.watch.store.head())?.commit ?? 0n;

  await sleeper.signal("SIGCONT");
  await until(`${sleeper.instance} is awake`, BOUND_MS, sleeper.answers);
  for (let turn = 0; turn < TURNS_AFTER_WAKING; turn++) {
    const orders = await Promise.all(Array.from({ length: ORDERS_AT_ONCE }, () => stage.shoppers.probe()));
    await until("orders go on being paid", BOUND_MS, () => orders.every((orderId) => isPaid(stage, orderId)));
  }

  const rows = await audit.counts();
  const events = (await readEverything(stage.watch.store)).filter(({ position }) => position.commit > head);
  const rowsOf = ({ application }: Worker) => rows.filter((row) => row.application === application);
  const eventsOf = ({ instance }: Worker) => events.filter(({ metadata }) => metadata.service.instance === instance);
  const sum = (worker: Worker) => rowsOf(worker).reduce((all, row) => all + row.rows, 0) + eventsOf(worker).length;
  const breaches = [
    ...rowsOf(sleeper).map(
      ({ table, rows: count }) => `${sleeper.instance}, stopped ${where}, changed ${count} rows of ${table}`,
    ),
    ...eventsOf(sleeper).map(
      ({ stream, type }) => `${sleeper.instance}, stopped ${where}, appended ${type} to ${stream}`,
    ),
  ];
  if (sum(heir) === 0) breaches.push(`${heir.instance} wrote nothing: what the drill looks at shows no writes`);
  return { bySleeper: sum(sleeper), byHeir: sum(heir), breaches };
}

async function owns(audit: WriteAudit, worker: Worker): Promise<boolean> {
  const owners = await audit.owners();
  return owners.length > 0 && owners.every(({ owner, claimed }) => owner === worker.instance && claimed);
}

const isPaid = (stage: Stage, orderId: string): boolean => Boolean(stage.watch.order(orderId)?.payment.confirmed);

/** Whether every effect that was due before a moment has been done or put off since. */
async function nothingDueBefore(databaseUrl: string, moment: number): Promise<boolean> {
  const client = new Client({ connectionString: databaseUrl, application_name: "drill" });
  await client.connect();
  try {
    for (const schema of PROCESS_SCHEMAS) {
      const { rowCount } = await client.query(
        `SELECT FROM ${schema}.effects WHERE state = 'waiting' AND due_at <= $1 LIMIT 1`,
        [moment],
      );
      if (rowCount) return false;
    }
    return true;
  } finally {
    await client.end();
  }
}

const isLive = (url: string): Promise<boolean> =>
  fetch(`${url}/health/live`, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
