import { findProgram } from "../../find-program.ts";
import type { Part } from "../../system.ts";
import type { Stage } from "../stage.ts";
import { freeze } from "./freeze.ts";

/** What is promised to who places an order meanwhile. */
export type Placing = "goes on" | "is refused plainly" | "goes on where the customer is known";

/** Something of the system, or outside of it, that is away for a while. */
export interface Outage {
  readonly what: string;
  readonly placing: Placing;
  /** The system's own questions to the database can be asked meanwhile. */
  readonly databaseAnswers: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Why it cannot be taken away on this machine. Prepares what it needs. */
  cannot?(): string | undefined;
  /** Takes it away; what is returned brings it back. */
  begin(stage: Stage): Promise<() => Promise<void>>;
}

/**
 * A part hangs, which is worse than refusing: connections stay open and every question has to run into its own bound.
 * At the end it wakes up, or is killed and started again without ever having answered.
 */
async function hang(stage: Stage, part: Part, ends: "wakes" | "is killed"): Promise<() => Promise<void>> {
  const pid = await stage.system.pid(part);
  if (pid === undefined) throw new Error(`${part} does not run`);
  const thaw = await freeze(pid);
  return async () => {
    if (ends === "is killed") process.kill(pid, "SIGKILL");
    await thaw();
  };
}

const nats: Outage = {
  what: "the broker",
  placing: "goes on",
  databaseAnswers: true,
  cannot() {
    process.env.TEST_NATS_SERVER ??= findProgram("nats-server");
    return process.env.TEST_NATS_SERVER
      ? undefined
      : "there is no nats-server (Debian's package of this name brings it)";
  },
  async begin({ system: { broker } }) {
    if (!broker) throw new Error("this system has no broker");
    await broker.stop();
    return () => broker.start();
  },
};

const postgres: Outage = {
  what: "Postgres",
  placing: "goes on where the customer is known",
  databaseAnswers: false,
  begin: (stage) => hang(stage, "postgres", "wakes"),
};

const events: Outage = {
  what: "the event node",
  placing: "is refused plainly",
  databaseAnswers: true,
  begin: (stage) => hang(stage, "events", "is killed"),
};

const payment: Outage = {
  what: "the payment gateway",
  placing: "goes on",
  databaseAnswers: true,
  async begin({ system }) {
    await flip(system.addresses.paymentUrl, { down: true });
    return () => flip(system.addresses.paymentUrl, {});
  },
};

/** Everything that can be taken away. */
export const outages = { nats, postgres, events, payment } as const;

/** Sets all switches of a simulator. */
export async function flip(url: string, switches: Readonly<Record<string, unknown>>): Promise<void> {
  const response = await fetch(`${url}/_switch`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(switches),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`the switches of ${url} were not set: ${await response.text()}`);
}
