import {
  type BulkheadPolicy,
  BulkheadRejectedError,
  bulkhead,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhenResult,
  TaskCancelledError,
  type TimeoutPolicy,
  TimeoutStrategy,
  timeout,
} from "cockatiel";

/** What keeps an outside system at a place from harming the others. All of it is real time. */
export interface CircuitPolicy {
  /** How long one call may take in all, in milliseconds; what the gateways allow for one request is less. */
  readonly timeoutMs: number;
  /** Transient failures in a row that open the circuit. */
  readonly failures: number;
  /** While it is open it is asked so often whether the system answers again, in milliseconds. */
  readonly probeMs: number;
  /** Calls at once; as many more wait for their turn. */
  readonly atOnce: number;
}

export type CircuitStateName = "closed" | "open";

/** A call that was not made, or was given up: the other side has not answered. */
export class NotAnsweredError extends Error {
  readonly code = "outside_not_answered";
  /** `open`, `full`: it was never asked. `late`: it may have done what it was asked. */
  readonly why: "open" | "full" | "late";

  constructor(why: "open" | "full" | "late") {
    super({ open: "the circuit is open", full: "too many calls wait already", late: "no answer in time" }[why]);
    this.why = why;
  }
}

/** Timeout, circuit and bulkhead of one outside system at one place. `isFailure` tells the results that count against it. */
export class Circuit<Result> {
  readonly #policy: CircuitPolicy;
  readonly #breaker: CircuitBreakerPolicy;
  readonly #places: BulkheadPolicy;
  readonly #limit: TimeoutPolicy;
  #triedAt = 0;

  constructor(
    policy: CircuitPolicy,
    isFailure: (result: unknown) => boolean,
    begin: { readonly open: boolean } = { open: false },
  ) {
    this.#policy = policy;
    this.#limit = timeout(policy.timeoutMs, TimeoutStrategy.Aggressive);
    this.#places = bulkhead(policy.atOnce, policy.atOnce);
    const failing = handleWhenResult(isFailure).orType(TaskCancelledError);
    // Who may try it while it is open is decided here. Cockatiel's own waiting goes by the clock of the machine, which
    // may be set back: no waiting at all, whatever it says.
    this.#breaker = circuitBreaker(failing, {
      halfOpenAfter: Number.NEGATIVE_INFINITY,
      breaker: new ConsecutiveBreaker(policy.failures),
      // The shape of cockatiel's own `toJSON`.
      ...(begin.open && {
        initialState: {
          ownState: { value: CircuitState.Open, openedAt: 0, attemptNo: 1 },
          breakerState: policy.failures,
        },
      }),
    });
    this.#breaker.onBreak(() => {
      this.#triedAt = performance.now();
    });
  }

  get state(): CircuitStateName {
    return this.#breaker.state === CircuitState.Closed ? "closed" : "open";
  }

  /** Tells of each opening and closing. */
  onChange(listener: (state: CircuitStateName) => void): void {
    let last = this.state;
    this.#breaker.onStateChange(() => {
      if (this.state === last) return;
      last = this.state;
      listener(last);
    });
  }

  /**
   * Makes a call. Rejects with NotAnsweredError, or with what the call throws.
   *
   * @param lastWord an open circuit lets this call through when it is time to try: nobody probes this system
   */
  async call(act: (signal: AbortSignal) => Promise<Result>, lastWord: boolean): Promise<Result> {
    if (!this.#admits(lastWord)) throw new NotAnsweredError("open");
    try {
      return await this.#places.execute(() => {
        // It may have opened while the call waited for its turn.
        if (this.state !== "closed" && !this.#tryNow(lastWord)) throw new NotAnsweredError("open");
        return this.#ask(act);
      });
    } catch (error) {
      throw error instanceof BulkheadRejectedError ? new NotAnsweredError("full") : error;
    }
  }

  /**
   * Asks whether the system answers again; a result that is no failure closes the circuit. `act` must not throw: to
   * cockatiel an error that it is not told of is as good as an answer.
   */
  async probe(act: (signal: AbortSignal) => Promise<Result>): Promise<void> {
    if (this.state === "closed") return;
    await this.#ask(act);
  }

  async #ask(act: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    try {
      return await this.#breaker.execute(({ signal }) => this.#limit.execute((context) => act(context.signal), signal));
    } catch (error) {
      throw error instanceof TaskCancelledError ? new NotAnsweredError("late") : error;
    }
  }

  #admits(lastWord: boolean): boolean {
    return this.state === "closed" || (lastWord && performance.now() - this.#triedAt >= this.#policy.probeMs);
  }

  /** One call at a time tries an open circuit. */
  #tryNow(lastWord: boolean): boolean {
    if (!this.#admits(lastWord)) return false;
    this.#triedAt = performance.now();
    return true;
  }
}
