import { type Finding, ok, problem, warning } from "./finding.ts";

/** Seconds of difference from which it is said, and from which it breaks things soon. */
const NOTICEABLE = 1;
const HARMFUL = 5;

const FIX =
  "set this machine's clock by the network (timedatectl set-ntp true, or chrony): the event store's client counts " +
  "the deadline of an append from it, and with a clock 10 s slow every append times out";

/** A server's time as it was asked, with the moments before and after the question. Epoch milliseconds. */
export interface ClockReading {
  readonly before: number;
  readonly after: number;
  readonly server: number;
  /** How coarse the server's answer is: 1,000 for an HTTP Date. */
  readonly resolutionMs: number;
}

/** Compares this machine's clock with a server's. A difference within what the reading leaves open is none. */
export function clockFinding(server: string, reading: ClockReading): Omit<Finding, "area"> {
  const middle = (reading.before + reading.after) / 2;
  const open = (reading.after - reading.before) / 2 + reading.resolutionMs / 2;
  const difference = reading.server + reading.resolutionMs / 2 - middle;
  const seconds = Math.max(0, Math.abs(difference) - open) / 1000;
  if (seconds < NOTICEABLE)
    return ok(`clock agrees with ${server} (to ${(open / 1000).toFixed(open < 100 ? 3 : 1)} s)`);
  const what = `this machine's clock is ${seconds.toFixed(1)} s ${difference > 0 ? "behind" : "ahead of"} ${server}`;
  return seconds < HARMFUL ? warning(what, FIX) : problem(what, FIX);
}
