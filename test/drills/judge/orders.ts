import { orderStream } from "../../../domain/order/events.ts";
import { isFinal, statusOf } from "../../../domain/order/state.ts";
import type { Acknowledgement, ClientRecord } from "../world/client-record.ts";
import type { Evidence } from "./evidence.ts";

/** Everything that was acknowledged to a client is in the order's stream, where the answer said. */
export function lostWrites(record: ClientRecord, evidence: Evidence): string[] {
  const all: Acknowledgement[] = [...record.placed.values(), ...record.commands];
  return all.flatMap(({ orderId, command, revision, position }) => {
    const event = evidence.streams.get(orderStream(orderId))?.find((one) => one.revision === BigInt(revision));
    if (!event)
      return [`lost: ${command} of order ${orderId} was acknowledged as revision ${revision}, which is not stored`];
    if (event.position.commit === BigInt(position)) return [];
    return [`lost: ${command} of order ${orderId} was acknowledged at ${position}, stored is another event there`];
  });
}

const ONCE = [
  "order.placed",
  "payment.confirmed",
  "order.delivered",
  "order.cancelled",
  "shipment.scheduled",
  "shipment.shipped",
];

/** Every event id is in the store once, and what happens once in an order's life is in its stream once. */
export function duplicates({ events, streams }: Evidence): string[] {
  const breaches: string[] = [];
  const seen = new Map<string, string>();
  for (const { id, stream, revision } of events) {
    const before = seen.get(id);
    if (before !== undefined) breaches.push(`duplicated: event ${id} is in ${before} and in ${stream}@${revision}`);
    seen.set(id, `${stream}@${revision}`);
  }
  for (const [stream, own] of streams) {
    for (const type of ONCE) {
      const times = own.filter((event) => event.type === type).length;
      if (times > 1) breaches.push(`duplicated: ${stream} has ${times} ${type}`);
    }
    // An order may be given back in parts, for lines that were missing: each part once.
    const refunds = own.flatMap(
      ({ type, data }) => (type === "payment.refunded" ? [(data as { readonly refund: string }).refund] : []), // the contract's shape
    );
    if (new Set(refunds).size < refunds.length) breaches.push(`duplicated: ${stream} has a refund twice`);
  }
  return breaches;
}

/** Where every order stands, by status; and those that stand still for no reason that anybody states. */
export function standing(
  record: ClientRecord,
  { orders, parked }: Evidence,
): { readonly statuses: Readonly<Record<string, number>>; readonly waiting: string[]; readonly breaches: string[] } {
  const statuses: Record<string, number> = {};
  const waiting: string[] = [];
  const breaches: string[] = [];
  for (const orderId of record.placed.keys()) {
    const order = orders.get(orderId);
    const status = order ? statusOf(order) : "missing";
    statuses[status] = (statuses[status] ?? 0) + 1;
    const reasons = parked.filter(({ stream }) => stream === orderStream(orderId));
    // What the outside world did not do after all tries waits for an operator; what our own code cannot handle is a fault.
    for (const { consumer, message, failureClass } of reasons) {
      if (failureClass === "poison") breaches.push(`order ${orderId} was parked by ${consumer}: ${message}`);
    }
    if (order && isFinal(order)) continue;
    if (reasons.length === 0) breaches.push(`order ${orderId} stands still as ${status} and nobody states why`);
  }
  for (const { consumer, stream, message } of parked)
    waiting.push(`${stream} waits in quarantine of ${consumer}: ${message}`);
  return { statuses, waiting, breaches };
}

/** A customer who watched an order was in the end shown what is stored. */
export function staleScreens({ shown }: ClientRecord, { orders }: Evidence): string[] {
  return [...shown].flatMap(([orderId, status]) => {
    const order = orders.get(orderId);
    const stored = order ? statusOf(order) : "missing";
    return stored === status ? [] : [`a screen shows order ${orderId} as ${status}, stored is ${stored}`];
  });
}
