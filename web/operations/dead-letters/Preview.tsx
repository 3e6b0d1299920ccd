import { useState } from "preact/hooks";
import { postPreview, type RedriveResult } from "../../api/dead-letters.ts";
import { operationsWords } from "../../messages/operations.ts";
import { newId } from "../../state/ids.ts";
import { Notice } from "../../ui/Notice.tsx";
import { sentenceOf } from "../../ui/trouble.ts";

type Looked = { readonly result: RedriveResult["result"] } | { readonly trouble: unknown } | "looking" | undefined;

/** What redriving would do, on demand: the workers try it and keep nothing. */
export function Preview({ id }: { id: string }) {
  const [looked, setLooked] = useState<Looked>();
  const words = operationsWords.value.dead;
  const look = async () => {
    if (looked === "looking") return;
    setLooked("looking");
    try {
      const { data } = await postPreview([id], newId());
      setLooked({ result: data.results[0]?.result });
    } catch (trouble) {
      setLooked({ trouble });
    }
  };
  return (
    <section class="preview" aria-live="polite">
      <button type="button" class="button slim" data-key="p" aria-keyshortcuts="p" onClick={() => void look()}>
        {words.preview}
      </button>
      {looked === "looking" && <p class="quiet">{words.looking}</p>}
      {typeof looked === "object" && "trouble" in looked && <Notice kind="bad">{sentenceOf(looked.trouble)}</Notice>}
      {typeof looked === "object" && "result" in looked && <Outcome result={looked.result} />}
    </section>
  );
}

function Outcome({ result }: { result: RedriveResult["result"] }) {
  const words = operationsWords.value.dead.outcome;
  if (result === undefined) return <Notice kind="warn">{words.late}</Notice>;
  const { outcome, failure, followed = 0, parkedNext, rows, asks } = result;
  if (outcome === "fails") {
    return <Notice kind="warn">{words.fails(failure?.error ?? "", failure?.message ?? "")}</Notice>;
  }
  if (outcome === "not_owed") return <Notice>{words.notOwed}</Notice>;
  const changed = Object.entries(rows ?? {}).map(([table, count]) => `${count} × ${table}`);
  return (
    <Notice icon="check">
      <p>{asks === undefined ? words.handled(followed) : words.asks(asks)}</p>
      {changed.length > 0 && <p>{words.rows(changed.join(", "))}</p>}
      {parkedNext && <p>{words.next(parkedNext.type, parkedNext.error)}</p>}
    </Notice>
  );
}
