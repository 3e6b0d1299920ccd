import { useState } from "preact/hooks";
import { getStepTimes, type StepTimes } from "../../api/analytics.ts";
import { analystWords } from "../../messages/analyst.ts";
import { formatCount, formatMoment, formatSpan } from "../../messages/figures.ts";
import { stationName } from "../../messages/format.ts";
import { type Charted, followFigures } from "../../state/analyst/charts.ts";
import { bucketsOf, type Filter } from "../../state/analyst/span.ts";
import { useFeed } from "../parts/use-feed.ts";
import { type Column, Figure } from "./Figure.tsx";
import { LineChart } from "./LineChart.tsx";
import { momentText } from "./moment-text.ts";
import { NAMES, PERCENTILES, type Percentile } from "./percentiles.ts";
import { readable } from "./readable.ts";
import { StepRanges } from "./StepRanges.tsx";

const STATION = "station:";

function nameOf(step: string): string {
  const words = analystWords.value.charts.steps;
  if (step.startsWith(STATION)) return words.station(stationName(step.slice(STATION.length)));
  return words.names[step] ?? readable(step);
}

/** How long each step takes, and how that went on over time for the one that is chosen. */
export function StepsFigure({ filter }: { filter: Filter }) {
  const feed = useFeed(() => followFigures(filter, getStepTimes), false);
  const [chosen, setChosen] = useState<string>();
  const words = analystWords.value.charts;
  const got = feed.data.value;
  const steps = (got?.read.steps ?? []).filter(({ count }) => count > 0);
  const step = steps.find((each) => each.step === chosen) ?? steps[0];
  const common = { trouble: feed.trouble.value, again: feed.look, empty: words.empty };
  return (
    <>
      <Figure<StepTimes>
        id="steps"
        title={words.steps.title}
        hint={words.steps.hint}
        table={
          got && {
            caption: words.steps.caption(formatMoment(got.span.from), formatMoment(got.span.to)),
            columns: [
              { id: "step", head: words.steps.step, shown: (row) => nameOf(row.step), value: (row) => row.step },
              ...percentileColumns<StepTimes>(),
            ],
            rows: steps,
            file: "step-times",
          }
        }
        {...common}
      >
        <StepRanges steps={steps} nameOf={nameOf} chosen={step?.step} onChoose={setChosen} />
      </Figure>
      {step && got ? (
        <OverTime key={step.step} step={step} got={got} {...common} />
      ) : (
        <Figure id="step-over-time" title={words.steps.overTime(words.steps.title)} table={got && EMPTY} {...common}>
          {null}
        </Figure>
      )}
    </>
  );
}

const EMPTY = { caption: "", columns: [], rows: [], file: "" };

interface OverTimeProps {
  readonly step: StepTimes;
  readonly got: Charted<unknown>;
  readonly trouble: unknown;
  readonly again: () => void;
  readonly empty: string;
}

function OverTime({ step, got: { span }, ...common }: OverTimeProps) {
  const words = analystWords.value.charts;
  const times = bucketsOf(span.from, span.to, span.bucket);
  const byTime = new Map(step.rows.map((row) => [Date.parse(row.at), row]));
  const name = nameOf(step.step);
  return (
    <Figure
      id="step-over-time"
      title={words.steps.overTime(name)}
      table={{
        caption: words.steps.overTimeCaption(name),
        columns: [
          {
            id: "at",
            head: words.at,
            shown: ({ at }) => momentText(Date.parse(at), span.bucket),
            value: ({ at }) => at,
          },
          ...percentileColumns<StepTimes["rows"][number]>(),
        ],
        rows: step.rows,
        file: `step-times-${step.step.replaceAll(/[^A-Za-z0-9_-]+/g, "-")}-by-${span.bucket}`,
      }}
      {...common}
    >
      <LineChart
        name={words.steps.overTime(name)}
        times={times}
        lines={PERCENTILES.map((id) => ({
          label: NAMES[id],
          values: times.map((time) => byTime.get(time)?.[id] ?? null),
        }))}
        bucket={span.bucket}
        format={formatSpan}
      />
    </Figure>
  );
}

function percentileColumns<
  Row extends { readonly count: number } & Readonly<Record<Percentile, number | null>>,
>(): readonly Column<Row>[] {
  const words = analystWords.value.charts;
  return [
    {
      id: "count",
      head: words.steps.count,
      numeric: true,
      shown: ({ count }) => formatCount(count),
      value: ({ count }) => count,
    },
    ...PERCENTILES.map((id) => ({
      id: `${NAMES[id]}_ms`,
      head: NAMES[id],
      numeric: true,
      shown: (row: Row) => {
        const ms = row[id];
        return ms === null ? words.nothing : formatSpan(ms);
      },
      value: (row: Row) => row[id],
    })),
  ];
}
