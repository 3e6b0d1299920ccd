import { ApiProblem, isPassing, NoAnswer } from "../../api/problem.ts";
import { answered, declined, type Kept, type Tap } from "./taps.ts";

export interface SenderOptions {
  /** Changes what is kept, reading it first: another page of this browser may have changed it. */
  update(change: (kept: Kept) => Kept): void;
  /** What waits to be sent, the oldest first. */
  waiting(): readonly Tap[];
  /** Sends one tap, and resolves to the position that it reached. */
  post(tap: Tap): Promise<string | undefined>;
  /** A tap was carried out, and is about to be forgotten; without a position it was refused, and is forgotten already. */
  sent(tap: Tap, position: string | undefined): void;
  /** Calls back after a while; returns how to call that off. */
  later(act: () => void, ms: number): () => void;
}

const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 10_000;

/** Sends what was tapped: one after the other, each until it is answered, none before the one it follows. */
export class Sender {
  readonly #options: SenderOptions;
  #pause = FIRST_PAUSE;
  #sending = false;
  #callOff: (() => void) | undefined;
  #ended = false;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Sends now what waits. To be called after a tap, when the network comes back, and when the page is opened. */
  async send(): Promise<void> {
    if (this.#sending || this.#ended) return;
    this.#sending = true;
    this.#callOff?.();
    try {
      for (let tap = this.#first(); tap !== undefined; tap = this.#first()) {
        if (!(await this.#settle(tap))) break;
        this.#pause = FIRST_PAUSE;
      }
    } finally {
      this.#sending = false;
    }
    if (this.#ended || this.#first() === undefined) return;
    this.#callOff = this.#options.later(() => void this.send(), this.#pause);
    this.#pause = Math.min(LONGEST_PAUSE, this.#pause * 2);
  }

  end(): void {
    this.#ended = true;
    this.#callOff?.();
  }

  #first(): Tap | undefined {
    return this.#ended ? undefined : this.#options.waiting()[0];
  }

  /** False when it was not answered: it stays first, with its key. */
  async #settle(tap: Tap): Promise<boolean> {
    const { post, update, sent } = this.#options;
    try {
      const position = await post(tap);
      sent(tap, position);
      update((kept) => answered(kept, tap));
      return true;
    } catch (error) {
      if (!(error instanceof ApiProblem)) {
        if (error instanceof NoAnswer) return false;
        throw error;
      }
      // Somebody whose token has run out signs in again and sends it then.
      if (isPassing(error) || error.status === 401) return false;
      update((kept) => declined(kept, tap, error.code, error.detail ?? error.title));
      sent(tap, undefined);
      return true;
    }
  }
}
