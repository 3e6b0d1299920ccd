import { type Logger, pino } from "pino";

export type Log = Logger;

/**
 * Structured log of one role, one line per fact. Personal data and secrets never reach it: the fields that could hold
 * them are cut out here as a last line of defence.
 */
export function createLog(role: string, level: string = process.env.LOG_LEVEL ?? "info"): Log {
  return pino({
    name: "ordertrail",
    level,
    base: { role, pid: process.pid },
    redact: {
      paths: ["contact", "*.contact", "authorization", "req.headers.authorization", "*.token"],
      censor: "[cut]",
    },
  });
}
