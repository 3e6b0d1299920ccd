import { END, EventStoreDBClient, eventTypeFilter } from "@eventstore/db-client";

/** An order's way from its placing to its payment, by the times that the event store has given its events. */
export interface Paid {
  readonly placedAt: number;
  readonly confirmedAt: number;
}

/** Watches the event store from outside: which orders are placed, and when each is paid. */
export class PaymentsSeen {
  readonly paid: Paid[] = [];
  readonly #placed = new Map<string, number>();
  readonly #client: EventStoreDBClient;
  readonly #subscription: ReturnType<EventStoreDBClient["subscribeToAll"]>;

  constructor(eventStoreUrl: string) {
    this.#client = EventStoreDBClient.connectionString(eventStoreUrl);
    this.#subscription = this.#client.subscribeToAll({
      fromPosition: END,
      filter: eventTypeFilter({ prefixes: ["order.placed", "payment.confirmed"] }),
    });
    this.#subscription.on("data", ({ event }) => {
      if (event === undefined) return;
      const at = event.created.getTime();
      if (event.type === "order.placed") this.#placed.set(event.streamId, at);
      else this.#confirmed(event.streamId, at);
    });
    this.#subscription.on("error", (error) => process.stderr.write(`the event store cannot be watched: ${error}\n`));
  }

  /** Orders that are placed and not paid yet. */
  get waiting(): number {
    return this.#placed.size;
  }

  /** Resolves when no order waits, or after the time. */
  async allPaid(withinMs: number): Promise<void> {
    const until = performance.now() + withinMs;
    while (this.waiting > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  async close(): Promise<void> {
    await this.#subscription.unsubscribe().catch(() => undefined);
    await this.#client.dispose();
  }

  #confirmed(stream: string, confirmedAt: number): void {
    const placedAt = this.#placed.get(stream);
    this.#placed.delete(stream);
    if (placedAt !== undefined) this.paid.push({ placedAt, confirmedAt });
  }
}
