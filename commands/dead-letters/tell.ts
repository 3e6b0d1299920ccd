import type { Pool } from "pg";
import { fingerprint } from "../../domain/chain/ids.ts";
import { Personal } from "../../domain/chain/personal.ts";
import type { Subkeys } from "../../domain/chain/sealing.ts";
import { type OrderEvent, orderIdOf, type SetAside } from "../../domain/order/events.ts";
import { toInstant } from "../../infra/clock.ts";
import { pause } from "../../infra/consumers/waiting.ts";
import { openReason, reasonKeys } from "../../infra/dead-letters/reason.ts";
import { nextTellings, notTold, type Telling, told } from "../../infra/dead-letters/tellings.ts";
import type { EventStore } from "../../infra/event-store/port.ts";
import type { CustomerKeys } from "../../infra/keys/customer-keys.ts";
import { KeyForgottenError } from "../../infra/keys/errors.ts";
import type { Log } from "../../infra/log.ts";
import type { Decided, Origin } from "../writing/build-events.ts";
import type { Aggregate } from "../writing/stream-memory.ts";
import { StreamWriter } from "../writing/writer.ts";

export interface TellerOptions {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly origin: Origin;
  readonly keys: Pick<CustomerKeys, "get">;
  readonly fingerprintKey: Uint8Array;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** At most so many facts in a turn, and a turn a second: what is set aside in masses is told without a storm. */
const A_TURN = 50;
const TURN_MS = 1_000;
const SHORT_TURN_MS = 250;

type Told = Extract<OrderEvent, { readonly type: `processing.${string}` }>;

/**
 * Tells orders' streams what was set aside, redriven and discarded, until the signal. It writes beside every consumer,
 * so a fact never waits behind a stream that is parked. What is to be told was written down in the transaction that set
 * it aside; the facts' ids are derived from it, so a process that is killed in between tells nothing twice, and two that
 * tell the same tell it once.
 */
export async function runTeller(options: TellerOptions): Promise<void> {
  const { pool, store, origin, fingerprintKey, log, signal } = options;
  // A writer of its own: it reads streams whose events nobody may be able to fold.
  const teller = new Teller({
    ...options,
    writer: new StreamWriter(store, origin),
    reasons: reasonKeys(fingerprintKey),
  });
  while (!signal.aborted) {
    let few = true;
    try {
      const tellings = await nextTellings(pool, A_TURN);
      few = tellings.length < A_TURN;
      for (const telling of tellings) {
        if (signal.aborted) return;
        await teller.tell(telling);
      }
    } catch (error) {
      log.warn({ err: error }, "what was set aside could not be told; tried again");
    }
    await pause(few ? SHORT_TURN_MS : TURN_MS, signal);
  }
}

/** Of an order as much as a fact about its processing needs: whose key a typed reason is sealed under. */
type Owner = { readonly customerId: string } | undefined;

const OWNERS: Aggregate<Owner> = {
  name: "order-owner",
  initial: undefined,
  evolve(owner, { type, data }) {
    if (owner !== undefined || type !== "order.placed") return owner;
    const customerId = (data as { readonly customerId?: unknown } | null)?.customerId; // may be an event nobody can read
    return typeof customerId === "string" ? { customerId } : owner;
  },
};

class Teller {
  readonly #options: TellerOptions & { readonly writer: StreamWriter; readonly reasons: Subkeys };

  constructor(options: TellerOptions & { readonly writer: StreamWriter; readonly reasons: Subkeys }) {
    this.#options = options;
  }

  /** Tells one; what fails is put off and keeps no other from being told. Rejects when the database fails. */
  async tell(telling: Telling): Promise<void> {
    const { pool, log } = this.#options;
    try {
      const { eventId, reason } = await this.#append(telling);
      await told(pool, telling, eventId, reason);
    } catch (error) {
      const { stream, fact, subject } = telling;
      log.warn({ stream, fact, subject, err: error }, "an order could not be told what was set aside; tried again");
      await notTold(pool, telling);
    }
  }

  async #append(telling: Telling): Promise<{ eventId: string; reason: unknown }> {
    const { writer, fingerprintKey, store } = this.#options;
    const { stream, reader, subject, fact, round, at, by } = telling;
    const reason = await this.#reason(telling);
    const written = await writer.write<Owner>({
      stream,
      aggregate: OWNERS,
      kind: "fact",
      envelope: {
        cmd: `processing.${fact}/${reader}/${subject}`,
        fp: fingerprint(fingerprintKey, { reference: `${reader}/${subject}`, result: `${fact}/${round}` }),
        at: toInstant(at.getTime()),
        actor: by,
        correlationId: orderIdOf(stream) ?? stream,
        causationId: subject,
      },
      decide: () => [factOf(telling, reason?.text) as Decided],
      keys: reason?.keys,
    });
    const own = written.own?.events[0];
    if (own === undefined) throw new Error("a fact that was appended is not in its stream");
    const [stored] = reason === undefined ? [] : await store.readStream(stream, { from: own.revision, limit: 1 });
    return { eventId: own.id, reason: (stored?.data as { readonly reason?: unknown } | undefined)?.reason };
  }

  /** What was typed, and the customer's key; nothing where there is no customer, or none any more. */
  async #reason({ reason, stream }: Telling): Promise<{ text: string; keys: Subkeys } | undefined> {
    const { writer, keys, reasons } = this.#options;
    if (reason === undefined) return undefined;
    const { state: owner } = await writer.memory.refresh(stream, OWNERS);
    if (owner === undefined) return undefined;
    try {
      const [text, own] = [openReason(reasons, reason), await keys.get(owner.customerId)];
      return text === undefined || own === undefined ? undefined : { text, keys: own };
    } catch (error) {
      if (error instanceof KeyForgottenError) return undefined;
      throw error;
    }
  }
}

function factOf(telling: Telling, reason: string | undefined): Told {
  const { kind, subject, reader: consumer, type: eventType, failureType, failureClass, rule } = telling;
  const aside: SetAside = { consumer, ...(kind === "event" ? { eventId: subject } : { effectId: subject }), eventType };
  const typed = reason === undefined ? {} : { reason: new Personal(reason) };
  switch (telling.fact) {
    case "parked":
      return { type: "processing.parked", data: { ...aside, failureType, failureClass } };
    case "redriven":
      return { type: "processing.redriven", data: { ...aside, ...(rule === undefined ? {} : { rule }), ...typed } };
    case "discarded":
      return { type: "processing.discarded", data: { ...aside, ...typed } };
  }
}
