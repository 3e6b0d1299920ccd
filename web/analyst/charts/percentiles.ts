/** The percentiles that are shown, in their order. */
export const PERCENTILES = ["p50Ms", "p90Ms", "p99Ms"] as const;
export type Percentile = (typeof PERCENTILES)[number];

/** The same in every language. */
export const NAMES: Readonly<Record<Percentile, string>> = { p50Ms: "p50", p90Ms: "p90", p99Ms: "p99" };
