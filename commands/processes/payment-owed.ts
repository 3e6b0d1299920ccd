import { isReserved, type Order, owedRefund } from "../../domain/order/state.ts";
import type { Outside } from "../../infra/outside/outside.ts";
import { firstAttempt } from "./effect-ids.ts";
import type { Owed } from "./runner/process-manager.ts";

/** The payment gateway, for the orders of one city: what is wrong with the one city's is kept from the others. */
export const outsideOf = (order: Order): Outside => ({ system: "payment", place: order.fulfilments[0]?.city ?? "" });

/** In the place of an intent where there is nothing to charge: an order that costs nothing is confirmed as paid. */
export const NO_INTENT = "none";

/** A reservation is held at least this long after the last planned attempt. */
const HOLD_AFTER_ATTEMPT_MS = 120_000;

/** What an order is owed by the payment gateway. */
export function owedPayments(order: Order): readonly Owed[] {
  const { payment } = order;
  const placedAt = Date.parse(order.placedAt);
  const outside = outsideOf(order);
  const owed: Owed[] = [];
  if (!order.ended && !order.delivered && !payment.confirmed) {
    owed.push(...charge(order));
    const lastPlanned =
      payment.nextAttemptAt === undefined ? 0 : Date.parse(payment.nextAttemptAt) + HOLD_AFTER_ATTEMPT_MS;
    owed.push({
      id: firstAttempt("payment.expire"),
      dueAt: Math.max(Date.parse(order.holdUntil), lastPlanned),
      outside,
    });
  }
  if (order.ended && payment.intent !== undefined && !payment.confirmed && !payment.cancelled) {
    owed.push({ id: firstAttempt("payment.cancel"), dueAt: placedAt, outside });
  }
  if (owedRefund(order) > 0) {
    const planned = payment.refundNextAttemptAt === undefined ? placedAt : Date.parse(payment.refundNextAttemptAt);
    owed.push({
      id: `payment.refund/${refundNumber(order)}`,
      dueAt: planned,
      outside,
      early: payment.refundNextAttemptAt !== undefined,
    });
  }
  return owed;
}

function charge(order: Order): Owed[] {
  const { payment } = order;
  if (!isReserved(order) || payment.cancelled) return [];
  const dueAt = Date.parse(payment.nextAttemptAt ?? order.placedAt);
  const attempt = payment.attempts + 1;
  if (order.total.amount === 0) return [{ id: `payment.confirm/${attempt}`, dueAt }];
  const retry = { dueAt, outside: outsideOf(order), early: payment.attempts > 0 };
  return payment.intent === undefined
    ? [{ id: firstAttempt("payment.create"), ...retry }]
    : [{ id: `payment.confirm/${attempt}`, ...retry }];
}

/** Refunds and their failed attempts are numbered through: an order may be owed money several times in its life. */
const refundNumber = ({ payment }: Order): number => payment.refunds.length + payment.refundAttempts + 1;
