import type { RecordedEvent } from "../../../domain/chain/envelope.ts";
import type { Consumer } from "../../../infra/consumers/consumer.ts";
import type { Projection } from "../../../projections/runner/projection.ts";

/**
 * A program that is mended at some moment: from then on each read model knows what the events mean that it could not
 * handle. What it could handle it has taken as it was, and does so still.
 */
export class Mending {
  readonly #meant: ReadonlyMap<string, RecordedEvent>;
  #parked: ReadonlyMap<string, ReadonlySet<string>> | undefined;

  constructor(meant: ReadonlyMap<string, RecordedEvent>) {
    this.#meant = meant;
  }

  /** @param parked what each read model could not handle: ids of events by its name */
  mend(parked: ReadonlyMap<string, ReadonlySet<string>>): void {
    this.#parked = parked;
  }

  /** The read model as the program of the moment handles it; one that keeps events as they are stays as it is. */
  projection(projection: Projection): Projection {
    if (projection.asItIs) return projection;
    return {
      ...projection,
      asItIs: this.#parked !== undefined,
      handle: (batch, context) => projection.handle(this.#read(projection.name, batch), context),
    };
  }

  /** @param name of its read model */
  consumer(name: string, consumer: Consumer, more: Pick<Consumer, "afterCommit">): Consumer {
    const isMended = () => this.#parked !== undefined;
    return {
      ...consumer,
      ...more,
      // Whether an event can be read is looked at by the program as it was.
      get asItIs() {
        return consumer.asItIs === true || isMended();
      },
      apply: (batch, tx, context) => consumer.apply(consumer.asItIs ? batch : this.#read(name, batch), tx, context),
    };
  }

  #read(name: string, batch: readonly RecordedEvent[]): readonly RecordedEvent[] {
    const parked = this.#parked?.get(name);
    if (parked === undefined) return batch;
    return batch.map((event) => {
      const meant = parked.has(event.id) ? this.#meant.get(event.id) : undefined;
      return meant === undefined ? event : { ...event, data: meant.data };
    });
  }
}
