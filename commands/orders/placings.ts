import { LRUCache } from "lru-cache";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { orderIdOf, orderStream } from "../../domain/order/events.ts";
import type { EventStore } from "../../infra/event-store/port.ts";

/** Orders whose customers are about to be told something. */
const REMEMBERED = 5_000;

/**
 * The first event of orders, as it is stored: it holds what was sealed at the placing. It never changes, so that one
 * that has come by in the live log, or was read, is not read again.
 */
export class Placings {
  readonly #store: Pick<EventStore, "readStream" | "live">;
  readonly #known = new LRUCache<string, RecordedEvent>({ max: REMEMBERED });

  constructor(store: Pick<EventStore, "readStream" | "live">) {
    this.#store = store;
    store.live?.follow({
      event: (event) => {
        if (event.revision === 0n && orderIdOf(event.stream) !== undefined) this.#known.set(event.stream, event);
      },
      gap: () => {},
    });
  }

  /** Undefined when there is no such order. Rejects with StoreUnavailableError. */
  async of(orderId: string): Promise<RecordedEvent | undefined> {
    const stream = orderStream(orderId);
    const known = this.#known.get(stream);
    if (known !== undefined) return known;
    const [first] = await this.#store.readStream(stream, { limit: 1 });
    if (first !== undefined) this.#known.set(stream, first);
    return first;
  }
}
