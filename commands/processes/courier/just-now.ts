/** Names that were added within a time, on the monotonic clock. They leave in the order in which they came. */
export class JustNow {
  readonly #forMs: number;
  readonly #since = new Map<string, number>();

  constructor(forMs: number) {
    this.#forMs = forMs;
  }

  add(name: string): void {
    this.#since.delete(name);
    this.#since.set(name, performance.now());
  }

  has(name: string): boolean {
    this.#forget();
    return this.#since.has(name);
  }

  count(): number {
    this.#forget();
    return this.#since.size;
  }

  #forget(): void {
    const before = performance.now() - this.#forMs;
    for (const [name, since] of this.#since) {
      if (since > before) return;
      this.#since.delete(name);
    }
  }
}
