/**
 * Durations in buckets whose width grows with the duration, so that counts can be added over any sites and hours and a
 * percentile read from the sum is at most 5 % off. The scheme is DDSketch's (Masson, Rim, Lee: "DDSketch: a fast and
 * fully-mergeable quantile sketch with relative-error guarantees", PVLDB 12, 2019): bucket i holds (γ^(i-1), γ^i] with
 * γ = (1 + α) / (1 - α), and answers with 2γ^i / (γ + 1).
 *
 * Bounds come from multiplications alone, which give the same bits on every machine; a logarithm need not.
 */

/** Most that a percentile may be off, as a share of the true value. */
export const RELATIVE_ERROR = 0.05;

const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);

/** Longer than any step: a parcel may wait for weeks. What is longer still lies in the last bucket. */
const LONGEST_MS = 400 * 24 * 60 * 60_000;

/** Upper bounds of the buckets, from bucket 0 (up to 1 ms) on. */
const BOUNDS: readonly number[] = (() => {
  const bounds = [1];
  for (let bound = GAMMA; bound < LONGEST_MS; bound *= GAMMA) bounds.push(bound);
  return bounds;
})();

/** The bucket of a duration in milliseconds; what is not longer than 0 is in bucket -1. */
export function bucketOf(ms: number): number {
  if (ms <= 0) return -1;
  let [low, high] = [0, BOUNDS.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ms <= (BOUNDS[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The duration in milliseconds that stands for a bucket. */
export const durationOf = (bucket: number): number =>
  bucket < 0 ? 0 : Math.round(((BOUNDS[Math.min(bucket, BOUNDS.length - 1)] ?? 0) * 2) / (GAMMA + 1));
