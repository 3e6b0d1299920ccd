import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Found } from "../../../commands/reconciliation/difference.ts";
import { capturesIn } from "../judge/evidence.ts";
import { bookingsIn } from "../judge/parcels.ts";
import { ordertrail } from "./command.ts";

/** What the outside has done for orders that nobody knows any more, by the outside's own logs. */
export interface DoneOutside {
  /** Orders by their captures: the intents. */
  readonly captures: ReadonlyMap<string, string>;
  /** Orders by their parcels: the bookings. */
  readonly parcels: ReadonlyMap<string, string>;
}

/** Reads it from the logs of the gateway and the carrier, for the orders that are named. */
export async function doneOutside(dataDir: string, orderIds: readonly string[]): Promise<DoneOutside> {
  const charges = capturesIn(await readFile(join(dataDir, "simulators", "payments.jsonl"), "utf8"));
  const captures = new Map<string, string>();
  for (const id of orderIds) for (const one of charges.get(id) ?? []) captures.set(one.payment_intent, id);
  const parcels = new Map<string, string>();
  for (const { booking, reference, status } of await bookingsIn(dataDir)) {
    const [orderId = ""] = reference.split(":");
    if (orderIds.includes(orderId) && status !== "cancelled") parcels.set(booking, orderId);
  }
  return { captures, parcels };
}

/** What the judge says of these orders, and only that: known outside, and not in the log. It is to be told, not to be hidden. */
export const isKnownOutsideOnly = (breach: string, orderIds: readonly string[]): boolean =>
  orderIds.some(
    (id) =>
      breach === `the gateway has charged for order ${id}, which is not stored` ||
      (breach.startsWith(`the carrier has booked ${id}:`) && breach.endsWith(", which is not stored")) ||
      (breach.startsWith("the mail server has ") &&
        breach.includes(`.${id}@`) &&
        breach.endsWith(", and no order knows that it was told")),
  );

/** Reconciliation names each of them, by its reference and its order, and nothing else: all other orders agree with the outside. */
export async function reconciliationBreaches(dataDir: string, { captures, parcels }: DoneOutside): Promise<string[]> {
  // Everything has ended: nothing is too young to be compared.
  const settled = { RECONCILE_SETTLED_MS: "0" };
  const { out, err } = await ordertrail(["reconcile", "--since", "1d", "--dry-run", "--json"], dataDir, settled);
  if (out === "") return [`reconciliation says nothing: ${err}`];
  const { differences } = JSON.parse(out) as { readonly differences: readonly Found[] }; // as the command prints it
  const expected = new Map<string, string>([
    ...[...captures].map(([intent, id]) => [`capture_without_order ${intent}`, id] as const),
    ...[...parcels].map(([booking, id]) => [`parcel_without_order ${booking}`, id] as const),
  ]);
  const breaches: string[] = [];
  for (const { kind, reference, orderId } of differences) {
    const what = `${kind} ${reference}`;
    if (expected.get(what) !== orderId) breaches.push(`reconciliation names ${what} of order ${orderId}`);
    expected.delete(what);
  }
  for (const [what, id] of expected) breaches.push(`reconciliation does not name ${what} of the lost order ${id}`);
  return breaches;
}
