import { styleText } from "node:util";
import Table from "cli-table3";
import type { CircuitSeen, StatusSeen } from "../../read-api/operations/followers/look.ts";
import type { LagLevel, Standing, StandingState } from "../../read-api/operations/followers/standing.ts";

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
const CIRCUITS: Readonly<Record<CircuitSeen["state"], Style>> = { closed: "green", open: ["bold", "red"] };
const CIRCUIT_HEAD = ["outside system", "place", "circuit", "since", "last failure", "waiting"];
const HEAD = ["consumer", "owner", "state", "position", "behind", "seconds", "level", "events/s", "parked"];
const RIGHT = new Set(["waiting", "position", "behind", "seconds", "events/s", "parked"]);
/** Lines between columns only, so that a table can be cut with awk as well as be read. */
const BARE = Object.fromEntries(
  ["top", "bottom", "mid", "left", "right"].flatMap((side) =>
    ["", "-mid", "-left", "-right"].map((part) => [`${side}${part}`, ""]),
  ),
);

/** A look as lines of text; colour repeats what the words say, and is left out where `colour` is false. */
export function statusLines(seen: StatusSeen, colour: boolean): string[] {
  const paint = (style: Style, text: string) => (colour ? styleText(style, text, { validateStream: false }) : text);
  const consumers = linesOf(
    HEAD,
    seen.consumers.map((standing) => rowOf(standing, paint)),
  );
  // A system that has always answered is not worth a line.
  const circuits = seen.circuits.map(({ system, place, state, since, failureType, waiting }) => [
    system,
    place || "–",
    paint(CIRCUITS[state], state),
    since,
    failureType ?? "–",
    waiting === 0 ? "0" : paint("yellow", String(waiting)),
  ]);
  const rate = seen.appended === undefined ? "" : ` · ${rounded(seen.appended)} events/s appended`;
  const log = seen.logFault === undefined ? "" : paint("red", ` · the event store cannot be asked: ${seen.logFault}`);
  return [
    `${seen.at}${rate} · ${seen.outbox}${seen.outbox >= 10_000 ? " or more" : ""} messages in the outbox${log}`,
    "",
    ...consumers,
    ...(circuits.length === 0 ? [] : ["", ...linesOf(CIRCUIT_HEAD, circuits)]),
  ].map((line) => line.trimEnd());
}

function linesOf(head: readonly string[], rows: readonly string[][]): string[] {
  const table = new Table({
    head: [...head],
    chars: { ...BARE, middle: "  " },
    colAligns: head.map((name) => (RIGHT.has(name) ? "right" : "left")),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
  });
  table.push(...rows);
  return table.toString().split("\n");
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
