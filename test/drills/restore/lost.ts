import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";
import { type FinalLog, finalLog } from "../history/check.ts";
import type { Stage } from "../stage.ts";

/** What the report of a log that was set back says, as far as the drill looks at it. */
export interface SetBackReport {
  readonly logEndsAt: string | null;
  readonly streamsWithLostEvents: number;
  readonly lost: readonly { readonly stream: string; readonly had: string; readonly has?: string }[];
}

/** The newest report in a data folder; undefined when there is none. */
export async function newestReport(dataDir: string): Promise<SetBackReport | undefined> {
  const names = (await readdir(join(dataDir, "reports")).catch(() => [])).filter((name) => name.startsWith("set-back"));
  const newest = names.sort().at(-1);
  if (newest === undefined) return undefined;
  return JSON.parse(await readFile(join(dataDir, "reports", newest), "utf8")) as SetBackReport; // written by bringInLine
}

/** What a log held before it was set back. */
export interface LogBefore {
  /** What the witness had seen to its end. */
  readonly witnessed: FinalLog;
  /** All of it, read after the system had ended: it goes on until then, and the witness follows a moment later. */
  readonly whole: FinalLog;
}

/**
 * Every stream that has lost what was witnessed is named with where it ended and where it ends, and none is that has
 * lost nothing.
 */
export function judgeReport(report: SetBackReport | undefined, before: LogBefore, head: bigint): string[] {
  if (!report) return ["no report says what is lost"];
  const breaches: string[] = [];
  const named = new Map(report.lost.map((one) => [one.stream, one]));
  if (report.streamsWithLostEvents !== named.size) breaches.push("the report names fewer streams than it counts");
  for (const stream of named.keys()) {
    if (!before.whole.has(stream)) breaches.push(`the report names ${stream}, which has never been`);
  }
  for (const [stream, events] of before.whole) {
    const has = events.findLast(({ position }) => position.commit <= head)?.revision;
    const had = events.at(-1)?.revision ?? 0n;
    const seen = before.witnessed.get(stream)?.at(-1)?.revision;
    const one = named.get(stream);
    if (one === undefined) {
      if (seen !== undefined && seen > (has ?? -1n)) {
        breaches.push(`${stream} has lost events, and the report does not name it`);
      }
    } else if (has === had) breaches.push(`the report says that ${stream} has lost events, and it has not`);
    else if (BigInt(one.had) > had || BigInt(one.had) < (seen ?? 0n) || one.has !== has?.toString()) {
      breaches.push(`the report says that ${stream} had ${one.had} and has ${one.has}; true is ${had} and ${has}`);
    }
  }
  return breaches;
}

/** How many events the log held that were written after the last that the witness is known to have seen. */
export const unwitnessed = ({ witnessed, whole }: LogBefore): number => eventsIn(whole) - eventsIn(witnessed);

const eventsIn = (log: FinalLog): number => [...log.values()].reduce((sum, { length }) => sum + length, 0);

/** Whether every witness has passed the end of a log as it was read. */
export async function isWitnessed(databaseUrl: string, log: FinalLog): Promise<boolean> {
  const ends = [...log.values()].map((events) => events.at(-1)?.position.commit ?? -1n);
  const last = ends.reduce((most, end) => (end > most ? end : most), -1n);
  return await asking(databaseUrl, async (client) => {
    const { rows } = await client.query<{ commit: string }>(
      "SELECT coalesce(commit, -1) AS commit FROM runner.positions WHERE name LIKE 'witness%'",
    );
    return rows.length > 0 && rows.every(({ commit }) => BigInt(commit) >= last);
  });
}

/** The witness of the live system against the log: every stream's last event, and no stream besides. */
export async function witnessBreaches(stage: Stage): Promise<string[]> {
  const heads = await asking(stage.databaseUrl, async (client) => {
    const live = await client.query<{ schema: string }>(
      "SELECT schema FROM runner.generations WHERE projection = 'witness' AND state = 'live'",
    );
    const { rows } = await client.query<{ stream: string; revision: string; hash: string }>(
      `SELECT stream, revision, hash FROM ${live.rows[0]?.schema}.heads`,
    );
    return new Map(rows.map((row) => [row.stream, row]));
  });
  const breaches: string[] = [];
  const log = await finalLog(stage.watch.store);
  for (const [stream, events] of log) {
    const last = events.at(-1);
    const seen = heads.get(stream);
    if (seen?.revision !== last?.revision.toString() || seen?.hash !== last?.metadata.hash) {
      breaches.push(
        `skipped: of ${stream} the witness has seen revision ${seen?.revision}, the log has ${last?.revision}`,
      );
    }
  }
  for (const stream of heads.keys()) if (!log.has(stream)) breaches.push(`${stream} is witnessed and not in the log`);
  return breaches;
}

async function asking<T>(databaseUrl: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 10_000,
    application_name: "drill",
  });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
