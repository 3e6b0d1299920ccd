import type { CarrierBooks, OrderBooks, PaymentBooks } from "./books.ts";
import type { Inspection } from "./inspection.ts";
import { settleParcels } from "./parcels.ts";
import { compareCapture, PAYMENT } from "./payments.ts";

/** An order that is open for longer than this is past its deadlines, and the outside is asked about it. */
export const STUCK_AFTER_MS = 15 * 60_000;
/** How many of them are asked about in one run, the oldest first. */
const MOST = 1_000;

// Orders that have been open for too long are asked about by the references that they have stored, however old they are.

/** Records what has become of the payments of open orders. Resolves with the number of orders that were looked at. */
export async function settlePayments(
  { payments, orders }: { payments: PaymentBooks; orders: OrderBooks },
  inspection: Inspection,
  now: number,
): Promise<number> {
  const ids = await orders.open(now - STUCK_AFTER_MS, MOST);
  await inspection.each(ids, async (orderId) => {
    const order = await inspection.order(orderId);
    if (order === undefined) return;
    const { intent, confirmed, cancelled } = order.payment;
    if (intent === undefined || confirmed || cancelled) return;
    const booked = await inspection.ask(PAYMENT, () => payments.intent(intent));
    if (booked?.status === "succeeded") await compareCapture(booked, inspection);
  });
  return ids.length;
}

/** Records what has become of the parcels of open orders. */
export async function settleOpenParcels(
  { carrier, orders }: { carrier: CarrierBooks; orders: OrderBooks },
  inspection: Inspection,
  now: number,
): Promise<void> {
  await inspection.each(await orders.open(now - STUCK_AFTER_MS, MOST), async (orderId) => {
    const order = await inspection.order(orderId);
    if (order !== undefined) await settleParcels(order, carrier, inspection);
  });
}
