import type { Position } from "../../domain/chain/envelope.ts";
import { type OrderEvent, orderIdOf } from "../../domain/order/events.ts";
import { evolve } from "../../domain/order/evolve.ts";
import { extrasInUse, isFinal, type Order, owedRefund } from "../../domain/order/state.ts";
import { createEventStore } from "../../infra/event-store/client.ts";
import type { EventStore } from "../../infra/event-store/port.ts";

const PAGE = 1_000;
const LOOK_MS = 100;
const TIMEOUT_MS = 2_000;

/**
 * Follows the event store from outside while everything around it is killed: where each order stands, by its stream
 * alone. It lags by a tenth of a second, and stands still while the event store is away.
 */
export class StoreWatch {
  readonly store: EventStore;
  readonly orders = new Map<string, Order>();
  /** Orders whose stream begins with something that is no order. */
  readonly unreadable = new Set<string>();
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;
  #after: Position | undefined;
  #events = 0;

  constructor(eventStoreUrl: string) {
    this.store = createEventStore({ url: eventStoreUrl, timeoutMs: TIMEOUT_MS });
    this.#running = this.#run();
  }

  /** Events seen so far. */
  get events(): number {
    return this.#events;
  }

  order(orderId: string): Order | undefined {
    return this.orders.get(orderId);
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#running;
    await this.store.close();
  }

  async #run(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      let more = false;
      try {
        more = await this.#look();
      } catch {
        // The event store is being killed and comes back: the next look goes on where this one stood.
      }
      if (!more) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  async #look(): Promise<boolean> {
    const page = await this.store.readAll(this.#after, PAGE);
    for (const event of page.events) {
      this.#events++;
      const orderId = orderIdOf(event.stream);
      if (orderId === undefined || this.unreadable.has(orderId)) continue;
      try {
        const fact = { type: event.type, data: event.data } as OrderEvent; // what the system writes into these streams
        const order = evolve(this.orders.get(orderId), fact, event.metadata.at);
        if (order) this.orders.set(orderId, order);
      } catch {
        this.unreadable.add(orderId);
      }
    }
    this.#after = page.next;
    return !page.atEnd;
  }
}

/**
 * Nothing more will happen to the order by itself: it has ended, its money is where it belongs, its stock is released; or
 * something of it is set aside and waits for an operator.
 */
export function isSettled(order: Order | undefined): order is Order {
  if (order && order.parked.length > 0) return true;
  if (!order || !isFinal(order) || owedRefund(order) > 0) return false;
  const { payment, fulfilments, ended, ledgerAsked } = order;
  if (ended && payment.intent !== undefined && !payment.confirmed && !payment.cancelled) return false;
  return fulfilments.every((fulfilment) => {
    const { ready, reserved, released, replaced, extras } = fulfilment;
    const inUse = extrasInUse(fulfilment);
    const freed = (one: { readonly reserved: boolean; readonly released: boolean }) =>
      one.released || !(ledgerAsked || one.reserved);
    const over = ended !== undefined || replaced;
    return (
      (ready || !over || freed({ reserved, released })) &&
      extras.every((extra) => (ready && inUse.includes(extra)) || (!over && inUse.includes(extra)) || freed(extra))
    );
  });
}
