const SECONDS = 10;

/** Events per second over the last ten seconds, in one bucket for each second of a clock that only goes forward. */
export class RateMeter {
  readonly #counts = new Array<number>(SECONDS).fill(0);
  readonly #now: () => number;
  #second: number;
  readonly #since: number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#since = now();
    this.#second = Math.floor(this.#since / 1000);
  }

  add(count: number): void {
    const slot = this.#advance() % SECONDS;
    this.#counts[slot] = (this.#counts[slot] ?? 0) + count;
  }

  perSecond(): number {
    this.#advance();
    const seconds = Math.min(SECONDS, Math.max(1, (this.#now() - this.#since) / 1000));
    return this.#counts.reduce((sum, count) => sum + count, 0) / seconds;
  }

  #advance(): number {
    const second = Math.floor(this.#now() / 1000);
    const from = Math.max(this.#second + 1, second - SECONDS + 1);
    for (let passed = from; passed <= second; passed++) this.#counts[passed % SECONDS] = 0;
    this.#second = Math.max(this.#second, second);
    return this.#second;
  }
}
