import { type AccessEvent, accessStream } from "../../domain/access/access.ts";
import { fingerprint } from "../../domain/chain/ids.ts";
import { actorOf, type Principal, principalKey } from "../../infra/auth/principal.ts";
import { type Clock, toInstant } from "../../infra/clock.ts";
import type { Aggregate } from "../writing/stream-memory.ts";
import type { StreamWriter } from "../writing/writer.ts";

/** Readings of an order need no state: the look for the own command is all that decides. */
const readings: Aggregate<number> = { name: "access", initial: 0, evolve: (count) => count + 1 };

/** `2026-11-21T10`: a page that asks again and again is one reading an hour. */
const HOUR_DIGITS = 13;

/** Records who of the staff read an order's or a customer's data, once per reader, kind and hour. */
export class OrderAccess {
  readonly #writer: StreamWriter;
  readonly #clock: Clock;
  readonly #fingerprintKey: Uint8Array;

  constructor(writer: StreamWriter, clock: Clock, fingerprintKey: Uint8Array) {
    this.#writer = writer;
    this.#clock = clock;
    this.#fingerprintKey = fingerprintKey;
  }

  /** Resolves when the reading is on record. Rejects with StoreUnavailableError: then nothing may be shown. */
  async record(principal: Principal, orderId: string, what: "order" | "timeline" | "live"): Promise<void> {
    await this.#write(principal, orderId, { orderId, what });
  }

  /** Resolves when it is on record that the contacts of these customers were read; rejects as `record` does. */
  async recordCustomers(principal: Principal, customerIds: readonly string[]): Promise<void> {
    await Promise.all(
      customerIds.map((customerId) => this.#write(principal, customerId, { customerId, what: "contact" })),
    );
  }

  async #write(principal: Principal, id: string, data: AccessEvent["data"]): Promise<void> {
    const at = toInstant(this.#clock.now());
    const cmd = `access.read/${principalKey(principal)}/${data.what}/${at.slice(0, HOUR_DIGITS)}`;
    await this.#writer.write({
      stream: accessStream(id),
      aggregate: readings,
      kind: "fact",
      envelope: {
        cmd,
        fp: fingerprint(this.#fingerprintKey, { command: "access.read", body: { cmd } }),
        at,
        actor: actorOf(principal),
        correlationId: id,
        causationId: cmd,
      },
      decide: (): AccessEvent[] => [{ type: "access.read", data }],
    });
  }
}
