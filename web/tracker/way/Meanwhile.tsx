import type { ComponentChildren } from "preact";
import type { OrderView } from "../../../projections/views.ts";
import { messages } from "../../messages/catalogue.ts";
import { formatMoney } from "../../messages/format.ts";
import { now } from "../../state/clock.ts";
import type { SeenWay } from "../../state/order/courier-way.ts";
import { CourierDot } from "./CourierDot.tsx";
import { type Step, stepsOf } from "./steps.ts";
import { waitingReason } from "./waiting.ts";

interface MeanwhileProps {
  readonly view: OrderView;
  readonly courier: SeenWay | undefined;
  /** What there is to say while the server has not told of the order. */
  readonly children: ComponentChildren;
}

/**
 * What an order waits for once somebody would ask, or how its courier comes along. It has its room from the start:
 * nothing moves when there is something to say.
 */
export function Meanwhile({ view, courier, children }: MeanwhileProps) {
  const step = stepsOf(view, false).find(({ state }) => state === "current");
  const comes = step?.kind === "pickup" || step?.kind === "deliver";
  return (
    <div class="meanwhile">
      {children || (step && <Reason step={step} view={view} />)}
      {comes && <CourierDot seen={courier} />}
    </div>
  );
}

function Reason({ step, view }: { step: Step; view: OrderView }) {
  const reason = waitingReason(step, view, now.value - Date.parse(step.since ?? view.placedAt)) ?? missingWords(view);
  return reason === undefined ? null : (
    <p class="quiet small" role="status">
      {reason}
    </p>
  );
}

/** What is left out of an order for want of it, and what that gives back; until the order is on its way. */
function missingWords(view: OrderView): string | undefined {
  const lines = view.fulfilments.flatMap((part) => part.lines).filter(({ leftOut }) => leftOut);
  if (lines.length === 0 || view.status === "picked_up") return undefined;
  const amount = lines.reduce((sum, { price }) => sum + price.amount, 0);
  const names = lines.map(({ name }) => name).join(", ");
  return messages.value.tracker.leftOutOnTop(names, formatMoney({ ...view.total, amount }));
}
