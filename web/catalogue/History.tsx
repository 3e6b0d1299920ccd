import { useEffect, useMemo } from "preact/hooks";
import type { BulkKind } from "../../domain/catalogue/bulk.ts";
import { type Change, getHistory } from "../api/catalogue.ts";
import { messages } from "../messages/catalogue.ts";
import { formatWhen } from "../messages/format.ts";
import { goodsWords } from "../messages/goods.ts";
import { type Difference, differences } from "../state/catalogue/fields.ts";
import { latest } from "../state/latest.ts";
import { Notice } from "../ui/Notice.tsx";
import { sentenceOf } from "../ui/trouble.ts";
import { ChangeList } from "./Changes.tsx";

/** Who changed what and when, the newest first: from the events themselves. */
export function History({ kind, id, changed }: { kind: BulkKind; id: string; changed: number }) {
  const words = goodsWords.value;
  const history = useMemo(() => latest<readonly Change[]>(), []);
  const read = () => history.ask(async () => (await getHistory(kind, id)).data.changes, true);
  useEffect(read, [changed]);
  const told = tell(history.data.value ?? []).toReversed();
  return (
    <section class="card goods-history" aria-labelledby="history-title">
      <h2 id="history-title">{words.history}</h2>
      {history.trouble.value !== undefined && (
        <Notice kind="bad" title={words.historyFailed}>
          <p>{sentenceOf(history.trouble.value)}</p>
          <button type="button" class="button" onClick={read}>
            {messages.value.common.retry}
          </button>
        </Notice>
      )}
      {history.data.value?.length === 0 && <p class="quiet">{words.historyNone}</p>}
      <ol>
        {told.map(({ change: { revision, type, at, actor }, said }) => (
          <li key={revision} data-type={type}>
            <p>
              <strong>{words.kinds[type] ?? type}</strong>{" "}
              <span class="quiet small">
                {formatWhen(at)}, {words.by(`${actor.type} ${actor.id}`)}
              </span>
            </p>
            {said.length > 0 && <ChangeList changed={said} />}
          </li>
        ))}
      </ol>
    </section>
  );
}

interface Told {
  readonly change: Change;
  readonly said: readonly Difference[];
}

const BEGINS = new Set(["item.listed", "site.opened"]);

/** Each event with what it changed of what was said before it; the first says everything, which the form shows. */
function tell(changes: readonly Change[]): readonly Told[] {
  let known: Readonly<Record<string, unknown>> = {};
  return changes.map((change) => {
    const said = BEGINS.has(change.type)
      ? []
      : Object.keys(change.data).flatMap((field) => {
          const [one] = differences({ [field]: known[field] }, { [field]: change.data[field] });
          return one ? [one] : [];
        });
    known = { ...known, ...change.data };
    return { change, said };
  });
}
