import type { Command } from "commander";
import type { ChainFinding } from "../../domain/chain/chain.ts";
import { orderIdOf, orderStream } from "../../domain/order/events.ts";
import { ConfigError, readConfig } from "../../infra/config.ts";
import { createEventStore } from "../../infra/event-store/client.ts";
import { createPool } from "../../infra/postgres/pool.ts";
import { liveSchemas } from "../../projections/runner/generations.ts";
import {
  type EverythingVerdict,
  type StreamVerdict,
  type VerifyProgress,
  verifyEverything,
  verifyStream,
} from "../../read-api/verify.ts";
import { databaseWitness } from "../../read-api/witness.ts";
import { EXIT } from "../exit.ts";
import { progressLine } from "../progress-line.ts";
import { systemAddresses } from "../running-system.ts";

interface VerifyOptions {
  readonly json?: true;
  readonly stream?: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Adds `ordertrail verify`: recomputes the hash chains from the event store. */
export function register(program: Command): void {
  program
    .command("verify")
    .description("prove that the events of an order, or of every stream, are unchanged since they were written")
    .argument("[order]", "id of one order (default: everything)")
    .option("--stream <name>", "one stream by its name, such as ledger-sweet-crumbs.0")
    .option("--json", "print the verdict as JSON")
    .addHelpText(
      "after",
      `
Recomputes every hash from the event store and compares the ends of streams with the head witness in Postgres. Works
on DATABASE_URL and EVENTSTORE_URL, or on the system that runs (or ran) on the data folder of ORDERTRAIL_DATA.
Exits with 1 when it finds something.

Examples:
  ordertrail verify
  ordertrail verify 71f22668-51bc-57f1-bd85-e3dd6d3796d2
  ordertrail verify --json | jq '.findings'`,
    )
    .action(verify);
}

async function verify(order: string | undefined, options: VerifyOptions): Promise<void> {
  if (order !== undefined && !UUID.test(order)) throw new ConfigError(`"${order}" is not the id of an order`);
  const stream = options.stream ?? (order === undefined ? undefined : orderStream(order.toLowerCase()));
  const config = readConfig();
  const { DATABASE_URL, EVENTSTORE_URL } = await systemAddresses(config);
  if (DATABASE_URL === undefined || EVENTSTORE_URL === undefined) {
    throw new ConfigError(
      `no system was found at ${config.ORDERTRAIL_DATA}: start "ordertrail up", or set DATABASE_URL and EVENTSTORE_URL`,
    );
  }
  const pool = createPool({ ...config, DATABASE_URL }, { applicationName: "ordertrail verify", max: 2 });
  const store = createEventStore({ url: EVENTSTORE_URL, timeoutMs: config.EVENTSTORE_TIMEOUT_MS });
  try {
    const witness = databaseWitness(pool, liveSchemas(pool));
    if (stream === undefined) await everything(options, (onProgress) => verifyEverything(store, witness, onProgress));
    else one(options, await verifyStream(store, witness, stream));
  } finally {
    await Promise.allSettled([store.close(), pool.end()]);
  }
}

function one(options: VerifyOptions, verdict: StreamVerdict): void {
  const nothing = verdict.events === 0 && verdict.findings.length === 0;
  if (!verdict.verified || nothing) process.exitCode = EXIT.failed;
  if (options.json) print(verdict);
  else if (nothing) process.stdout.write(`${verdict.stream}: there is no such stream\n`);
  else {
    show(verdict.findings);
    const seen = verdict.witnessed === undefined ? "not witnessed yet" : `witnessed to revision ${verdict.witnessed}`;
    process.stdout.write(`${verdict.stream}: ${counted(verdict.events, "event")}, ${outcome(verdict)}; ${seen}\n`);
  }
}

async function everything(
  options: VerifyOptions,
  run: (onProgress: (progress: VerifyProgress) => void) => Promise<EverythingVerdict>,
): Promise<void> {
  const line = progressLine(process.stderr);
  const begun = performance.now();
  let verdict: EverythingVerdict;
  try {
    verdict = await run((progress) => line.show(() => progressText(progress, performance.now() - begun)));
  } finally {
    line.end();
  }
  if (!verdict.verified) process.exitCode = EXIT.failed;
  if (options.json) return print(verdict);
  show(verdict.findings);
  if (verdict.more > 0) process.stdout.write(`… and ${verdict.more} findings more\n`);
  process.stdout.write(
    `${counted(verdict.events, "event")} in ${counted(verdict.streams, "stream")}, ${outcome(verdict)}; ` +
      `${counted(verdict.witnessed, "stream")} compared with the witness\n`,
  );
}

function progressText({ events, streams, findings, position, until }: VerifyProgress, ms: number): string {
  const share = until === "0" ? 100 : Number((100n * BigInt(position)) / BigInt(until));
  const rate = Math.round(events / Math.max(0.001, ms / 1000));
  return `${Math.min(100, share)}%  ${events} events  ${streams} streams  ${rate}/s  ${counted(findings, "finding")}`;
}

function show(findings: readonly ChainFinding[]): void {
  for (const { stream, revision, reason, detail } of findings) {
    const orderId = orderIdOf(stream);
    const what = orderId === undefined ? stream : `order ${orderId}`;
    process.stdout.write(`${what}, revision ${revision}: ${reason}: ${detail}\n`);
  }
}

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`;

const outcome = ({ verified, findings }: { verified: boolean; findings: readonly unknown[] }): string =>
  verified ? "unchanged since written" : `${counted(findings.length, "finding")}: NOT as written`;

const print = (value: unknown): void => {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
};
