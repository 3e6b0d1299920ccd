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

/**
 * Every stream that has lost events is named with where it ended and where it ends, and no other is.
 *
 * @param before the log when everybody had gone home; the system may have added to it before it ended
 */
export function judgeReport(report: SetBackReport | undefined, before: FinalLog, head: bigint): string[] {
  if (!report) return ["no report says what is lost"];
  const breaches: string[] = [];
  const named = new Map(report.lost.map((one) => [one.stream, one]));
  if (report.streamsWithLostEvents !== named.size) breaches.push("the report names fewer streams than it counts");
  for (const [stream, events] of before) {
    const kept = events.filter(({ position }) => position.commit <= head);
    const one = named.get(stream);
    if (kept.length === events.length) {
      if (one) breaches.push(`the report says that ${stream} has lost events, and it has not`);
      continue;
    }
    const [had, has] = [events.at(-1)?.revision.toString(), kept.at(-1)?.revision.toString()];
    if (!one) breaches.push(`${stream} has lost events, and the report does not name it`);
    else if (BigInt(one.had) < BigInt(had ?? 0) || one.has !== has) {
      breaches.push(`the report says that ${stream} had ${one.had} and has ${one.has}; true is ${had} and ${has}`);
    }
  }
  return breaches;
}

/** Where every consumer stands, by name. */
export async function consumerPositions(databaseUrl: string): Promise<Map<string, bigint>> {
  return await asking(databaseUrl, async (client) => {
    const { rows } = await client.query<{ name: string; commit: string | null }>(
      "SELECT name, coalesce(commit, -1) AS commit FROM runner.positions",
    );
    return new Map(rows.map(({ name, commit }) => [name, BigInt(commit ?? -1)]));
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
