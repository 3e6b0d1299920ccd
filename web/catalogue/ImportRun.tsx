import { useEffect, useRef, useState } from "preact/hooks";
import { Head } from "../analyst/parts/Head.tsx";
import { TableFrame } from "../analyst/parts/TableFrame.tsx";
import { goodsWords } from "../messages/goods.ts";
import { dropRun, goOn, type JudgedRow, type Run, startImport, toImport } from "../state/catalogue/import-run.ts";
import { Notice } from "../ui/Notice.tsx";
import { sentenceOf } from "../ui/trouble.ts";
import { ChangeList } from "./Changes.tsx";

const OUTCOMES = ["refused", "created", "changed", "unchanged"] as const;
type Outcome = (typeof OUTCOMES)[number];
const KINDS = { refused: "bad", created: "good", changed: "warn", unchanged: undefined } as const;
const SHOWN = 200;

/** A file on its way: what each line would do, and then what it did. */
export function ImportRun({ run }: { run: Run }) {
  const words = goodsWords.value.files;
  const [only, setOnly] = useState<Outcome>();
  const heading = useRef<HTMLHeadingElement>(null);
  const { phase, rows, done, trouble } = run;
  useEffect(() => {
    if (phase === "checked" || phase === "imported") heading.current?.focus();
  }, [phase]);
  const isBusy = (phase === "checking" || phase === "importing") && trouble === undefined;
  const readable = rows.filter(({ fault }) => fault === undefined).length;
  const wanted = toImport(run).length;
  const counts = Map.groupBy(rows, ({ outcome }) => outcome?.outcome);
  const count = (outcome: Outcome) => counts.get(outcome)?.length ?? 0;
  // What somebody has to mend stands first.
  const shown = rows
    .filter(({ outcome }) => outcome !== undefined && (only === undefined || outcome.outcome === only))
    .toSorted((a, b) => Number(isRefused(b)) - Number(isRefused(a)));
  return (
    <section class="card import-run" aria-labelledby="run-title" data-phase={phase}>
      <h2 id="run-title" ref={heading} tabIndex={-1}>
        {phase === "imported" ? words.finished : words.result}
      </h2>
      <p role="status">
        {phase === "checking" && words.checking(done, readable)}
        {phase === "importing" && words.importing(done, wanted)}
      </p>
      {rows.length === 0 ? (
        <p>{words.empty}</p>
      ) : (
        <fieldset class="choices tabs">
          <legend class="unseen">{words.outcome}</legend>
          <button type="button" class="tab" aria-pressed={only === undefined} onClick={() => setOnly(undefined)}>
            {words.all} {rows.length}
          </button>
          {OUTCOMES.map((outcome) => (
            <button
              key={outcome}
              type="button"
              class="tab"
              data-outcome={outcome}
              aria-pressed={only === outcome}
              onClick={() => setOnly(outcome)}
            >
              {words.outcomes[outcome]} {count(outcome)}
            </button>
          ))}
        </fieldset>
      )}
      {trouble !== undefined && (
        <Notice kind="bad" title={phase === "importing" ? words.broken : undefined}>
          <p>{sentenceOf(trouble)}</p>
          <button type="button" class="button" onClick={() => void goOn()}>
            {words.goOn}
          </button>
        </Notice>
      )}
      <div class="goods-acts">
        {phase === "checked" && wanted > 0 && (
          <button type="button" class="button main" onClick={startImport}>
            {words.import(wanted)}
          </button>
        )}
        {phase === "checked" && wanted === 0 && <span>{words.nothingToDo}</span>}
        {!isBusy && (
          <button type="button" class="button" onClick={dropRun}>
            {words.again}
          </button>
        )}
        {phase === "checked" && count("refused") > 0 && (
          <span class="quiet">{words.refusedStay(count("refused"))}</span>
        )}
      </div>
      {shown.length > 0 && (
        <>
          <TableFrame caption={words.result} quiet>
            <thead>
              <tr>
                <Head n>{words.line}</Head>
                <Head>{words.id}</Head>
                <Head>{words.outcome}</Head>
                <Head>{words.what}</Head>
              </tr>
            </thead>
            <tbody>
              {shown.slice(0, SHOWN).map((row) => (
                <Row key={row.line} row={row} isDone={phase === "imported"} />
              ))}
            </tbody>
          </TableFrame>
          {shown.length > SHOWN && <p class="quiet small">{words.shown(SHOWN, shown.length)}</p>}
        </>
      )}
    </section>
  );
}

const isRefused = ({ outcome }: JudgedRow): boolean => outcome?.outcome === "refused";

/** Of something new, what nothing is said of is left out. */
const isSaid = ({ before, after }: { readonly before?: unknown; readonly after: unknown }): boolean =>
  before !== undefined || !(after === undefined || after === "" || (Array.isArray(after) && after.length === 0));

function Row({ row: { line, outcome }, isDone }: { row: JudgedRow; isDone: boolean }) {
  const words = goodsWords.value.files;
  if (!outcome) return null;
  return (
    <tr data-outcome={outcome.outcome}>
      <td class="n">{line}</td>
      <th scope="row">{outcome.id}</th>
      <td>
        <span class="tag" data-kind={KINDS[outcome.outcome]}>
          {isDone ? words.done[outcome.outcome] : words.outcomes[outcome.outcome]}
        </span>
      </td>
      <td class="wrap">
        {outcome.fault}
        {outcome.changes.length > 0 && (
          <ChangeList
            changed={outcome.changes.filter(isSaid).map(({ field, before, after }) => ({ field, before, after }))}
          />
        )}
      </td>
    </tr>
  );
}
