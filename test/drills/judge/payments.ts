import { isFinal } from "../../../domain/order/state.ts";
import type { Evidence } from "./evidence.ts";

/** The gateway's own log against the orders: one capture for each that is paid, none for others, refunds where owed. */
export function judgePayments({ orders, captures }: Evidence): {
  readonly charges: number;
  readonly refunds: number;
  readonly breaches: string[];
} {
  const breaches: string[] = [];
  let charges = 0;
  let refunds = 0;
  for (const [orderId, order] of orders) {
    const own = captures.get(orderId) ?? [];
    const { confirmed } = order.payment;
    if (own.length > 1) breaches.push(`duplicated: order ${orderId} was charged ${own.length} times`);
    if (confirmed && own.length === 0)
      breaches.push(`order ${orderId} counts as paid, the gateway has captured nothing`);
    if (!confirmed && own.length > 0) breaches.push(`order ${orderId} was charged and does not count as paid`);
    for (const { amount, amount_refunded: refunded } of own) {
      if (amount !== order.total.amount)
        breaches.push(`order ${orderId} of ${order.total.amount} was charged ${amount}`);
      if (order.ended && isFinal(order) && refunded !== amount) {
        breaches.push(`order ${orderId} ended as ${order.ended}, and ${refunded} of ${amount} was given back`);
      }
      const forLines = Math.min(order.payment.owedForLines, amount);
      if (order.delivered && refunded !== forLines) {
        breaches.push(`order ${orderId} was delivered, ${refunded} was given back and ${forLines} owed for its lines`);
      }
      if (refunded > 0) refunds++;
    }
  }
  for (const [orderId, own] of captures) {
    charges += own.length;
    if (!orders.has(orderId)) breaches.push(`the gateway has charged for order ${orderId}, which is not stored`);
  }
  return { charges, refunds, breaches };
}
