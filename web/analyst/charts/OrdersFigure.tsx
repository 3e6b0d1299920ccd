import { getOrderCounts, type OrdersRow } from "../../api/analytics.ts";
import { analystWords } from "../../messages/analyst.ts";
import { formatCount, formatMoment } from "../../messages/figures.ts";
import { formatMoney } from "../../messages/format.ts";
import { followFigures } from "../../state/analyst/charts.ts";
import { bucketsOf, type Filter } from "../../state/analyst/span.ts";
import { useFeed } from "../parts/use-feed.ts";
import { type Column, Figure } from "./Figure.tsx";
import { type Line, LineChart } from "./LineChart.tsx";
import { momentText } from "./moment-text.ts";

const COUNTS = [
  "orders",
  "paid",
  "accepted",
  "rejected",
  "cancelled",
  "outOfStock",
  "paymentFailed",
  "delivered",
  "shipped",
  "late",
  "refunds",
  "disputes",
] as const satisfies readonly (keyof OrdersRow)[];

/** Orders by hour or day, and what became of them. */
export function OrdersFigure({ filter }: { filter: Filter }) {
  const feed = useFeed(() => followFigures(filter, getOrderCounts));
  const words = analystWords.value.charts;
  const got = feed.data.value;
  const rows = got?.read.rows ?? [];
  const bucket = got?.span.bucket ?? filter.bucket;
  const total = rows.reduce((sum, row) => sum + row.orders, 0);
  return (
    <Figure
      id="orders"
      title={words.orders[bucket]}
      sum={got && words.orders.total(total, formatCount(total))}
      hint={words.orders.endedEarlyHint}
      table={
        got && {
          caption: words.orders.caption(formatMoment(got.span.from), formatMoment(got.span.to)),
          columns: columnsOf(bucket),
          // There is a row for every hour; where nothing was ordered in any, there is nothing to show.
          rows: total === 0 ? [] : rows,
          file: `orders-by-${bucket}`,
        }
      }
      trouble={feed.trouble.value}
      again={feed.look}
      empty={words.empty}
    >
      {got && (
        <LineChart
          name={words.orders[bucket]}
          {...linesOf(rows, bucketsOf(got.span.from, got.span.to, bucket))}
          bucket={bucket}
          format={formatCount}
        />
      )}
    </Figure>
  );
}

function columnsOf(bucket: Filter["bucket"]): readonly Column<OrdersRow>[] {
  const words = analystWords.value.charts;
  const counts = COUNTS.map((id) => ({
    id,
    head: words.orders.columns[id],
    numeric: true,
    shown: (row: OrdersRow) => formatCount(row[id]),
    value: (row: OrdersRow) => row[id],
  }));
  const sums = (["revenue", "refunded"] as const).flatMap((id) => [
    {
      id: `${id}_minor`,
      head: words.orders.columns[id],
      numeric: true,
      shown: (row: OrdersRow) => {
        const sum = row[id];
        return sum === null ? words.nothing : formatMoney(sum);
      },
      value: (row: OrdersRow) => row[id]?.amount ?? null,
    },
  ]);
  return [
    { id: "at", head: words.at, shown: ({ at }) => momentText(Date.parse(at), bucket), value: ({ at }) => at },
    ...counts,
    ...sums,
    {
      id: "currency",
      head: words.orders.currency,
      shown: (row) => row.revenue?.currency ?? row.refunded?.currency ?? "",
      value: (row) => row.revenue?.currency ?? row.refunded?.currency ?? null,
    },
  ];
}

function linesOf(rows: readonly OrdersRow[], times: readonly number[]): { times: readonly number[]; lines: Line[] } {
  const words = analystWords.value.charts.orders;
  const byTime = new Map(rows.map((row) => [Date.parse(row.at), row]));
  const line = (label: string, value: (row: OrdersRow) => number): Line => ({
    label,
    values: times.map((time) => {
      const row = byTime.get(time);
      return row ? value(row) : 0;
    }),
  });
  return {
    times,
    lines: [
      line(words.columns.orders, (row) => row.orders),
      line(words.columns.delivered, (row) => row.delivered),
      line(words.columns.late, (row) => row.late),
      line(words.endedEarly, (row) => row.rejected + row.cancelled + row.outOfStock + row.paymentFailed),
    ],
  };
}
