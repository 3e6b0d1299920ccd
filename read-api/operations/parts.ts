/** What one part of the system answered, or why it could not be asked. Times are RFC 3339 of this machine. */
export type Part<T> =
  | { readonly at: string; readonly data: T }
  | {
      readonly at: string;
      /** For people. */
      readonly trouble: string;
    };

/** How long a part may take before it counts as one that cannot be asked. */
const WITHIN_MS = 3_000;
/** For so long an answer serves everybody who asks: any number of screens cost as much as one. */
const KEPT_MS = 2_000;

/**
 * A part that is asked when somebody wants to know: at most once at a time, and not again while what it said is fresh.
 * Never rejects.
 */
export function part<T>(ask: () => Promise<T>, withinMs = WITHIN_MS, keptMs = KEPT_MS): () => Promise<Part<T>> {
  let last: { readonly endsAt: number; readonly part: Part<T> } | undefined;
  let running: Promise<Part<T>> | undefined;
  const once = async (): Promise<Part<T>> => {
    const answer = await settled(ask, withinMs);
    last = { endsAt: performance.now() + keptMs, part: answer };
    return answer;
  };
  return () => {
    if (last !== undefined && performance.now() < last.endsAt) return Promise.resolve(last.part);
    running ??= once().finally(() => {
      running = undefined;
    });
    return running;
  };
}

async function settled<T>(ask: () => Promise<T>, withinMs: number): Promise<Part<T>> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${withinMs / 1_000} s`)), withinMs);
  try {
    const data = await Promise.race([ask(), late]);
    return { at: new Date().toISOString(), data };
  } catch (error) {
    return { at: new Date().toISOString(), trouble: reasonOf(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** Node gathers failed connection attempts in an error without words of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return reasonOf(error.errors[0]);
  return error instanceof Error && error.message !== "" ? error.message : String(error);
}
