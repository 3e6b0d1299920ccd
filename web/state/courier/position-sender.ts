/** Where a phone is, in integer microdegrees, and when that was found: epoch milliseconds. */
export interface Fix {
  readonly lat: number;
  readonly lon: number;
  readonly at: number;
}

export interface PositionSenderOptions {
  /** Sends one. Whatever comes of it, it is not sent again. */
  post(fix: Fix): Promise<unknown>;
  /** Whether there is a connection to send it over. */
  isConnected(): boolean;
  now(): number;
  /** Calls back after a while; returns how to call that off. */
  later(act: () => void, ms: number): () => void;
}

/** At most one in this time. */
const EVERY_MS = 5_000;
/** Somebody who stands still is still there. */
const STANDING_MS = 20_000;
/** What was found longer ago says nothing of where the phone is now. */
const OLD_MS = 45_000;

/**
 * Sends where a phone is: the newest, at most one in five seconds, and again every twenty while it stands still.
 * Nothing waits for a connection: what cannot be sent now is let go.
 */
export class PositionSender {
  readonly #options: PositionSenderOptions;
  #newest: Fix | undefined;
  #sentAt = Number.NEGATIVE_INFINITY;
  #sent: Fix | undefined;
  #sending = false;
  #callOff: (() => void) | undefined;

  constructor(options: PositionSenderOptions) {
    this.#options = options;
  }

  /** The phone was found. */
  found(fix: Fix): void {
    this.#newest = fix;
    this.#look();
  }

  /** Sends nothing more, until the phone is found anew. */
  end(): void {
    this.#newest = undefined;
    this.#callOff?.();
    this.#callOff = undefined;
  }

  #look(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    const fix = this.#newest;
    const now = this.#options.now();
    if (fix === undefined || now - fix.at > OLD_MS) return;
    const due = this.#sentAt + (fix === this.#sent ? STANDING_MS : EVERY_MS);
    if (now < due) {
      this.#callOff = this.#options.later(() => this.#look(), due - now);
      return;
    }
    this.#sentAt = now;
    this.#sent = fix;
    if (!this.#sending && this.#options.isConnected()) void this.#send(fix);
    this.#look();
  }

  async #send(fix: Fix): Promise<void> {
    this.#sending = true;
    try {
      await this.#options.post(fix);
    } catch {
      // The next one is newer than this one could become.
    } finally {
      this.#sending = false;
    }
  }
}
