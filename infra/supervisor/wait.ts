import { setTimeout as sleep } from "node:timers/promises";

/**
 * Asks again and again until the condition holds, at most for `timeoutMs`. Returns whether it held in the end.
 * An abort ends the waiting with `false`.
 */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  options: { everyMs?: number; signal?: AbortSignal } = {},
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!options.signal?.aborted) {
    if (await condition()) return true;
    if (performance.now() >= deadline) return false;
    await sleep(options.everyMs ?? 50, undefined, { signal: options.signal }).catch(() => undefined);
  }
  return false;
}
