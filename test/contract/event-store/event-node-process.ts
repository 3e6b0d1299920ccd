import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const EVENT_NODE_MAIN = fileURLToPath(new URL("../../../infra/event-node/main.ts", import.meta.url));

/** An event node in a process of its own. */
export interface EventNodeProcess {
  child: ChildProcess;
  url: string;
  dir: string;
  /** Ends it with the signal and waits until it is gone; answers its exit code, null after a signal that cannot be caught. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
  /** As `end`, and removes its data. */
  remove(): Promise<void>;
}

/** Starts the node on a free port, in `dir` or in a new temporary directory, and waits until it says that it is ready. */
export async function startEventNodeProcess(dir?: string, nodeArguments: string[] = []): Promise<EventNodeProcess> {
  const data = dir ?? (await mkdtemp(join(tmpdir(), "event-node-")));
  const child = spawn(process.execPath, [...nodeArguments, EVENT_NODE_MAIN, "--port", "0", "--data", data], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const end = async (signal: NodeJS.Signals = "SIGTERM") => {
    child.kill(signal);
    await exited;
    return child.exitCode;
  };
  return {
    child,
    url: `esdb://127.0.0.1:${await readyPort(child)}?tls=false`,
    dir: data,
    end,
    async remove() {
      await end();
      await rm(data, { recursive: true, force: true });
    },
  };
}

async function readyPort(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("the event node's output is not read");
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const port = /^event node ready on .*:(\d+),/.exec(line)?.[1];
    if (port) return port;
  }
  throw new Error(`the event node ended with ${child.exitCode} before it was ready`);
}
