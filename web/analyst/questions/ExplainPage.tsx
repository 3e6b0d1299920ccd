import { analystWords } from "../../messages/analyst.ts";
import { followProjections } from "../../state/analyst/projections.ts";
import type { ExplainedRow } from "../parts/links.ts";
import { Reading } from "../parts/Reading.tsx";
import { useFeed } from "../parts/use-feed.ts";
import { ExplainForm } from "./ExplainForm.tsx";
import { Explanations } from "./Explanations.tsx";
import { keyFromText } from "./key-text.ts";

/** Which events made a row: asked by the address, which the form writes. */
export function ExplainPage({ query }: { query: string }) {
  const feed = useFeed(followProjections);
  const words = analystWords.value.explain;
  const asked = new URLSearchParams(query);
  const row = rowOf(asked);
  return (
    <>
      <div class="lead">
        <h1 tabIndex={-1}>{words.title}</h1>
        <p class="quiet small">{words.lead}</p>
      </div>
      {feed.data.value ? (
        <ExplainForm view={feed.data.value} asked={row} wished={asked.get("projection") ?? undefined} />
      ) : (
        <Reading trouble={feed.trouble.value} again={feed.look} lines={2} />
      )}
      {row ? <Explanations row={row} /> : <p class="quiet empty-line">{words.first}</p>}
    </>
  );
}

function rowOf(asked: URLSearchParams): ExplainedRow | undefined {
  const [projection, table] = [asked.get("projection"), asked.get("table")];
  const key = keyFromText(asked.get("key") ?? "");
  if (projection === null || table === null || key === undefined) return undefined;
  return { projection, table, key, until: asked.get("until") ?? undefined };
}
