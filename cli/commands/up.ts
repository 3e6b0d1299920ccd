import type { Command } from "commander";
import { ConfigError, readConfig } from "../../infra/config.ts";
import { FolderLockedError } from "../../infra/supervisor/folder-lock.ts";
import { EXIT, fail } from "../exit.ts";
import { startSystem } from "../up/system.ts";
import { welcome } from "../welcome.ts";

/** Adds `ordertrail up`: the whole system on this machine. */
export function register(program: Command): void {
  program
    .command("up")
    .description("run everything on this machine: engines, API, workers, simulators of the outside world")
    .option("--json", "when it is up, print where everything is as one line of JSON; progress goes to standard error")
    .addHelpText(
      "after",
      `
Settings (environment variables; all of them are in docs/configuration.md):
  PORT, HOST           where the API listens (default 7300 on 127.0.0.1)
  ORDERTRAIL_DATA      folder of the engines, keys and logs (default .ordertrail)
  DATABASE_URL         a PostgreSQL to use in place of the embedded one
  EVENTSTORE_URL       an EventStoreDB to use in place of the event node
  NATS_URL             a NATS server, for gateways in other processes
  SIMULATORS           which outside systems to simulate; none for production
  SAMPLE_DATA=false    leave an empty system empty

Examples:
  ordertrail up
  PORT=8080 ORDERTRAIL_DATA=/srv/ordertrail ordertrail up
  EVENTSTORE_URL='esdb://db.example:2113' ordertrail up`,
    )
    .action(up);
}

async function up({ json }: { json?: true }): Promise<void> {
  const people = json ? process.stderr : process.stdout;
  const ending = new AbortController();
  const ended = new Promise<void>((resolve) => ending.signal.addEventListener("abort", () => resolve()));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      // Asked twice: the children notice that their supervisor is gone and end themselves.
      if (ending.signal.aborted) process.exit(EXIT.failed);
      people.write("ending (once more forces it)\n");
      ending.abort();
    });
  }
  // Somebody who closes the pipe that this writes to ends their reading, not the system.
  process.stdout.on("error", () => undefined);
  try {
    const system = await startSystem(readConfig(), (line) => people.write(`${line}\n`), ending.signal);
    if (!ending.signal.aborted) {
      process.stdout.write(json ? `${JSON.stringify(system.facts)}\n` : welcome(system.facts));
    }
    await ended;
    await system.stop();
    people.write("ended\n");
  } catch (error) {
    if (ending.signal.aborted) people.write("ended\n");
    else fail(error, error instanceof ConfigError || error instanceof FolderLockedError ? EXIT.usage : EXIT.failed);
  }
  // An engine's client library may hold a timer that nobody can stop.
  process.exit();
}
