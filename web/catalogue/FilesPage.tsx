import { useState } from "preact/hooks";
import type { BulkKind } from "../../domain/catalogue/bulk.ts";
import { goodsWords } from "../messages/goods.ts";
import { exportText } from "../state/catalogue/export.ts";
import { checkFile, run } from "../state/catalogue/import-run.ts";
import { Notice } from "../ui/Notice.tsx";
import { sentenceOf } from "../ui/trouble.ts";
import { ImportRun } from "./ImportRun.tsx";

const KINDS = ["items", "sites"] as const;
const MOST_BYTES = 20_000_000;

/** Many items or sites at once: a file is read, what it would do is shown, then it is imported; and the way back. */
export function FilesPage() {
  const words = goodsWords.value;
  return (
    <>
      <div class="lead">
        <h1 tabIndex={-1}>{words.sections.files}</h1>
        <p class="quiet small">{words.files.hint}</p>
      </div>
      {run.value ? <ImportRun run={run.value} /> : <ChooseFile />}
      <Export />
    </>
  );
}

function ChooseFile() {
  const words = goodsWords.value;
  const [kind, setKind] = useState<BulkKind>("items");
  const [text, setText] = useState("");
  const [fault, setFault] = useState<"empty" | "tooLarge">();
  const check = (given: string) => {
    setFault(given.trim() === "" ? "empty" : undefined);
    if (given.trim() !== "") checkFile(kind, given);
  };
  const choose = async (file: File | undefined) => {
    if (!file) return;
    if (file.size > MOST_BYTES) setFault("tooLarge");
    else check(await file.text());
  };
  return (
    <form
      class="card choose-file"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        check(text);
      }}
    >
      <fieldset class="choices">
        <legend>{words.files.kind}</legend>
        {KINDS.map((one) => (
          <label key={one}>
            <input type="radio" name="kind" checked={kind === one} onChange={() => setKind(one)} />
            <span>{words.sections[one]}</span>
          </label>
        ))}
      </fieldset>
      <label class="field">
        <span>{words.files.choose}</span>
        <input
          type="file"
          accept=".csv,.tsv,.json,.jsonl,.txt,text/csv,application/json"
          onChange={(event) => void choose(event.currentTarget.files?.[0])}
        />
      </label>
      <label class="field">
        <span>{words.files.or}</span>
        <textarea
          rows={6}
          spellcheck={false}
          value={text}
          aria-invalid={fault === "empty"}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      {fault && <Notice kind="bad">{words.files[fault]}</Notice>}
      <div class="goods-acts">
        <button type="submit" class="button main">
          {words.files.check}
        </button>
      </div>
    </form>
  );
}

function Export() {
  const words = goodsWords.value.files;
  const [read, setRead] = useState<number>();
  const [trouble, setTrouble] = useState<unknown>();
  const save = async (kind: BulkKind, format: "csv" | "json") => {
    if (read !== undefined) return;
    setRead(0);
    setTrouble(undefined);
    try {
      const text = await exportText(kind, format, setRead);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type: format === "csv" ? "text/csv" : "application/json" }));
      link.download = `${kind}.${format === "csv" ? "csv" : "jsonl"}`;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (error) {
      setTrouble(error);
    } finally {
      setRead(undefined);
    }
  };
  return (
    <section class="goods-export" aria-labelledby="export-title">
      <h2 id="export-title">{words.export}</h2>
      <p class="quiet small" role="status">
        {read === undefined ? words.exportHint : words.exporting(read)}
      </p>
      <div class="goods-acts">
        {KINDS.flatMap((kind) =>
          (["csv", "json"] as const).map((format) => (
            <button
              key={`${kind}/${format}`}
              type="button"
              class="button"
              aria-disabled={read !== undefined}
              onClick={() => void save(kind, format)}
            >
              {words.exportAs[kind][format]}
            </button>
          )),
        )}
      </div>
      {trouble !== undefined && <Notice kind="bad">{sentenceOf(trouble)}</Notice>}
    </section>
  );
}
