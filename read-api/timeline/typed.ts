import { isSealed, UnsealError, unseal } from "../../domain/chain/sealing.ts";
import { orderStream } from "../../domain/order/events.ts";
import { KeysUnavailableError } from "../../infra/keys/errors.ts";
import type { TimelineEntry } from "../../projections/views.ts";
import type { ReadServices } from "../services.ts";

/** Fields of events that hold what somebody typed: why it was cancelled or tried again, what was said at the door. */
const TYPED = ["reason", "proof"] as const;

/**
 * Entries with what somebody typed opened, for those who may know whom the order is for. Stays sealed where the
 * customer's key is gone, or cannot be had at the moment.
 */
export async function withTyped(
  { keys, log }: Pick<ReadServices, "keys" | "log">,
  orderId: string,
  customerId: string,
  entries: readonly TimelineEntry[],
): Promise<readonly TimelineEntry[]> {
  if (!entries.some(({ data }) => sealedIn(data))) return entries;
  try {
    const subkeys = (await keys.many([customerId])).get(customerId);
    if (!subkeys) return entries;
    return entries.map((entry) => {
      const sealed = sealedIn(entry.data);
      if (!sealed) return entry;
      try {
        const typed = unseal(subkeys, orderStream(orderId), entry.id, sealed);
        return typeof typed === "string" ? { ...entry, typed } : entry;
      } catch (error) {
        if (!(error instanceof UnsealError)) throw error;
        return entry;
      }
    });
  } catch (error) {
    if (!(error instanceof KeysUnavailableError)) throw error;
    log.warn({ err: error, orderId }, "a timeline is told without what was typed");
    return entries;
  }
}

function sealedIn(data: unknown) {
  if (typeof data !== "object" || data === null) return undefined;
  const fields = data as Readonly<Record<string, unknown>>; // whatever was stored
  return TYPED.map((name) => fields[name]).find(isSealed);
}
