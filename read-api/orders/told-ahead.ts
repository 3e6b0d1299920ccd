/** Orders that are remembered; the one told longest ago goes first. An order is behind its read model for moments. */
const MOST_REMEMBERED = 10_000;

/**
 * What this process has told of orders from the event store, which is ahead of the read models: whoever asks again is
 * not shown less, although the read model has the order by then, in an earlier state. Callers that go from process to
 * process give the position of their last answer (`X-Position`) and have the same of all of them.
 */
export class ToldAhead {
  readonly #newest = new Map<string, bigint>();
  readonly #most: number;

  constructor(most = MOST_REMEMBERED) {
    this.#most = most;
  }

  /** An order was told up to its event at this commit position. */
  note(orderId: string, commit: bigint): void {
    const before = this.#newest.get(orderId);
    if (before !== undefined && before >= commit) return;
    this.#newest.delete(orderId);
    this.#newest.set(orderId, commit);
    const [oldest] = this.#newest.keys();
    if (this.#newest.size > this.#most && oldest !== undefined) this.#newest.delete(oldest);
  }

  /** Whether an order that is shown up to this commit position would show less than was told already. */
  isLess(orderId: string, commit: bigint): boolean {
    const told = this.#newest.get(orderId);
    return told !== undefined && commit < told;
  }
}
