import { signal } from "@preact/signals";
import { type BulkKind, type BulkRow, readBulk } from "../../../domain/catalogue/bulk.ts";
import { type Outcome, sendEntries } from "../../api/catalogue.ts";

/** A line of the file with what it would do, or has done; without one it has not been asked about. */
export interface JudgedRow extends BulkRow {
  readonly outcome?: Outcome | undefined;
}

/** How a file goes through: checked as a whole, shown, and then imported. */
export interface Run {
  readonly kind: BulkKind;
  readonly phase: "checking" | "checked" | "importing" | "imported";
  readonly rows: readonly JudgedRow[];
  /** Rows of this phase that were answered. */
  readonly done: number;
  /** Why it stopped in the middle. */
  readonly trouble?: unknown;
}

export const run = signal<Run | undefined>(undefined);

/** Entries, and characters, that are sent at once. */
const AT_ONCE = 100;
const MOST_TEXT = 400_000;

/** Reads a file and asks what it would do. */
export function checkFile(kind: BulkKind, text: string): void {
  const rows = readBulk(kind, text).map(
    (row): JudgedRow =>
      row.fault === undefined ? row : { ...row, outcome: { outcome: "refused", changes: [], fault: row.fault } },
  );
  run.value = { kind, phase: rows.length === 0 ? "checked" : "checking", rows, done: 0 };
  void goOn();
}

/** Imports what was checked: what is refused or would change nothing is left out. */
export function startImport(): void {
  if (run.value?.phase !== "checked") return;
  run.value = { ...run.value, phase: "importing", done: 0 };
  void goOn();
}

export function dropRun(): void {
  run.value = undefined;
}

/** Rows that are worth importing. */
export const toImport = ({ rows }: Run): readonly JudgedRow[] =>
  rows.filter(({ outcome }) => outcome?.outcome === "created" || outcome?.outcome === "changed");

/** Goes on where it stopped; entries that were sent before and not answered are sent again, which does nothing twice. */
export async function goOn(): Promise<void> {
  const begun = run.value;
  if (!begun || begun.phase === "checked" || begun.phase === "imported") return;
  run.value = { ...begun, trouble: undefined };
  const act = begun.phase === "checking" ? "check" : "import";
  const wanted =
    act === "check"
      ? begun.rows.flatMap((row, at) => (row.fault === undefined ? [at] : []))
      : begun.rows.flatMap((row, at) => (["created", "changed"].includes(row.outcome?.outcome ?? "") ? [at] : []));
  try {
    for (let from = begun.done; from < wanted.length; ) {
      const part = partOf(begun.rows, wanted.slice(from, from + AT_ONCE));
      const values = part.map((at) => begun.rows[at]?.value);
      const { data } = await sendEntries(begun.kind, act, values);
      const now: Run | undefined = run.value;
      // Another file was chosen meanwhile.
      if (now?.phase !== begun.phase || now.rows.length !== begun.rows.length) return;
      const rows: JudgedRow[] = [...now.rows];
      for (const [n, at] of part.entries()) {
        const row = rows[at];
        if (row) rows[at] = { ...row, outcome: data.outcomes[n] };
      }
      from += part.length;
      run.value = { ...now, rows, done: from };
    }
    if (run.value) run.value = { ...run.value, phase: act === "check" ? "checked" : "imported" };
  } catch (error) {
    if (run.value) run.value = { ...run.value, trouble: error };
  }
}

/** As many of these rows as may go at once: a site's menu can be long. */
function partOf(rows: readonly JudgedRow[], wanted: readonly number[]): readonly number[] {
  let size = 0;
  const fits = wanted.filter((at) => {
    size += JSON.stringify(rows[at]?.value ?? null).length;
    return size <= MOST_TEXT;
  });
  return fits.length > 0 ? fits : wanted.slice(0, 1);
}
