import { getStockOuts, type StockOut } from "../../api/analytics.ts";
import { analystWords } from "../../messages/analyst.ts";
import { formatCount, formatMoment } from "../../messages/figures.ts";
import { formatDuration } from "../../messages/format.ts";
import { followFigures } from "../../state/analyst/charts.ts";
import type { Filter } from "../../state/analyst/span.ts";
import { useFeed } from "../parts/use-feed.ts";
import { Bars } from "./Bars.tsx";
import { Figure } from "./Figure.tsx";

/** Bars for more than these say nothing; the table has all. */
const SHOWN = 8;

/** What was sold out where, the longest first. */
export function StockOutsFigure({ filter }: { filter: Filter }) {
  const feed = useFeed(() => followFigures(filter, getStockOuts), false);
  const words = analystWords.value.charts;
  const got = feed.data.value;
  const rows = (got?.read.rows ?? []).toSorted((a, b) => b.minutes - a.minutes);
  const more = rows.length - SHOWN;
  return (
    <Figure<StockOut>
      id="stock-outs"
      title={words.stockOuts.title}
      sum={filter.city === undefined || filter.site !== undefined ? "" : words.stockOuts.noCity}
      hint={more > 0 ? words.stockOuts.more(formatCount(more)) : words.stockOuts.hint}
      table={
        got && {
          caption: words.stockOuts.caption(formatMoment(got.span.from), formatMoment(got.span.to)),
          columns: [
            { id: "name", head: words.stockOuts.name, shown: ({ name }) => name, value: ({ name }) => name },
            { id: "sku", head: words.stockOuts.sku, shown: ({ sku }) => sku, value: ({ sku }) => sku },
            { id: "site", head: words.stockOuts.site, shown: ({ siteId }) => siteId, value: ({ siteId }) => siteId },
            {
              id: "minutes",
              head: words.stockOuts.minutes,
              numeric: true,
              shown: ({ minutes }) => formatCount(minutes),
              value: ({ minutes }) => minutes,
            },
            {
              id: "periods",
              head: words.stockOuts.periods,
              numeric: true,
              shown: ({ periods }) => formatCount(periods),
              value: ({ periods }) => periods,
            },
            {
              id: "out",
              head: words.stockOuts.out,
              shown: ({ out }) => (out ? words.stockOuts.outNow : words.nothing),
              value: ({ out }) => out,
            },
          ],
          rows,
          file: "stock-outs",
        }
      }
      trouble={feed.trouble.value}
      again={feed.look}
      empty={words.stockOuts.none}
    >
      <Bars
        bars={rows.slice(0, SHOWN).map(({ siteId, sku, name, minutes, out }) => ({
          key: `${siteId} ${sku}`,
          label: name,
          of: siteId,
          value: minutes,
          text: formatDuration(minutes * 60_000),
          note: out ? words.stockOuts.outNow : undefined,
        }))}
      />
    </Figure>
  );
}
