import { appendFileSync, readFileSync, rmSync } from "node:fs";

/**
 * Named places at which a drill can kill or stall the process. Each is listed once, with the hop it belongs to
 * (docs/architecture.md). `FAIL_AT=<name>:<n>:<action>` acts when the place is passed for the n-th time; actions are
 * SIGKILL, SIGSTOP, SIGTERM, throw. Several are separated by commas. Unset, a failpoint is one property read.
 *
 * With `FAIL_AT_FILE` a drill arms a running process: whatever it writes to that file is taken like FAIL_AT, and the
 * file is removed before it takes effect, so that the next life of the process is not armed again. What is hit is
 * noted in `<FAIL_AT_FILE>.hit`, a line each: `<name> <epoch milliseconds>`.
 */
export const FAILPOINTS = {
  "write.before-append": "1 write",
  "write.after-append": "1 write",
  "ledger.before-append": "1 write",
  "ledger.after-append": "1 write",
  "place.after-placed": "1 write",
  "place.before-answer": "1 write",
  "keys.before-commit": "1 write",
  "keys.after-commit": "1 write",
  "event-node.before-commit": "1 write",
  "event-node.after-commit": "1 write",
  "event-node.after-ack": "1 write",
  "project.before-commit": "2 project",
  "project.after-commit": "2 project",
  "relay.before-publish": "3 relay",
  "relay.after-publish": "3 relay",
  "relay.before-delete": "3 relay",
  "relay.after-delete": "3 relay",
  "process.before-commit": "4 process",
  "process.after-commit": "4 process",
  "effect.before-act": "4 process",
  "effect.before-append": "4 process",
  "effect.after-append": "4 process",
  "effect.before-done": "4 process",
  "effect.after-done": "4 process",
  "payment.before-create": "4 process",
  "payment.after-create": "4 process",
  "payment.before-confirm": "4 process",
  "payment.after-confirm": "4 process",
  "payment.before-cancel": "4 process",
  "payment.after-cancel": "4 process",
  "payment.before-refund": "4 process",
  "payment.after-refund": "4 process",
  "restaurant.before-notify": "4 process",
  "restaurant.after-notify": "4 process",
  "restaurant.before-reroute": "4 process",
  "restaurant.after-reroute": "4 process",
  "restaurant.before-replace": "4 process",
  "restaurant.after-replace": "4 process",
  "courier.before-offer": "4 process",
  "courier.after-offer": "4 process",
  "courier.before-claim": "4 process",
  "courier.after-claim": "4 process",
  "notification.before-send": "4 process",
  "notification.after-send": "4 process",
  "parcel.before-book": "4 process",
  "parcel.after-book": "4 process",
  "parcel.before-cancel": "4 process",
  "parcel.after-cancel": "4 process",
  "park.before-commit": "5 quarantine",
  "park.after-commit": "5 quarantine",
  "gateway.before-snapshot": "6 display",
  "gateway.after-send": "6 display",
} as const;

export type Failpoint = keyof typeof FAILPOINTS;

/** An error thrown on purpose by a failpoint with action `throw`. */
export class FailpointError extends Error {
  readonly code = "failpoint";
}

interface Armed {
  remaining: number;
  readonly action: string;
}

const file = process.env.FAIL_AT_FILE || undefined;
const LOOK_MS = 25;

let armed = parse(process.env.FAIL_AT);
if (file !== undefined) followFile(file);

function parse(spec: string | undefined): Map<string, Armed> | undefined {
  if (!spec) return undefined;
  const points = new Map<string, Armed>();
  for (const part of spec.split(",")) {
    const [name = "", times = "1", action = "SIGKILL"] = part.trim().split(":");
    if (!(name in FAILPOINTS)) {
      throw new Error(`FAIL_AT names no failpoint: "${name}". Known: ${Object.keys(FAILPOINTS).join(", ")}`);
    }
    points.set(name, { remaining: Number(times), action });
  }
  return points;
}

function followFile(path: string): void {
  const look = () => {
    let spec: string;
    try {
      spec = readFileSync(path, "utf8");
      rmSync(path);
    } catch {
      return; // nothing to arm
    }
    armed = parse(spec.trim());
  };
  look();
  setInterval(look, LOOK_MS).unref();
}

/** Passes a named place. Does nothing unless it is armed. */
export function failpoint(name: Failpoint): void {
  if (armed === undefined) return;
  const point = armed.get(name);
  if (point === undefined || --point.remaining !== 0) return;
  if (file !== undefined) appendFileSync(`${file}.hit`, `${name} ${Date.now()}\n`);
  process.stderr.write(`failpoint ${name}: ${point.action}\n`);
  if (point.action === "throw") throw new FailpointError(`failpoint ${name}`);
  process.kill(process.pid, point.action as NodeJS.Signals);
  if (point.action === "SIGKILL") {
    // The signal is delivered asynchronously: nothing may run past this line.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
  }
}
