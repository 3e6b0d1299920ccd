import type { Principal } from "../../infra/auth/principal.ts";
import { failpoint } from "../../infra/failpoints.ts";
import type { Snapshot, TopicSource } from "../topic-source.ts";

type Reading = Promise<Snapshot | undefined>;

/**
 * Reads snapshots, few at a time, so that ten thousand sockets that come back together do not take every database
 * connection. A topic that looks the same for everybody is read once for all who wait for it, provided that the
 * reading has not begun: one that has may already be too old for who asks now.
 */
export class SnapshotReader {
  readonly #mostAtOnce: number;
  readonly #queue: (() => void)[] = [];
  readonly #notBegun = new Map<string, Reading>();
  #running = 0;

  constructor(mostAtOnce: number) {
    this.#mostAtOnce = mostAtOnce;
  }

  /** Rejects when the source does. The queue is bounded by the subscriptions, of which each has one reading at most. */
  read(source: TopicSource, topic: string, principal: Principal): Reading {
    if (source.view !== undefined) return this.#enqueue(() => source.snapshot(topic, principal));
    const waiting = this.#notBegun.get(topic);
    if (waiting) return waiting;
    const reading = this.#enqueue(() => {
      this.#notBegun.delete(topic);
      return source.snapshot(topic, principal);
    });
    if (this.#queue.length > 0) this.#notBegun.set(topic, reading);
    return reading;
  }

  #enqueue(read: () => Reading): Reading {
    return new Promise((resolve, reject) => {
      this.#queue.push(() => {
        this.#running++;
        failpoint("gateway.before-snapshot");
        read()
          .then(resolve, reject)
          .finally(() => {
            this.#running--;
            this.#next();
          });
      });
      queueMicrotask(() => this.#next());
    });
  }

  #next(): void {
    while (this.#running < this.#mostAtOnce) {
      const begin = this.#queue.shift();
      if (begin === undefined) return;
      begin();
    }
  }
}
