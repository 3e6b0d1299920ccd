import { type Command, InvalidArgumentError } from "commander";
import { ConfigError, readConfig } from "../../infra/config.ts";
import { pause } from "../../infra/consumers/waiting.ts";
import { createEventStore } from "../../infra/event-store/client.ts";
import { createPool } from "../../infra/postgres/pool.ts";
import { StatusLooker, type StatusSeen } from "../../read-api/operations/followers/look.ts";
import { waitingMessages } from "../../realtime/outbox.ts";
import { EXIT } from "../exit.ts";
import { systemAddresses } from "../running-system.ts";
import { screenOn } from "../status/screen.ts";
import { statusLines } from "../status/table.ts";

interface StatusOptions {
  readonly once?: true;
  readonly json?: true;
  readonly watch?: number;
}

const DATABASE_MS = 3_000;
const STORE_MS = 2_000;
/** Between the two looks of a single answer, for the rates. */
const RATE_OVER_MS = 500;
const DEFAULT_SECONDS = 1;

const seconds = (text: string): number => {
  const value = Number(text);
  if (!(value >= 0.2 && value <= 3_600)) throw new InvalidArgumentError("a number of seconds from 0.2 to 3600");
  return value;
};

/** Adds `ordertrail status`: who follows the log, how far, how fast. */
export function register(program: Command): void {
  program
    .command("status")
    .description(
      "a live table of everything that follows the log: owner, state, position, lag, rate, parked streams; and the circuits to the outside",
    )
    .option("--once", "look once and end (the default where the output is no terminal)")
    .option("--watch <seconds>", "look again after so many seconds (default on a terminal: 1)", seconds)
    .option("--json", "print each look as JSON; with --watch one line each")
    .addHelpText(
      "after",
      `
Works on DATABASE_URL and EVENTSTORE_URL, or on the system of the data folder ORDERTRAIL_DATA. Levels of lag: warning
from 10,000 events, critical from 50,000, emergency from 100,000. "≥" stands before a lag that was not counted to its
end. A single look exits with 1 when a consumer is stopped or stuck. Ctrl-C ends the table.

Examples:
  ordertrail status
  ordertrail status --once --json | jq '.consumers[] | {name, state, lag}'
  ordertrail status --watch 10 >> status.log`,
    )
    .action(status);
}

async function status({ once, json, watch }: StatusOptions): Promise<void> {
  const config = readConfig();
  const { DATABASE_URL, EVENTSTORE_URL } = await systemAddresses(config);
  if (DATABASE_URL === undefined || EVENTSTORE_URL === undefined) {
    throw new ConfigError(
      `no system was found at ${config.ORDERTRAIL_DATA}: start "ordertrail up", or set DATABASE_URL and EVENTSTORE_URL`,
    );
  }
  const database = { DATABASE_URL, DATABASE_TIMEOUT_MS: DATABASE_MS, DATABASE_POOL: 2 };
  const pool = createPool(database, { applicationName: "ordertrail status" });
  const store = createEventStore({ url: EVENTSTORE_URL, timeoutMs: STORE_MS });
  const looker = new StatusLooker(pool, store, waitingMessages);
  try {
    const live = !once && (watch !== undefined || (process.stdout.isTTY && !json));
    if (live) await keepLooking(looker, (watch ?? DEFAULT_SECONDS) * 1_000, json === true);
    else await lookOnce(looker, json === true);
  } finally {
    await Promise.allSettled([store.close(), pool.end()]);
  }
}

async function lookOnce(looker: StatusLooker, json: boolean): Promise<void> {
  await looker.look();
  await pause(RATE_OVER_MS);
  const seen = await looker.look();
  const bad = seen.consumers.some(({ state }) => state === "stopped" || state === "stuck");
  if (bad || seen.logFault !== undefined) process.exitCode = EXIT.failed;
  if (json) process.stdout.write(`${JSON.stringify(seen, null, 2)}\n`);
  else process.stdout.write(`${statusLines(seen, hasColours()).join("\n")}\n`);
}

async function keepLooking(looker: StatusLooker, everyMs: number, json: boolean): Promise<void> {
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => ending.abort());
  // Whoever read the output has gone.
  process.stdout.on("error", () => ending.abort());
  const screen = json ? undefined : screenOn(process.stdout);
  let last: StatusSeen | undefined;
  try {
    while (!ending.signal.aborted) {
      const begun = performance.now();
      let fault: string | undefined;
      try {
        last = await looker.look();
      } catch (error) {
        fault = error instanceof Error ? error.message || error.name : String(error);
      }
      if (ending.signal.aborted) break;
      if (screen) screen.show([...(fault ? [away(fault)] : []), ...(last ? statusLines(last, hasColours()) : [])]);
      else process.stdout.write(`${JSON.stringify(fault === undefined ? last : { fault })}\n`);
      await pause(Math.max(0, everyMs - (performance.now() - begun)), ending.signal);
    }
  } finally {
    screen?.leave();
  }
}

const away = (fault: string): string => `the database cannot be asked: ${fault}; shown is what was seen last`;

const hasColours = (): boolean => process.stdout.isTTY && process.stdout.hasColors() && !process.env.NO_COLOR;
