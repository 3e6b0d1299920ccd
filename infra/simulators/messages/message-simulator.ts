import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import { type Clock, systemClock, toInstant } from "../../clock.ts";
import type { Log } from "../../log.ts";
import { type Outcome, type RunningSimulator, Simulator } from "../base/simulator.ts";

export interface MessageSimulatorOptions {
  /** `sms` takes text messages, `push` notifications for an app. */
  readonly name: "sms" | "push";
  readonly dataDir: string;
  readonly port: number;
  readonly log: Log;
  readonly clock?: Clock;
}

interface Receipt {
  readonly id: string;
  readonly reference: string;
  readonly acceptedAt: string;
}

type Change =
  | { readonly accept: Receipt; readonly message: Readonly<Record<string, unknown>> }
  | { readonly repeated: string };

interface Kept {
  readonly receipt: Receipt;
  readonly message: Readonly<Record<string, unknown>>;
  /** How often it was handed in, repeats included. */
  deliveries: number;
}

const message = z.looseObject({
  reference: z.string().min(1).max(200),
  to: z.string().min(1),
  text: z.string().min(1),
});

/**
 * A service that takes short messages at `POST /messages` (`{reference, to, text}`), each once by the sender's reference: a
 * repeat is answered as the first time and reaches nobody. `GET /_messages` lists them; the journal is `<name>.jsonl`.
 */
export async function startMessageSimulator(options: MessageSimulatorOptions): Promise<RunningSimulator> {
  const { name, dataDir, port, log, clock = systemClock } = options;
  const kept = new Map<string, Kept>();
  const simulator = await Simulator.create<Change>({
    name,
    file: join(dataDir, `${name}.jsonl`),
    log,
    clock,
    apply: ({ changes }) => {
      for (const change of changes) {
        if ("repeated" in change) {
          const known = kept.get(change.repeated);
          if (known !== undefined) known.deliveries += 1;
        } else kept.set(change.accept.reference, { receipt: change.accept, message: change.message, deliveries: 1 });
      }
    },
  });

  const take = (body: unknown): Outcome<Change> => {
    const parsed = message.safeParse(body);
    if (!parsed.success) return { status: 422, answer: { error: z.prettifyError(parsed.error) } };
    const { reference } = parsed.data;
    const known = kept.get(reference);
    if (known !== undefined) return { status: 200, answer: known.receipt, changes: [{ repeated: reference }] };
    const accept = { id: `${name}_${randomBytes(9).toString("hex")}`, reference, acceptedAt: toInstant(clock.now()) };
    return { status: 200, answer: accept, changes: [{ accept, message: parsed.data }] };
  };

  simulator.app.post(
    "/messages",
    simulator.handle(({ body }, mood) => (mood.failing ? { status: 500, answer: { error: "no signal" } } : take(body))),
  );
  simulator.app.get("/_messages", async () => ({
    messages: [...kept.values()].map(({ receipt, message, deliveries }) => ({ ...receipt, deliveries, message })),
  }));
  return simulator.listen(port);
}
