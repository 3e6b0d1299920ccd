import type { Actor } from "../../domain/chain/envelope.ts";
import { fingerprint } from "../../domain/chain/ids.ts";
import type { Subkeys } from "../../domain/chain/sealing.ts";
import type { OrderDecision } from "../../domain/order/decide.ts";
import { orderStream } from "../../domain/order/events.ts";
import type { OrderState } from "../../domain/order/state.ts";
import { type Clock, toInstant } from "../../infra/clock.ts";
import { failpoint } from "../../infra/failpoints.ts";
import { orders } from "../orders/order-aggregate.ts";
import { NoLongerOwnedError } from "../writing/no-longer-owned.ts";
import type { StreamWriter, Written } from "../writing/writer.ts";
import type { Effect } from "./runner/process-manager.ts";

/** What identifies a fact beside its type: what the outside calls it, how much, and how it ended. Never a time. */
export interface FactIdentity {
  readonly reference: string;
  readonly amount?: number | undefined;
  readonly result: string;
}

/** Appends what process managers have learnt to the order's stream. */
export class FactRecorder {
  readonly #writer: StreamWriter;
  readonly #clock: Clock;
  readonly #fingerprintKey: Uint8Array;

  constructor(writer: StreamWriter, clock: Clock, fingerprintKey: Uint8Array) {
    this.#writer = writer;
    this.#clock = clock;
    this.#fingerprintKey = fingerprintKey;
  }

  /**
   * Records the outcome of an effect. `decide` gets the order as it is at the expected revision. The effect's id is the
   * `cmd`, so a repeat of the effect with the same outcome is recognised, and another outcome is a further fact.
   *
   * @param keys the customer's, where what is decided holds personal data
   */
  async record(
    effect: Pick<Effect, "orderId" | "id" | "held">,
    actor: Actor,
    { reference, amount, result }: FactIdentity,
    decide: (state: OrderState) => readonly OrderDecision[],
    keys?: Subkeys,
  ): Promise<Written<OrderState>> {
    assertHeld(effect);
    failpoint("effect.before-append");
    const written = await this.#writer.write({
      stream: orderStream(effect.orderId),
      aggregate: orders,
      kind: "fact",
      keys,
      envelope: {
        cmd: effect.id,
        fp: fingerprint(this.#fingerprintKey, { reference, amount, result }),
        at: toInstant(this.#clock.now()),
        actor,
        correlationId: effect.orderId,
        causationId: effect.id,
      },
      decide: (state) => {
        // Asked again directly before the append: the order may have been read for longer than the lease lasts.
        assertHeld(effect);
        return decide(state);
      },
    });
    failpoint("effect.after-append");
    return written;
  }
}

function assertHeld({ id, orderId, held }: Pick<Effect, "orderId" | "id" | "held">): void {
  if (!held()) throw new NoLongerOwnedError(`effect ${id} of order ${orderId}`);
}
