/** Resolves after `ms`, or at once when the signal is aborted: the caller looks at the signal, nothing is thrown. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done, { once: true });
  });
}

export interface Growth {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Pauses that double from `firstMs` to `lastMs`, shortened at random by up to half so that processes do not march. */
export class GrowingPause {
  readonly #growth: Growth;
  #next: number;

  constructor(growth: Growth) {
    this.#growth = growth;
    this.#next = growth.firstMs;
  }

  /** The next try is to begin with the shortest pause again. */
  reset(): void {
    this.#next = this.#growth.firstMs;
  }

  wait(signal?: AbortSignal): Promise<void> {
    const ms = this.#next * (0.5 + Math.random() / 2);
    this.#next = Math.min(this.#next * 2, this.#growth.lastMs);
    return pause(ms, signal);
  }
}

/** The message of whatever was thrown. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
