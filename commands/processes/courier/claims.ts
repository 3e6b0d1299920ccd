import type { Actor } from "../../../domain/chain/envelope.ts";
import { fingerprint } from "../../../domain/chain/ids.ts";
import { courierStream } from "../../../domain/courier/courier.ts";
import { type Clock, toInstant } from "../../../infra/clock.ts";
import { couriers } from "../../couriers/courier-aggregate.ts";
import { NoLongerOwnedError } from "../../writing/no-longer-owned.ts";
import type { StreamWriter } from "../../writing/writer.ts";

/** Somebody in the system's name. */
const COURIER: Actor = { type: "system", id: "courier" };

/** A courier, and for which attempt of which order. */
export interface OpenClaim {
  readonly courierId: string;
  readonly orderId: string;
  readonly attempt: number;
}

/** Claims in the couriers' own streams, which are the arbiters of who carries what. */
export class Claims {
  readonly #writer: StreamWriter;
  readonly #clock: Clock;
  readonly #fingerprintKey: Uint8Array;

  constructor(writer: StreamWriter, clock: Clock, fingerprintKey: Uint8Array) {
    this.#writer = writer;
    this.#clock = clock;
    this.#fingerprintKey = fingerprintKey;
  }

  /** Rejects with Refusal when the courier has another order or is off shift. */
  async claim(claim: OpenClaim, held: () => boolean): Promise<void> {
    await this.#write("claim", claim, held);
  }

  async release(claim: OpenClaim, held: () => boolean): Promise<void> {
    await this.#write("release", claim, held);
  }

  /**
   * A claim that came to nothing may be made again for the same attempt of the order: then it is a command of its own,
   * since the one before is found as carried out, and does not hold any more.
   */
  async #write(
    type: "claim" | "release",
    { courierId, orderId, attempt }: OpenClaim,
    held: () => boolean,
  ): Promise<void> {
    for (let nth = 1; ; nth++) {
      const written = await this.#writer.write({
        stream: courierStream(courierId),
        aggregate: couriers.aggregate,
        kind: "fact",
        envelope: {
          cmd: `courier.${type}/${orderId}/${attempt}${nth === 1 ? "" : `/${nth}`}`,
          fp: fingerprint(this.#fingerprintKey, { reference: `${orderId}/${attempt}`, result: type }),
          at: toInstant(this.#clock.now()),
          actor: COURIER,
          correlationId: orderId,
          causationId: `order-${orderId}`,
        },
        decide: (state) => {
          // Directly before the append: a process that wakes up in the middle would take a courier for nothing.
          if (!held()) throw new NoLongerOwnedError(`${type} of courier ${courierId} for order ${orderId}`);
          return couriers.decide({ type, orderId, attempt }, state);
        },
      });
      const { claim } = written.loaded.state;
      const claimed = claim?.orderId === orderId && claim.attempt === attempt;
      if (!written.repeated || claimed === (type === "claim")) return;
    }
  }
}
