import type { CourierJob, CourierWork } from "../../../projections/views.ts";
import { getCarried } from "../../api/courier.ts";
import { ApiProblem } from "../../api/problem.ts";

/** An order that is no longer this courier's, without their having ended it. */
export interface Lost {
  readonly orderId: string;
  readonly number: string;
  /** They had accepted it; else it was an offer. */
  readonly carried: boolean;
  readonly why: "cancelled" | "given_away" | "unknown";
}

/** The job that was there before and is not any more. */
export const goneJob = (before: CourierWork | undefined, now: CourierWork): CourierJob | undefined =>
  before?.job !== undefined && before.courierId === now.courierId && before.job.orderId !== now.job?.orderId
    ? before.job
    : undefined;

/** Why a job is gone; undefined when it was delivered, so that there is nothing to tell. */
export async function whyLost({ orderId, number, stage }: CourierJob, courierId: string): Promise<Lost | undefined> {
  const lost = { orderId, number, carried: stage !== "offered" };
  try {
    const { data } = await getCarried(orderId);
    if (data.status === "delivered" && data.courier.courierId === courierId) return undefined;
    const ended = data.status === "cancelled" || data.status === "restaurant_rejected";
    return { ...lost, why: ended ? "cancelled" : "given_away" };
  } catch (error) {
    const forbidden = error instanceof ApiProblem && error.status === 403;
    return { ...lost, why: forbidden ? "given_away" : "unknown" };
  }
}
