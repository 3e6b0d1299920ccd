import type { DiffSample, GenerationDiff } from "../../projections/replay/diff.ts";
import type { DiffSummary, JobProgress } from "../../projections/replay/jobs/job.ts";
import type { ReplayOverview } from "../../projections/replay/overview.ts";

/** Rows of texts as lines with aligned columns; those after the first are set to the right where they are numbers. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const numeric = widths.map((_, i) => rows.slice(1).every((row) => /^[\d,.]*( \S+)?$/.test(row[i] ?? "")));
  return rows.map((row) =>
    row
      .map((text, i) => (i > 0 && numeric[i] ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

export const count = (n: number): string => n.toLocaleString("en");

export const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

export function bytes(n: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, n < 1 ? 0 : Math.floor(Math.log10(n) / 3));
  return `${Number((n / 1000 ** power).toPrecision(3))} ${units[power]}`;
}

export function progressText(name: string, progress: JobProgress): string {
  const { events, perSecond, position, until, remainingEvents, remainingSeconds, parked } = progress;
  const share = until === "0" ? 100 : Math.min(100, Number((100n * BigInt(position)) / BigInt(until)));
  const left =
    remainingEvents === undefined || remainingSeconds === undefined
      ? ""
      : `  ${count(remainingEvents)} left, ${remainingSeconds} s`;
  const set = parked > 0 ? `  ${count(parked)} streams parked` : "";
  return `${name}  ${share}%  ${count(events)} events  ${count(perSecond)}/s${left}${set}`;
}

/** What differs as a table, with samples below it. */
export function diffLines({ equal, position, tables }: GenerationDiff, summary: DiffSummary): string[] {
  const head = ["table", "live rows", "rebuilt rows", "only live", "only rebuilt", "changed"];
  const rows = tables.map((one) => [
    one.table,
    ...[one.liveRows, one.rebuiltRows, one.onlyLive, one.onlyRebuilt, one.changed].map(count),
  ]);
  const verdict = equal
    ? `Equal, row by row, at position ${position}.`
    : `${percent(summary.share)} of the rows differ at position ${position} (${percent(summary.stopShare)} allowed).`;
  return [
    ...columns([head, ...rows]),
    ...tables.flatMap(({ table, samples }) => samples.flatMap((one) => sampleLines(table, one))),
    verdict,
  ];
}

function sampleLines(table: string, { kind, key, columns: values }: DiffSample): string[] {
  const name = Object.entries(key).map(([column, value]) => `${column}=${value}`);
  const first = `  ${table} ${name.join(" ")}: ${KINDS[kind]}`;
  if (kind !== "changed") return [first];
  return [
    first,
    ...Object.entries(values).map(([column, { live, rebuilt }]) => `    ${column}: ${short(live)} → ${short(rebuilt)}`),
  ];
}

const KINDS: Readonly<Record<DiffSample["kind"], string>> = {
  "only-live": "only in the live one",
  "only-rebuilt": "only in the rebuilt one",
  changed: "changed",
};

const short = (value: string | null): string => {
  if (value === null) return "null";
  return value.length > 120 ? `${value.slice(0, 120)}…` : value;
};

/** Projections with their generations as a table. */
export function overviewLines({ head, projections }: ReplayOverview): string[] {
  const rows = projections.flatMap((projection) => {
    const { name, live, others, removed } = projection;
    const generations = [...(live ? [{ ...live, state: removed ? "live, not in the code" : "live" }] : []), ...others];
    return generations.map((one) => [
      `${name}:${one.generation}`,
      one.state,
      String(one.version),
      one.position,
      "lagEvents" in one ? count(one.lagEvents) : "",
      bytes(one.bytes),
      one.createdAt.slice(0, 19).replace("T", " "),
    ]);
  });
  const titles = ["generation", "state", "version", "position", "events behind", "size", "made"];
  return [...columns([titles, ...rows]), `The log ends at position ${head.position}.`];
}
