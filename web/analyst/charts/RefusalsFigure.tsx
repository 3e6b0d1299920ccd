import { getRefusals, type Refusal } from "../../api/analytics.ts";
import { analystWords } from "../../messages/analyst.ts";
import { formatCount, formatMoment } from "../../messages/figures.ts";
import { followFigures } from "../../state/analyst/charts.ts";
import type { Filter } from "../../state/analyst/span.ts";
import { useFeed } from "../parts/use-feed.ts";
import { Bars } from "./Bars.tsx";
import { Figure } from "./Figure.tsx";
import { readable } from "./readable.ts";

const stepOf = ({ step }: Refusal): string => analystWords.value.charts.refusals.steps[step] ?? readable(step);
const reasonOf = ({ reason }: Refusal): string =>
  analystWords.value.charts.refusals.reasons[reason] ?? readable(reason);

/** Bars for more than these say nothing; the table has all. */
const SHOWN = 8;

/** Why orders were refused, the most frequent reason first. */
export function RefusalsFigure({ filter }: { filter: Filter }) {
  const feed = useFeed(() => followFigures(filter, getRefusals), false);
  const words = analystWords.value.charts;
  const got = feed.data.value;
  const rows = (got?.read.reasons ?? []).toSorted((a, b) => b.count - a.count);
  return (
    <Figure<Refusal>
      id="refusals"
      title={words.refusals.title}
      hint={rows.length > SHOWN ? words.stockOuts.more(formatCount(rows.length - SHOWN)) : undefined}
      table={
        got && {
          caption: words.refusals.caption(formatMoment(got.span.from), formatMoment(got.span.to)),
          columns: [
            { id: "reason", head: words.refusals.reason, shown: reasonOf, value: ({ reason }) => reason },
            { id: "step", head: words.refusals.step, shown: stepOf, value: ({ step }) => step },
            {
              id: "count",
              head: words.refusals.count,
              numeric: true,
              shown: ({ count }) => formatCount(count),
              value: ({ count }) => count,
            },
          ],
          rows,
          file: "refusals-by-reason",
        }
      }
      trouble={feed.trouble.value}
      again={feed.look}
      empty={words.refusals.none}
    >
      <Bars
        bars={rows.slice(0, SHOWN).map((row) => ({
          key: `${row.step} ${row.reason}`,
          label: reasonOf(row),
          of: stepOf(row),
          value: row.count,
          text: formatCount(row.count),
        }))}
      />
    </Figure>
  );
}
