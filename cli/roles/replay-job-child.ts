import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../ordertrail.ts", import.meta.url));
const LEASH = new URL("../../infra/supervisor/leash.ts", import.meta.url).href;

/**
 * Starts the process of one replay job, with this one's environment and output. It ends when this process is gone; what
 * is armed here to die at a failpoint is not armed there.
 */
export function launchReplayJob(jobId: string, owner: string): ChildProcess {
  const { FAIL_AT: _at, FAIL_AT_FILE: _file, ...env } = process.env;
  return spawn(process.execPath, ["--import", LEASH, PROGRAM, "replay", "run-job", jobId, "--owner", owner], {
    env,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
}
