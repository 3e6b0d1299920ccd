import { styleText } from "node:util";
import Table from "cli-table3";
import type { StatusSeen } from "./look.ts";
import type { LagLevel, Standing, StandingState } from "./standing.ts";

type Style = Parameters<typeof styleText>[0];

const STATES: Readonly<Record<StandingState, Style>> = {
  running: "green",
  stuck: ["bold", "red"],
  stopped: ["bold", "red"],
  building: "cyan",
  ready: "cyan",
  previous: "dim",
};
const LEVELS: Readonly<Record<LagLevel, Style>> = {
  ok: "green",
  warning: "yellow",
  critical: "red",
  emergency: ["bold", "inverse", "red"],
};
const HEAD = ["consumer", "owner", "state", "position", "behind", "seconds", "level", "events/s", "parked"];
const RIGHT = new Set(["position", "behind", "seconds", "events/s", "parked"]);
/** Lines between columns only, so that a table can be cut with awk as well as be read. */
const BARE = Object.fromEntries(
  ["top", "bottom", "mid", "left", "right"].flatMap((side) =>
    ["", "-mid", "-left", "-right"].map((part) => [`${side}${part}`, ""]),
  ),
);

/** A look as lines of text; colour repeats what the words say, and is left out where `colour` is false. */
export function statusLines(seen: StatusSeen, colour: boolean): string[] {
  const paint = (style: Style, text: string) => (colour ? styleText(style, text, { validateStream: false }) : text);
  const table = new Table({
    head: HEAD,
    chars: { ...BARE, middle: "  " },
    colAligns: HEAD.map((name) => (RIGHT.has(name) ? "right" : "left")),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
  });
  for (const standing of seen.consumers) table.push(rowOf(standing, paint));
  const rate = seen.appended === undefined ? "" : ` · ${rounded(seen.appended)} events/s appended`;
  const log = seen.logFault === undefined ? "" : paint("red", ` · the event store cannot be asked: ${seen.logFault}`);
  return [
    `${seen.at}${rate} · ${seen.outbox}${seen.outbox >= 10_000 ? " or more" : ""} messages in the outbox${log}`,
    "",
    ...table.toString().split("\n"),
  ].map((line) => line.trimEnd());
}

function rowOf(standing: Standing, paint: (style: Style, text: string) => string): string[] {
  const { name, owner, state, position, lag, level, rate, parked } = standing;
  return [
    name,
    owner ?? "–",
    paint(STATES[state], state),
    position ?? "–",
    lag === undefined ? "–" : `${lag.exact ? "" : "≥ "}${lag.events}`,
    lag === undefined ? "–" : lag.seconds.toFixed(1),
    lag === undefined ? "–" : paint(LEVELS[level], level),
    rate === undefined ? "–" : rounded(rate),
    parked === 0 ? "0" : paint("yellow", String(parked)),
  ];
}

const rounded = (rate: number): string => (rate < 10 && rate > 0 ? rate.toFixed(1) : String(Math.round(rate)));
