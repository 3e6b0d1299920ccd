import { signal } from "@preact/signals";

/** How fresh what the page shows is, on this device's clock. */
export type Freshness =
  | { readonly kind: "live" }
  | { readonly kind: "reconnecting" }
  /** Read at intervals, or answered by a read model that lags (`delayed`). */
  | { readonly kind: "polled"; readonly asOf: number; readonly delayed: boolean }
  | { readonly kind: "stale"; readonly asOf: number | undefined; readonly offlineSince: number };

/** What the freshness line says; set by whatever feeds the page that is open. */
export const freshness = signal<Freshness>({ kind: "reconnecting" });
