import type { CourierWork } from "../../../projections/views.ts";
import { readStored, storedSignal } from "../stored.ts";
import { type Kept, NOTHING_KEPT } from "./taps.ts";

const TAPS = "courier-taps";
const stored = storedSignal<Kept>(TAPS, NOTHING_KEPT);

/** What was tapped on this device and is not answered, and what was refused; outlives the page. */
export const kept = stored.signal;

/** Changes it. Another page of this browser may have changed it a moment ago: its storage is read first. */
export const changeKept = (change: (kept: Kept) => Kept): boolean =>
  stored.set(change(readStored<Kept>(TAPS) ?? kept.peek()));

/** What was read last, for a page that is opened in a tunnel. */
export interface KnownWork {
  readonly work: CourierWork;
  /** When it was read, and how far the business clock was ahead of this device's then; milliseconds. */
  readonly readAt: number;
  readonly ahead: number;
}

/** What was read last, with the address of an order for as long as it is theirs. */
export const knownWork = storedSignal<KnownWork | undefined>("courier-work", undefined);

/** The city that was ridden in last. */
export const lastCity = storedSignal<string | undefined>("courier-city", undefined);
