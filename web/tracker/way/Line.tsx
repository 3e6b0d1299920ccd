import type { OrderView } from "../../../projections/views.ts";
import { messages } from "../../messages/catalogue.ts";
import { formatDuration, formatWhen } from "../../messages/format.ts";
import { now } from "../../state/clock.ts";
import { Icon } from "../../ui/Icon.tsx";
import { longestWords, stepWords } from "./step-words.ts";
import { type Step, stepsOf } from "./steps.ts";

interface LineProps {
  readonly view: OrderView;
  readonly ended: boolean;
}

/**
 * The way of the order as one vertical line: facts with their times, where it is now, and what is to come. Each station
 * has from the start the room that it takes as the current one: nothing moves as the order goes on.
 */
export function Line({ view, ended }: LineProps) {
  const steps = stepsOf(view, ended);
  const several = view.fulfilments.length > 1;
  return (
    <ol class="way">
      {steps.map((step) => (
        <li
          key={step.key}
          data-state={step.state}
          data-step={step.key}
          data-room={longestWords(step, view)}
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
            {step.state === "current" && <Since step={step} view={view} />}
          </div>
          {step.at !== undefined && <time dateTime={step.at}>{formatWhen(step.at)}</time>}
        </li>
      ))}
    </ol>
  );
}

/** How long the order has been where it is. */
const Since = ({ step, view }: { step: Step; view: OrderView }) => (
  <span class="since">
    {messages.value.tracker.since(formatDuration(now.value - Date.parse(step.since ?? view.placedAt)))}
  </span>
);
