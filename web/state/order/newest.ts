import type { OrderView } from "../../../projections/views.ts";
import { compareVersions } from "../../../realtime/protocol.ts";

/**
 * The view to show of two of the same order. An order is told in two ways that are not in step: a read may come from
 * the event store, ahead of the snapshot of the live topic, and an answer may come after a delta that it does not know
 * of. The revision decides, so that the screen never goes back, whatever comes last.
 */
export function newest(known: OrderView | undefined, next: OrderView): OrderView {
  if (known === undefined) return next;
  const order = compareVersions(next.revision, known.revision);
  if (order < 0) return known;
  // Live topics leave the contact out; it does not change with the order.
  return next.contact === undefined && known.contact !== undefined ? { ...next, contact: known.contact } : next;
}
