import { type ReadonlySignal, signal, untracked } from "@preact/signals";

/** The answer to the question that was asked last. */
export interface Latest<T> {
  readonly data: ReadonlySignal<T | undefined>;
  readonly trouble: ReadonlySignal<unknown>;
  readonly asking: ReadonlySignal<boolean>;
  /** Asks; what was asked before and is still on its way is not waited for. Without a question nothing is shown. */
  ask(question: (() => Promise<T>) | undefined, keep?: boolean): void;
}

/** Keeps the answer to the last question: one that comes late never takes its place. */
export function latest<T>(): Latest<T> {
  const data = signal<T | undefined>(undefined);
  const trouble = signal<unknown>(undefined);
  const asking = signal(false);
  let round = 0;
  return {
    data,
    trouble,
    asking,
    ask(question, keep = false) {
      const mine = ++round;
      trouble.value = undefined;
      asking.value = question !== undefined;
      if (!keep) data.value = undefined;
      // Whoever asks in an effect depends on what it asks about, and not on the token that is sent along.
      untracked(() => question?.())?.then(
        (answer) => {
          if (mine !== round) return;
          data.value = answer;
          asking.value = false;
        },
        (error: unknown) => {
          if (mine !== round) return;
          trouble.value = error;
          asking.value = false;
        },
      );
    },
  };
}
