import { parseArgs } from "node:util";
import { failpoint } from "../failpoints.ts";
import { type EventNode, startEventNode } from "./event-node.ts";
import { DataDirError } from "./log/data-dir.ts";

const USAGE = `The event node: EventStoreDB's gRPC protocol on a file, for development, tests and small installations.

Usage: npm run event-node -- [--port N] [--host ADDRESS] [--data DIR] [--accept-loss]

  --port N        port to listen on, 0 for a free one (default 2113)
  --host ADDRESS  address to listen on (default 127.0.0.1; there is no encryption and no login)
  --data DIR      where the events are kept (default ./data/event-node)
  --accept-loss   start although the write-ahead log is damaged, without the commits behind the damage
  --help          this text`;

/** Bad arguments, taken port, unusable directory: the caller has to change something. */
const EXIT_USAGE = 2;
/** A stop that takes longer than this is forced: the bound of the graceful one and some air. */
const FORCED_AFTER = 8_000;

function fail(message: string): never {
  process.stderr.write(`event node: ${message}\n`);
  process.exit(EXIT_USAGE);
}

function readArguments(): { port: number; host: string; data: string; acceptLoss: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: "string", default: "2113" },
        host: { type: "string", default: "127.0.0.1" },
        data: { type: "string", default: "./data/event-node" },
        "accept-loss": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      process.stdout.write(`${USAGE}\n`);
      process.exit(0);
    }
    const port = Number(values.port);
    if (!/^\d+$/.test(values.port) || port > 65_535) fail(`--port ${values.port} is not a port`);
    return { port, host: values.host, data: values.data, acceptLoss: values["accept-loss"] };
  } catch (error) {
    return fail(`${(error as Error).message}\n\n${USAGE}`);
  }
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error instanceof DataDirError) return error.message;
  if (error.code === "EADDRINUSE") return `port ${port} on ${host} is taken`;
  if (error.code === "EACCES") return `port ${port} on ${host} may not be used by this user`;
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") return `${host} is not an address of this machine`;
  return error.message;
}

function stopOnSignals(node: EventNode): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1);
    stopping = true;
    process.stdout.write(`event node stopping on ${signal}\n`);
    setTimeout(() => process.exit(1), FORCED_AFTER).unref();
    node.close().then(
      () => process.exit(0),
      (error: Error) => {
        process.stderr.write(`event node: stopping failed: ${error.message}\n`);
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}

const { port, host, data, acceptLoss } = readArguments();
try {
  const node = await startEventNode({ port, host, dataDir: data, acceptLoss, onPoint: (name) => failpoint(name) });
  stopOnSignals(node);
  process.stdout.write(`event node ready on ${host}:${node.port}, data in ${data}, ${node.events} events\n`);
} catch (error) {
  fail(explain(error as NodeJS.ErrnoException, host, port));
}
