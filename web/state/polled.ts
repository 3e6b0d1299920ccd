import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Answer } from "../api/request.ts";
import { type Freshness, freshness } from "./freshness.ts";

/** Something that is asked for again and again while somebody looks. */
export interface Polled<T> {
  readonly data: ReadonlySignal<T | undefined>;
  /** Why the last try failed; what was read before stays. */
  readonly trouble: ReadonlySignal<unknown>;
  readonly freshness: ReadonlySignal<Freshness>;
  /** Asks now, for example after something was done. */
  look(): void;
  stop(): void;
}

/**
 * Asks every so often while the page is visible, and at once when it becomes visible or the network comes back. `every`
 * in milliseconds may depend on what was read; undefined ends it. `known` is shown until the first answer.
 */
export function poll<T>(
  ask: () => Promise<Answer<T>>,
  every: (read: T | undefined) => number | undefined,
  known?: { readonly data: T; readonly asOf: number },
): Polled<T> {
  const data = signal<T | undefined>(known?.data);
  const trouble = signal<unknown>(undefined);
  const asOf = signal<number | undefined>(known?.asOf);
  const failedSince = signal<number | undefined>(undefined);
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let round = 0;

  const look = () => {
    clearTimeout(timer);
    if (stopped || document.visibilityState === "hidden") return;
    const mine = ++round;
    const settled = (then: () => void) => {
      // An answer to a question that has been asked anew since would take the page back.
      if (stopped || mine !== round) return;
      then();
      const pause = every(data.peek());
      if (pause !== undefined || trouble.peek() !== undefined) timer = setTimeout(look, pause ?? 2_000);
    };
    ask().then(
      (answer) =>
        settled(() => {
          data.value = answer.data;
          asOf.value = Date.now() - answer.ageMs;
          trouble.value = failedSince.value = undefined;
        }),
      (error: unknown) =>
        settled(() => {
          trouble.value = error;
          failedSince.value ??= Date.now();
        }),
    );
  };

  document.addEventListener("visibilitychange", look);
  addEventListener("online", look);
  addEventListener("offline", look);
  look();
  return {
    data,
    trouble,
    freshness: computed<Freshness>(() => {
      if (failedSince.value !== undefined) {
        return { kind: "stale", asOf: asOf.value, offlineSince: failedSince.value };
      }
      return asOf.value === undefined ? { kind: "reconnecting" } : { kind: "polled", asOf: asOf.value, delayed: false };
    }),
    look,
    stop() {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
      removeEventListener("online", look);
      removeEventListener("offline", look);
    },
  };
}

/** Lets the freshness line speak of what this feed has read. Returns how to end that. */
export const tellFreshness = (feed: Polled<unknown>): (() => void) =>
  effect(() => {
    freshness.value = feed.freshness.value;
  });
