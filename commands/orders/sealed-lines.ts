import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { Personal } from "../../domain/chain/personal.ts";
import { isSealed, type Subkeys, unseal } from "../../domain/chain/sealing.ts";
import { type Contact, type OrderEvent, type OrderLine, orderStream } from "../../domain/order/events.ts";
import type { Order } from "../../domain/order/state.ts";
import type { EventStore } from "../../infra/event-store/port.ts";
import type { CustomerKeys } from "../../infra/keys/customer-keys.ts";

/** What was sealed for earlier events of an order, opened so that it can be sealed for another one. */
export interface OpenedLines {
  /** The lines with their notes in plain text, on their way into an event; without them where the key is gone. */
  readonly lines: readonly OrderLine[];
  /** Where the order goes, in microdegrees; undefined where nobody has said, or the key is gone. */
  readonly position: Contact["position"];
  /** What they are sealed under again. */
  readonly keys: Subkeys | undefined;
}

/**
 * Opens notes of an order's lines. A sealed value is tied to its event, so a line that another event takes over carries
 * its note sealed anew. After an erasure there is nothing to take over.
 */
export class SealedLines {
  readonly #store: EventStore;
  readonly #keys: Pick<CustomerKeys, "get">;

  constructor(store: EventStore, keys: Pick<CustomerKeys, "get">) {
    this.#store = store;
    this.#keys = keys;
  }

  /** Rejects with KeysUnavailableError, StoreUnavailableError or UnsealError. */
  async open(order: Order, lines: readonly OrderLine[]): Promise<OpenedLines> {
    const keys = await this.#keys.get(order.customerId);
    if (!keys) {
      return { lines: lines.map((line) => ({ ...line, note: undefined })), position: undefined, keys: undefined };
    }
    const stream = orderStream(order.orderId);
    const events = await this.#store.readStream(stream);
    const sealedFor = eventsOfNotes(events);
    const noteOf = ({ note }: OrderLine): OrderLine["note"] => {
      const eventId = isSealed(note) ? sealedFor.get(note.ct) : undefined;
      // Sealed by the placing, which takes text.
      return eventId !== undefined && isSealed(note)
        ? new Personal(unseal(keys, stream, eventId, note) as string)
        : undefined;
    };
    return {
      lines: lines.map((line) => ({ ...line, note: noteOf(line) })),
      position: contactOf(events[0], keys)?.position,
      keys,
    };
  }
}

/** The event that each note was sealed for, by the note's ciphertext. */
function eventsOfNotes(events: readonly RecordedEvent[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { id, type, data } of events) {
    const fact = { type, data } as OrderEvent; // only the project writes order streams; the contract's shapes
    for (const { note } of linesOf(fact)) if (isSealed(note)) found.set(note.ct, id);
  }
  return found;
}

function linesOf(event: OrderEvent): readonly OrderLine[] {
  if (event.type === "order.line_substituted") return [event.data.substitute];
  if (event.type !== "order.placed" && event.type !== "order.rerouted") return [];
  return event.data.fulfilments.flatMap(({ lines }) => lines);
}

function contactOf(first: RecordedEvent | undefined, keys: Subkeys): Contact | undefined {
  if (first?.type !== "order.placed") return undefined;
  const { contact } = first.data as { readonly contact: unknown }; // the contract's shape
  return isSealed(contact) ? (unseal(keys, first.stream, first.id, contact) as Contact) : undefined; // sealed as one
}
