import type { StepTimes } from "../../api/analytics.ts";
import { analystWords } from "../../messages/analyst.ts";
import { formatSpan } from "../../messages/figures.ts";
import { NAMES, PERCENTILES } from "./percentiles.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Marks that a scale of times may have. */
const MARKS = [10, 100, SECOND, 10 * SECOND, MINUTE, 10 * MINUTE, HOUR, 10 * HOUR, 100 * HOUR, 1_000 * HOUR];

interface StepRangesProps {
  readonly steps: readonly StepTimes[];
  readonly nameOf: (step: string) => string;
  readonly chosen: string | undefined;
  readonly onChoose: (step: string) => void;
}

/**
 * A line for each step from p50 (a dot) over p90 (a tick) to p99 (the end). The scale is logarithmic: a reservation takes
 * milliseconds and a parcel days.
 */
export function StepRanges({ steps, nameOf, chosen, onChoose }: StepRangesProps) {
  const words = analystWords.value.charts.steps;
  const { place, marks } = scaleOf(steps);
  return (
    <div class="ranges">
      <div class="scale" aria-hidden="true">
        <span />
        <span class="track">
          {marks.map((mark) => (
            <span key={mark} style={{ left: place(mark) }}>
              {formatSpan(mark)}
            </span>
          ))}
        </span>
        <span />
      </div>
      <ol>
        {steps.map((each) => (
          <li key={each.step}>
            <button
              type="button"
              aria-pressed={each.step === chosen}
              aria-label={words.choose(nameOf(each.step))}
              onClick={() => onChoose(each.step)}
            >
              {nameOf(each.step)}
            </button>
            <span class="track" aria-hidden="true">
              {marks.map((mark) => (
                <span key={mark} class="mark" style={{ left: place(mark) }} />
              ))}
              <span
                class="reach"
                style={{ left: place(each.p50Ms ?? 0), right: `calc(100% - ${place(each.p99Ms ?? 0)})` }}
              />
              <span class="p90" style={{ left: place(each.p90Ms ?? 0) }} />
              <span class="p50" style={{ left: place(each.p50Ms ?? 0) }} />
            </span>
            <span class="figures-text small">
              {PERCENTILES.map((id) => (
                <span key={id}>
                  <i>{NAMES[id]}</i> {formatSpan(each[id] ?? 0)}
                </span>
              ))}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** A scale that holds every time of these steps, from one mark to another. */
function scaleOf(steps: readonly StepTimes[]) {
  const times = steps.flatMap(({ p50Ms, p99Ms }) => [p50Ms ?? 0, p99Ms ?? 0]);
  const [least, most] = [Math.min(...times), Math.max(...times)];
  const low = MARKS.findLast((mark) => mark <= least) ?? 10;
  const high = MARKS.find((mark) => mark >= most && mark > low) ?? most;
  const place = (ms: number) =>
    `${Math.max(0, Math.min(100, (Math.log(Math.max(ms, 1) / low) / Math.log(high / low)) * 100))}%`;
  return { place, marks: MARKS.filter((mark) => mark >= low && mark <= high) };
}
