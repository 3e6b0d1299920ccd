import uPlot from "uplot";
import type { Bucket } from "../../api/analytics.ts";
import { cornersOf, LOOKS } from "./looks.tsx";
import { axisText } from "./moment-text.ts";

interface PlotRequest {
  /** Element whose custom properties hold the colours. */
  readonly element: HTMLElement;
  readonly width: number;
  readonly height: number;
  readonly labels: readonly string[];
  readonly bucket: Bucket;
  readonly format: (value: number) => string;
  /** The bucket under the cursor; undefined when it has left. */
  readonly onCursor: (index: number | undefined) => void;
}

const FONT = "13px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
const LABEL_HEIGHT = 16;
/** With more points than this a line is dense enough to show its form by itself. */
const MOST_MARKERS = 60;

/** How a chart of lines over time is drawn. Colours are read once: make another plot for another theme. */
export function plotOptions(request: PlotRequest): uPlot.Options {
  const { element, width, height, labels, bucket, format, onCursor } = request;
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const [ink, line] = [colour("--soft"), colour("--line")];
  const axis = {
    stroke: ink,
    font: FONT,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1, size: 4 },
  };
  return {
    width,
    height,
    padding: [12, widest(labels) + 20, 0, 4],
    legend: { show: false },
    cursor: { y: false, drag: { setScale: false, x: false, y: false }, points: { show: false } },
    scales: { x: { time: true }, y: { range: (_plot, _min, max) => [0, top(max)] } },
    axes: [
      {
        ...axis,
        space: 64,
        size: 30,
        values: (_plot, splits) => splits.map((at) => axisText(at * 1_000, bucket)),
      },
      {
        ...axis,
        size: (_plot, values) => 16 + widest(values ?? []),
        values: (_plot, splits) => splits.map((value) => (Number.isInteger(value) || value > 10 ? format(value) : "")),
      },
    ],
    series: [
      {},
      ...labels.map((label, index) => {
        const look = LOOKS[index];
        return {
          label,
          stroke: colour(look?.colour ?? "--ink"),
          dash: [...(look?.dash ?? [])],
          width: 2,
          points: { show: false },
          spanGaps: false,
        };
      }),
    ],
    hooks: {
      drawSeries: [(plot, index) => drawMarkers(plot, index, colour(LOOKS[index - 1]?.colour ?? "--ink"))],
      draw: [(plot) => drawLabels(plot, labels, (index) => colour(LOOKS[index]?.colour ?? "--ink"))],
      setCursor: [(plot) => onCursor(plot.cursor.idx ?? undefined)],
    },
  };
}

/** A round number at or above the largest value, so that the axis does not jump with every order. */
function top(max: number | null): number {
  if (max === null || !(max > 0)) return 1;
  const step = 10 ** Math.floor(Math.log10(max));
  const fits = [1, 2, 3, 4, 5, 6, 8, 10].find((times) => times * step >= max * 1.02) ?? 12;
  return fits * step;
}

let measuring: CanvasRenderingContext2D | null | undefined;

function widest(texts: readonly (string | null)[]): number {
  measuring ??= document.createElement("canvas").getContext("2d");
  if (!measuring) return 64;
  measuring.font = FONT;
  let most = 0;
  for (const text of texts) most = Math.max(most, measuring.measureText(text ?? "").width);
  return Math.ceil(most);
}

function drawMarkers(plot: uPlot, index: number, colour: string): void {
  const values = plot.data[index];
  const times = plot.data[0];
  const marker = LOOKS[index - 1]?.marker;
  if (!values || marker === undefined) return;
  const { ctx } = plot;
  const r = 3.5 * uPlot.pxRatio;
  const every = Math.ceil(times.length / MOST_MARKERS);
  ctx.save();
  ctx.fillStyle = colour;
  values.forEach((value, at) => {
    const time = times[at];
    if (value === null || value === undefined || time === undefined || at % every !== 0) return;
    const x = plot.valToPos(time, "x", true);
    const y = plot.valToPos(value, "y", true);
    const corners = cornersOf(marker, x, y, r);
    ctx.beginPath();
    if (corners.length === 0) ctx.arc(x, y, r, 0, 2 * Math.PI);
    for (const corner of corners) ctx.lineTo(...corner);
    ctx.closePath();
    ctx.fill();
  });
  ctx.restore();
}

/** Each line's name at its end; names that would cover each other are moved apart. */
function drawLabels(plot: uPlot, labels: readonly string[], colourOf: (index: number) => string): void {
  const { ctx, bbox } = plot;
  const height = LABEL_HEIGHT * uPlot.pxRatio;
  const found = labels.flatMap((label, index) => {
    const values = plot.data[index + 1] ?? [];
    const at = values.findLastIndex((value) => value !== null && value !== undefined);
    const [time, value] = [plot.data[0][at], values[at]];
    if (time === undefined || value === null || value === undefined) return [];
    const [x, y] = [plot.valToPos(time, "x", true), plot.valToPos(value, "y", true)];
    return [{ label, index, x, from: y, y }];
  });
  found.sort((a, b) => a.y - b.y || a.index - b.index);
  let floor = bbox.top + height / 2;
  for (const label of found) {
    label.y = Math.max(label.y, floor);
    floor = label.y + height;
  }
  let ceiling = bbox.top + bbox.height;
  for (const label of found.toReversed()) {
    label.y = Math.min(label.y, ceiling);
    ceiling = label.y - height;
  }
  const left = bbox.left + bbox.width + 12 * uPlot.pxRatio;
  ctx.save();
  ctx.font = FONT.replace("13px", `${13 * uPlot.pxRatio}px`);
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  ctx.lineWidth = uPlot.pxRatio;
  for (const { label, index, x, from, y } of found) {
    ctx.fillStyle = ctx.strokeStyle = colourOf(index);
    ctx.globalAlpha = 0.5;
    ctx.beginPath();
    ctx.moveTo(x + 4 * uPlot.pxRatio, from);
    ctx.lineTo(left - 3 * uPlot.pxRatio, y);
    ctx.stroke();
    ctx.globalAlpha = 1;
    ctx.fillText(label, left, y);
  }
  ctx.restore();
}
