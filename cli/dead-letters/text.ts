import type { ErrandResult } from "../../infra/dead-letters/errands.ts";
import type { JobProgress } from "../../infra/dead-letters/jobs.ts";
import type { Letter, LetterCount, WholeLetter } from "../../infra/dead-letters/letters.ts";

/** Counts and letters as lines for people. */
export function listLines(letters: readonly Letter[], counts: readonly LetterCount[], state: string): string[] {
  const total = counts.reduce((sum, one) => sum + one.letters, 0);
  if (total === 0) return [state === "parked" ? "Nothing is parked." : `There are no ${state} dead letters.`];
  return [
    ...counts.map(
      ({ letters: many, consumer, failureType, failureClass, error, since }) =>
        `${String(many).padStart(6)}  ${consumer}  ${failureType} (${failureClass})  ${error}  since ${since}`,
    ),
    "",
    ...letters.flatMap((letter) => [letterLine(letter), `    ${letter.message.split("\n")[0]?.slice(0, 160) ?? ""}`]),
    ...(total > letters.length ? ["", `${total - letters.length} more: --limit shows them.`] : []),
  ];
}

function letterLine({
  id,
  consumer,
  kind,
  type,
  effectId,
  stream,
  attempts,
  lastFailedAt,
  state,
  heldBack,
}: Letter): string {
  const what = kind === "effect" ? `effect ${effectId}` : type;
  const behind = heldBack > 0 ? `, ${heldBack} behind it` : "";
  const settled = state === "parked" ? "" : `  ${state}`;
  return `${id}  ${lastFailedAt}  ${consumer}  ${what}  ${stream}  (${attempts} tries${behind})${settled}`;
}

/** One letter with everything that is kept, as lines for people. */
export function letterLines(letter: WholeLetter): string[] {
  const { resolved } = letter;
  return [
    letterLine(letter),
    `failure   ${letter.failureType} (${letter.failureClass}), ${letter.error}: ${letter.message}`,
    `failed    first ${letter.firstFailedAt}, last ${letter.lastFailedAt}, ${letter.attempts} tries, version ${letter.version || "?"}`,
    ...(letter.eventId === undefined
      ? []
      : [`event     ${letter.eventId}, revision ${letter.revision ?? "?"}, position ${letter.position ?? "?"}`]),
    ...(resolved === undefined
      ? []
      : [
          `settled   ${letter.state} at ${resolved.at} by ${resolved.by}${resolved.rule === undefined ? "" : ` (rule ${resolved.rule})`}`,
        ]),
    "",
    "payload",
    ...JSON.stringify(letter.payload, null, 2)
      .split("\n")
      .map((line) => `  ${line}`),
    ...(letter.stack === "" ? [] : ["", "stack", ...letter.stack.split("\n").map((line) => `  ${line}`)]),
  ];
}

/** What became of a letter, or would, in a sentence. */
export function resultLine(id: string, state: string, result: ErrandResult | undefined, look: boolean): string {
  if (result === undefined) return `${id}  ${state === "gone" ? "settled by somebody else meanwhile" : state}`;
  return `${id}  ${said(result, look)}`;
}

function said({ outcome, failure, followed = 0, parkedNext, rows, asks }: ErrandResult, look: boolean): string {
  switch (outcome) {
    case "fails":
      return `${look ? "would fail again" : "failed again"}: ${failure?.error}: ${failure?.message}`;
    case "not_owed":
      return `${look ? "is not owed any more: it would be closed" : "was not owed any more: it is closed"}`;
    case "discarded":
      return look ? "would be done without" : "is done without";
    case "redriven": {
      if (asks !== undefined) return `${look ? "would do" : "is owed again"}: ${asks}`;
      const behind = followed === 0 ? "" : `, with what waited behind it (${followed})`;
      const next =
        parkedNext === undefined
          ? ""
          : `; parked again at ${parkedNext.type} (${parkedNext.error}: ${parkedNext.message})`;
      const changed = Object.entries(rows ?? {}).map(([table, count]) => `${count} in ${table}`);
      return `${look ? "would be" : "was"} handled${behind}${changed.length === 0 ? "" : `; rows: ${changed.join(", ")}`}${next}`;
    }
  }
}

/** How far a job is, in a line. */
export function jobLine({
  id,
  action,
  by,
  rule,
  state,
  total,
  waiting,
  released,
  done,
  failed,
  gone,
  aborted,
}: JobProgress): string {
  const parts = [
    `${done} of ${total} done`,
    ...(failed > 0 ? [`${failed} failed again`] : []),
    ...(gone > 0 ? [`${gone} settled meanwhile`] : []),
    ...(aborted > 0 ? [`${aborted} left parked`] : []),
    ...(waiting + released > 0 ? [`${waiting + released} to go`] : []),
  ];
  return `${id}  ${action} by ${rule === undefined ? by : `rule ${rule}`}  ${state}: ${parts.join(", ")}`;
}
