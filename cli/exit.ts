/** What the program's exit codes mean. */
export const EXIT = {
  ok: 0,
  /** It failed, or a promise was found broken. */
  failed: 1,
  /** Wrong usage or configuration: nothing to try again before somebody changed it. */
  usage: 2,
} as const;

/** Says in one line (plus what the message itself lists) why the program ends; the stack only when debugging. */
export function fail(error: unknown, code: number): void {
  const debugging = ["debug", "trace"].includes(process.env.LOG_LEVEL ?? "");
  const message = error instanceof Error ? error.message || error.name : String(error);
  const shown = debugging && error instanceof Error ? (error.stack ?? message) : message;
  process.stderr.write(`ordertrail: ${shown}\n`);
  process.exitCode = code;
}
