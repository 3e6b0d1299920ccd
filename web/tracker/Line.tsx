import type { OrderView } from "../../projections/views.ts";
import { messages } from "../messages/catalogue.ts";
import { formatDuration, formatWhen } from "../messages/format.ts";
import { now } from "../state/clock.ts";
import type { SeenWay } from "../state/order/courier-way.ts";
import { Icon } from "../ui/Icon.tsx";
import { CourierDot } from "./CourierDot.tsx";
import { stepWords } from "./step-words.ts";
import { type Step, stepsOf } from "./steps.ts";
import { waitingReason } from "./waiting.ts";

interface LineProps {
  readonly view: OrderView;
  readonly ended: boolean;
  readonly courier?: SeenWay | undefined;
}

/** Steps at which a courier may be coming. */
const COURIERS: readonly string[] = ["pickup", "deliver"];

/** The way of the order as one vertical line: facts with their times, where it is now, and what is to come. */
export function Line({ view, ended, courier }: LineProps) {
  const steps = stepsOf(view, ended);
  const several = view.fulfilments.length > 1;
  return (
    <ol class="way">
      {steps.map((step) => (
        <li
          key={step.key}
          data-state={step.state}
          data-step={step.key}
          aria-current={step.state === "current" ? "step" : undefined}
        >
          <span class="mark">
            {step.state === "done" && <Icon name="check" />}
            {step.state === "failed" && <Icon name="cross" />}
            {step.state === "current" && (
              <Icon name={step.kind === "deliver" || step.kind === "pickup" ? "courier" : "clock"} />
            )}
          </span>
          <div class="what">
            <strong>{stepWords(step, view)}</strong>
            {several && step.kind === "station" && (
              <span class="quiet small">{messages.value.tracker.from(step.fulfilment?.siteName ?? "")}</span>
            )}
            {step.state === "current" && <Now step={step} view={view} />}
            {step.state === "current" && COURIERS.includes(step.kind) && <CourierDot seen={courier} />}
          </div>
          {step.at !== undefined && <time dateTime={step.at}>{formatWhen(step.at)}</time>}
        </li>
      ))}
    </ol>
  );
}

/** How long the order has been where it is; after a while, what is being waited for. */
function Now({ step, view }: { step: Step; view: OrderView }) {
  const waited = now.value - Date.parse(step.since ?? view.placedAt);
  const reason = waitingReason(step, view, waited);
  return (
    <>
      <span class="since">{messages.value.tracker.since(formatDuration(waited))}</span>
      {reason !== undefined && <span class="reason small">{reason}</span>}
    </>
  );
}
