import { useEffect, useMemo, useState } from "preact/hooks";
import type { BulkKind } from "../../domain/catalogue/bulk.ts";
import { Reading } from "../analyst/parts/Reading.tsx";
import { getItem, getSite } from "../api/catalogue.ts";
import { ApiProblem } from "../api/problem.ts";
import { goodsWords } from "../messages/goods.ts";
import type { Entry } from "../state/catalogue/entry.ts";
import { latest } from "../state/latest.ts";
import { Blank } from "../ui/Blank.tsx";
import { Acts } from "./Acts.tsx";
import { EntryForm } from "./EntryForm.tsx";
import { History } from "./History.tsx";
import { State } from "./ListPage.tsx";
import { Stock } from "./Stock.tsx";

/** One item or site: its form, what can be done to it, and who changed what. Without an id, a new one. */
export function EntryPage({ kind, id }: { kind: BulkKind; id: string | undefined }) {
  const words = goodsWords.value;
  const entry = useMemo(() => latest<Entry>(), []);
  const [changed, setChanged] = useState(0);
  const read = (after?: string) => {
    if (id === undefined) return;
    entry.ask(async () => {
      if (kind === "items") {
        const { data, revision = "" } = await getItem(id, after);
        return { item: data, revision };
      }
      const { data, revision = "" } = await getSite(id, after);
      return { site: data, revision };
    }, true);
  };
  useEffect(() => read(), []);
  const again = (after?: string) => {
    read(after);
    setChanged((n) => n + 1);
  };
  const known = entry.data.value;
  const trouble = entry.trouble.value;
  const isUnknown = trouble instanceof ApiProblem && trouble.status === 404;
  const name = known?.item?.name ?? known?.site?.name;
  const state = known?.site?.status ?? (known?.item ? (known.item.withdrawn ? "withdrawn" : "sold") : undefined);
  return (
    <>
      <p class="small">
        <a href={kind === "items" ? "/catalogue" : "/catalogue/sites"}>{words.back[kind]}</a>
      </p>
      <div class="lead">
        <h1 tabIndex={-1}>
          {id === undefined ? words.new[kind] : (name ?? id)} {state && <State state={state} />}
        </h1>
        {id !== undefined && <p class="quiet small">{id}</p>}
      </div>
      {isUnknown ? (
        <Blank icon="search" title={words.unknown[kind](id ?? "")}>
          <a class="button" href={`/catalogue/${kind}/new`}>
            {words.new[kind]}
          </a>
        </Blank>
      ) : id !== undefined && !known ? (
        <Reading trouble={trouble} again={() => read()} lines={10} />
      ) : (
        <div class="goods-entry">
          <EntryForm kind={kind} id={id} known={known} onSaved={again} />
          {id !== undefined && (
            <div class="goods-side">
              {known && <Acts entry={known} onDone={again} />}
              <History kind={kind} id={id} changed={changed} />
            </div>
          )}
          {known?.site && <Stock site={known.site} />}
        </div>
      )}
    </>
  );
}
