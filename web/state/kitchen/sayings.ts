import type { MutableEntry, Said } from "./entry.ts";

/** How long a ticket says what came of a touch. */
const SAID_FOR = 6_000;

/** What tickets say for a while. */
export class Sayings {
  readonly #since = new Map<MutableEntry, number>();

  say(entry: MutableEntry, said: Said): void {
    entry.said.value = said;
    this.#since.set(entry, Date.now());
  }

  /** Takes back what was said long enough ago. */
  sweep(now: number): void {
    for (const [entry, since] of this.#since) {
      if (now - since < SAID_FOR) continue;
      this.#since.delete(entry);
      entry.said.value = undefined;
    }
  }
}
