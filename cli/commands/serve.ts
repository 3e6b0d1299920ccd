import { join } from "node:path";
import { type Command, Option } from "commander";
import { type Config, ConfigError, readConfig } from "../../infra/config.ts";
import { type HealthChecks, type HealthDetails, startHealthServer } from "../../infra/health.ts";
import { createLog, type Log } from "../../infra/log.ts";
import { surviveClosedOutput } from "../broken-output.ts";
import { EXIT, fail } from "../exit.ts";
import { ROLES, type RoleName, type RunningRole, type StartRole } from "../roles/role.ts";

const START: Readonly<Record<RoleName, () => Promise<{ start: StartRole }>>> = {
  api: () => import("../roles/api.ts"),
  workers: () => import("../roles/workers.ts"),
  simulators: () => import("../roles/simulators.ts"),
};

/** A graceful stop that takes longer is forced; the supervisor waits a second longer before it kills. */
const STOP_WITHIN_MS = 7_000;

/** Adds `ordertrail serve`: one role in this process. */
export function register(program: Command): void {
  program
    .command("serve")
    .description("run one role in this process, against engines that run elsewhere")
    .addOption(new Option("--role <role>", "what to run").choices(ROLES).makeOptionMandatory())
    .option("--only <consumer>", "of the workers, only this consumer")
    .addHelpText(
      "after",
      `
Roles:
  api          HTTP API, pages, relay and WebSocket gateway
  workers      projections and process managers
  simulators   payment gateway, restaurants, couriers, carrier, mail, SMS and push for development

Examples:
  DATABASE_URL=postgresql://… EVENTSTORE_URL=esdb://… ordertrail serve --role api
  DATABASE_URL=postgresql://… EVENTSTORE_URL=esdb://… ordertrail serve --role workers --only payment`,
    )
    .action(async (options: { role: RoleName; only?: string }) => {
      const config = readConfig();
      const log = createLog(options.role, config.LOG_LEVEL);
      surviveClosedOutput(log);
      process.title = `ordertrail ${options.role}`;
      endOnFaults(log);
      const { start } = await START[options.role]();
      const running = start(config, log, { only: options.only });
      endOnSignals(running, log);
      endWhenItCannotStart(running);
      if (options.role !== "api") await answerHealth(options.role, config, running);
      await running;
    });
}

/** Answers from the beginning on, so that a role that takes long to start is seen to live and not to be ready. */
async function answerHealth(role: RoleName, config: Config, running: Promise<RunningRole>): Promise<void> {
  let checks: HealthChecks = {
    started: async () => {
      throw new Error("still starting");
    },
  };
  let details: HealthDetails = () => ({});
  running.then(
    (started) => {
      checks = started.checks ?? {};
      details = started.details ?? details;
    },
    () => undefined,
  );
  await startHealthServer({
    checks: () => checks,
    details: () => details(),
    port: config.HEALTH_PORT,
    portFile: join(config.ORDERTRAIL_DATA, "run", `${role}.port`),
  });
}

/** After a fault that nobody handled the state of the process is unknown: it ends, and is started again. */
function endOnFaults(log: Log): void {
  const end = (err: unknown, origin: string) => {
    log.fatal({ err, origin }, "unhandled fault, ending");
    process.exit(EXIT.failed);
  };
  process.on("uncaughtException", end);
  process.on("unhandledRejection", (err) => end(err, "unhandledRejection"));
}

/** The health server alone would keep a process alive that does nothing: whoever started it has to see it end. */
function endWhenItCannotStart(running: Promise<RunningRole>): void {
  running.catch((error: unknown) => {
    fail(error, error instanceof ConfigError ? EXIT.usage : EXIT.failed);
    process.exit();
  });
}

function endOnSignals(running: Promise<RunningRole>, log: Log): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, "stopping");
    setTimeout(() => {
      log.error({ withinMs: STOP_WITHIN_MS }, "the stop took too long, forced");
      process.exit(EXIT.failed);
    }, STOP_WITHIN_MS).unref();
    running
      .then((role) => role.stop())
      .then(
        () => process.exit(EXIT.ok),
        (err: unknown) => {
          log.error({ err }, "stopping failed");
          process.exit(EXIT.failed);
        },
      );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("SIGHUP", stop);
}
