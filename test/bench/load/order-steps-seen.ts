import { END, EventStoreDBClient, eventTypeFilter } from "@eventstore/db-client";

/** Steps of an order's way whose times are measured. */
export const STEPS = [
  "order.placed",
  "payment.confirmed",
  "restaurant.notified",
  "restaurant.accepted",
  "driver.assigned",
] as const;
export type Step = (typeof STEPS)[number];

/** Something that was seen to happen to an order. */
export interface Happened {
  readonly orderId: string;
  readonly step: Step;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Watches the event store from outside: when each order first took each step, by the times that the store has given. */
export class OrderStepsSeen {
  readonly #times = new Map<string, Partial<Record<Step, number>>>();
  readonly #client: EventStoreDBClient;
  readonly #subscription: ReturnType<EventStoreDBClient["subscribeToAll"]>;

  constructor(eventStoreUrl: string, told: (happened: Happened) => void) {
    this.#client = EventStoreDBClient.connectionString(eventStoreUrl);
    this.#subscription = this.#client.subscribeToAll({
      fromPosition: END,
      filter: eventTypeFilter({ prefixes: [...STEPS] }),
    });
    this.#subscription.on("data", ({ event }) => {
      const step = STEPS.find((one) => one === event?.type);
      if (event === undefined || step === undefined) return;
      const times = this.#times.get(event.streamId) ?? {};
      times[step] ??= event.created.getTime();
      this.#times.set(event.streamId, times);
      // Orders' events are JSON, written by the project alone.
      const data = event.data as Readonly<Record<string, unknown>>;
      told({ orderId: event.streamId.slice("order-".length), step, data });
    });
    this.#subscription.on("error", (error) => process.stderr.write(`the event store cannot be watched: ${error}\n`));
  }

  /** Milliseconds from one step to another, of every order that has taken both. */
  between(from: Step, to: Step): number[] {
    return [...this.#times.values()].flatMap(({ [from]: begun, [to]: ended }) =>
      begun === undefined || ended === undefined ? [] : [Math.max(0, ended - begun)],
    );
  }

  /** Orders that have taken a step. */
  count(step: Step): number {
    return [...this.#times.values()].filter((times) => times[step] !== undefined).length;
  }

  /** Forgets what was seen so far: what is measured begins now. */
  clear(): void {
    this.#times.clear();
  }

  async close(): Promise<void> {
    await this.#subscription.unsubscribe().catch(() => undefined);
    await this.#client.dispose();
  }
}
