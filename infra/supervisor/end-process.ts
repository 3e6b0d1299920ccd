import { processIdentity } from "./process-identity.ts";
import { waitUntil } from "./wait.ts";

/** Sends a signal; a process that is already gone is no error. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/**
 * Ends a process that is not (or no longer) our child: each signal in turn, waiting `graceMs` after each, SIGKILL
 * last. A stopped process (SIGSTOP) is ended as well, since SIGKILL needs no cooperation. Returns whether it is gone.
 */
export async function endProcess(
  pid: number,
  identity: string,
  signals: readonly NodeJS.Signals[],
  graceMs: number,
): Promise<boolean> {
  const gone = async () => (await processIdentity(pid)) !== identity;
  for (const signal of [...signals, "SIGKILL"] as const) {
    if (await gone()) return true;
    signalProcess(pid, signal);
    if (await waitUntil(gone, graceMs)) return true;
  }
  return gone();
}
