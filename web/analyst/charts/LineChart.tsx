import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Bucket } from "../../api/analytics.ts";
import { analystWords } from "../../messages/analyst.ts";
import { language } from "../../messages/catalogue.ts";
import { isDark } from "../../state/theme.ts";
import { LOOKS, LookSign } from "./looks.tsx";
import { momentText } from "./moment-text.ts";
import { plotOptions } from "./plot-options.ts";

/** One line of a chart; a null is a gap. */
export interface Line {
  readonly label: string;
  readonly values: readonly (number | null)[];
}

interface LineChartProps {
  readonly name: string;
  /** Begin of each bucket, epoch milliseconds. */
  readonly times: readonly number[];
  /** At most as many as there are looks. */
  readonly lines: readonly Line[];
  readonly bucket: Bucket;
  readonly format: (value: number) => string;
}

const HEIGHT = 260;

/**
 * Lines over time. They differ in colour, dash and marker, and each is named at its end. The arrow keys move a cursor
 * whose values are read out and stand below the chart.
 */
export function LineChart({ name, times, lines, bucket, format }: LineChartProps) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const [at, setAt] = useState<number>();
  const words = analystWords.value.charts;
  const dark = isDark.value;
  const labels = lines.map(({ label }) => label);
  const data: uPlot.AlignedData = [times.map((time) => time / 1_000), ...lines.map(({ values }) => [...values])];
  const newest = useRef(data);
  newest.current = data;

  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const made = new uPlot(
      plotOptions({ element, width: element.clientWidth, height: HEIGHT, labels, bucket, format, onCursor: setAt }),
      newest.current,
      element,
    );
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = undefined;
    };
    // Colours, words and number formats are fixed when a plot is made.
  }, [labels.join("\n"), bucket, dark, language.value]);

  useEffect(() => {
    plot.current?.setData(newest.current);
  }, [JSON.stringify(data)]);

  const last = times.length - 1;
  const index = at === undefined ? last : Math.min(at, last);
  const time = times[index];
  const texts = lines.map(({ values }) => {
    const value = values[index];
    return value === null || value === undefined ? words.nothing : format(value);
  });
  const said = `${time === undefined ? "" : momentText(time, bucket)}: ${lines.map(({ label }, i) => `${label} ${texts[i]}`).join(", ")}`;

  const move = (event: KeyboardEvent) => {
    const to = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: last }[event.key];
    if (to === undefined || !plot.current) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(last, to));
    plot.current.setCursor({ left: plot.current.valToPos((times[next] ?? 0) / 1_000, "x"), top: 0 });
    setAt(next);
  };

  return (
    <div class="chart">
      <div
        ref={holder}
        class="plot"
        style={{ height: `${HEIGHT}px` }}
        role="slider"
        tabIndex={0}
        aria-label={words.cursor(name)}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={index}
        aria-valuetext={said}
        onKeyDown={move}
      />
      <dl class="readout">
        <div class="when">
          <dt class="unseen">{words.at}</dt>
          <dd>{time === undefined ? "" : at === undefined ? words.latest : momentText(time, bucket)}</dd>
        </div>
        {lines.map(({ label }, i) => (
          <div key={label} style={{ color: `var(${LOOKS[i]?.colour})` }}>
            <dt>
              <LookSign look={i} />
              {label}
            </dt>
            <dd>{texts[i]}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
