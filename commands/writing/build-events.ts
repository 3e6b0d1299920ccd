import { assertStorable } from "../../domain/chain/canonical-json.ts";
import { eventHash } from "../../domain/chain/chain.ts";
import type { Actor, Metadata, NewEvent, Service } from "../../domain/chain/envelope.ts";
import { eventIdFor } from "../../domain/chain/ids.ts";
import { sealPersonal } from "../../domain/chain/personal.ts";
import { type Subkeys, seal } from "../../domain/chain/sealing.ts";
import type { StorableEvent } from "../../infra/event-store/port.ts";

/** A decided event; `actor` where it is not the command's. */
export type Decided = NewEvent & { readonly actor?: Actor | undefined };

/** What a command says about itself in each of its events. */
export interface Envelope {
  readonly cmd: string;
  readonly fp: string;
  readonly at: string;
  readonly actor: Actor;
  readonly correlationId: string;
  readonly causationId: string;
}

/** Where this process writes from. */
export interface Origin {
  readonly service: Service;
  readonly region: string;
}

/** The end of a stream as it was read: revision of the last event (-1 for none) and its hash (or the genesis hash). */
export interface StreamHead {
  readonly revision: bigint;
  readonly hash: string;
}

/** A personal value was decided for a stream without a customer's key. */
export class SealingKeyMissingError extends Error {
  readonly code = "sealing_key_missing";
}

/**
 * Gives decided events their place in a stream: id, sealed data, metadata and hash, in the contract's order
 * (fingerprint, event id, sealing, hash). Done anew for each try, since the place changes.
 *
 * @param indexes index of each event within its command; events of several commands may be put into one append
 */
export function buildEvents(
  stream: string,
  head: StreamHead,
  entries: readonly {
    readonly decided: Decided;
    readonly index: number;
    readonly envelope: Envelope;
    readonly keys?: Subkeys | undefined;
  }[],
  origin: Origin,
): { events: StorableEvent[]; head: StreamHead } {
  let { revision, hash: prevHash } = head;
  const events = entries.map(({ decided, index, envelope, keys }) => {
    revision += 1n;
    const id = eventIdFor(stream, envelope.cmd, envelope.fp, index);
    const data = sealPersonal(decided.data, (plain) => {
      if (!keys) throw new SealingKeyMissingError(`${decided.type} holds personal data and there is no key to seal it`);
      return seal(keys, stream, id, plain);
    });
    assertStorable(data, decided.type);
    const unhashed: Omit<Metadata, "hash"> = {
      v: 1,
      at: envelope.at,
      actor: decided.actor ?? envelope.actor,
      cmd: envelope.cmd,
      fp: envelope.fp,
      $correlationId: envelope.correlationId,
      $causationId: envelope.causationId,
      service: origin.service,
      region: origin.region,
      prevHash,
      alg: 1,
    };
    const hash = eventHash({ stream, revision: revision.toString(), id, type: decided.type, data, metadata: unhashed });
    prevHash = hash;
    return { id, type: decided.type, data, metadata: { ...unhashed, hash } };
  });
  return { events, head: { revision, hash: prevHash } };
}
