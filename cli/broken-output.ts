import { symbols } from "pino";
import type { Log } from "../infra/log.ts";

/**
 * Lets a process end when whoever read its output is gone. `fatal` flushes, and sonic-boom 4.2.1 tries a flush into a
 * closed pipe again and again, for ever, with the whole process standing still. Nothing is lost without the flush: the
 * log is written line by line, as it comes.
 */
export function surviveClosedOutput(log: Log): void {
  // pino documents the symbol under which a logger keeps its stream, but not in its types.
  const { [symbols.streamSym]: stream } = log as unknown as Record<symbol, { flushSync?: () => void }>;
  if (stream !== undefined) stream.flushSync = () => undefined;
}
