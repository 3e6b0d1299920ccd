import type { StoreWatch } from "./store-watch.ts";

/** How long nothing has been appended to the event store. */
export class Quiet {
  readonly #watch: StoreWatch;
  #events: number;
  #since = performance.now();

  constructor(watch: StoreWatch) {
    this.#watch = watch;
    this.#events = watch.events;
  }

  forMs(): number {
    if (this.#watch.events !== this.#events) this.begin();
    return performance.now() - this.#since;
  }

  begin(): void {
    this.#events = this.#watch.events;
    this.#since = performance.now();
  }
}
