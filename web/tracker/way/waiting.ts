import type { OrderView } from "../../../projections/views.ts";
import { messages } from "../../messages/catalogue.ts";
import { formatTime, formatWhen } from "../../messages/format.ts";
import type { Step } from "./steps.ts";

/** From when on a pending order says what it waits for, milliseconds. */
const PATIENCE = 10_000;

/** What a pending order is waiting for, in a sentence; undefined while nobody would ask yet. */
export function waitingReason(step: Step, view: OrderView, waited: number): string | undefined {
  if (waited < PATIENCE) return undefined;
  const words = messages.value.tracker.waitingFor;
  const site = step.fulfilment?.siteName ?? view.fulfilments[0]?.siteName ?? "";
  if (step.kind === "payment") {
    if (view.status === "placed") return words.stock(site);
    const { nextAttemptAt } = view.payment;
    return nextAttemptAt === undefined ? words.payment : words.retry(formatTime(nextAttemptAt));
  }
  if (step.kind === "accept") {
    if (step.fulfilment?.seeking !== undefined) return words.otherSite(site);
    return step.fulfilment?.notified ? words.accept(site) : words.site(site);
  }
  if (step.kind === "pickup" && !view.courier.accepted) {
    return view.failure === "driver_unavailable" ? words.noCourier : words.courier;
  }
  const booking = view.fulfilments.find(({ parcel }) => parcel?.nextAttemptAt !== undefined)?.parcel;
  if (step.kind === "schedule" && booking?.nextAttemptAt !== undefined) {
    return words.carrier(formatWhen(booking.nextAttemptAt));
  }
  return undefined;
}
