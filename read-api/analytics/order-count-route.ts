import { z } from "zod";
import type { Api } from "../../infra/http/api.ts";
import { type CountedBucket, countOrders } from "../../projections/analytics/queries.ts";
import { readingOf } from "../answer.ts";
import type { ReadServices } from "../services.ts";
import { bucketParameter, bucketsOf, cityParameter, instant, rangeOf, rangeParameters } from "./range.ts";
import { type OrderCounts, orderCounts } from "./schemas.ts";
import { fileNameOf, sendTable, type Table, tableResponses } from "./sending.ts";

/** How many orders were placed, and what became of them. */
export function orderCountRoute(api: Api, { pool, positions, clock }: ReadServices): void {
  api.get(
    "/api/analytics/orders",
    {
      config: { action: "analytics.read" },
      schema: {
        tags: ["analytics"],
        summary: "Orders by hour or day, and what became of them",
        description:
          "Counted by the time of placing. An order of several sites counts at each of them, in cities once.",
        querystring: z.object({
          ...rangeParameters,
          bucket: bucketParameter,
          city: cityParameter,
          currency: z
            .string()
            .regex(/^[A-Z]{3}$/)
            .optional()
            .describe("only orders in this currency"),
        }),
        response: tableResponses(orderCounts),
      },
    },
    async (request, reply) => {
      const { bucket, site: siteId, city, currency, format } = request.query;
      const range = rangeOf(request.query, bucket, clock.now());
      const reading = await readingOf(positions, "analytics", request);
      const counted = await countOrders(pool, reading.generation.schema, { ...range, siteId, city }, bucket);
      const own = counted.filter((one) => currency === undefined || one.currency === currency);
      const currencies = [...new Set(own.map((one) => one.currency))].sort();
      const rows = rowsOf(own, bucketsOf(range, bucket), currency === undefined ? currencies : [currency]);
      const json: OrderCounts = { from: instant(range.from), to: instant(range.to), bucket, currencies, rows };
      return await sendTable(request, reply, positions, reading, {
        format,
        json,
        table: () => tableOf(json, siteId ?? city),
      });
    },
  );
}

const MONEYLESS = [
  ["orders", "orders"],
  ["paid", "paid"],
  ["accepted", "accepted"],
  ["rejected", "rejected"],
  ["cancelled", "cancelled"],
  ["outOfStock", "out_of_stock"],
  ["paymentFailed", "payment_failed"],
  ["delivered", "delivered"],
  ["shipped", "shipped"],
  ["late", "late"],
  ["refunds", "refunds"],
  ["disputes", "disputes"],
] as const;

function rowsOf(
  counted: readonly CountedBucket[],
  buckets: readonly number[],
  currencies: readonly string[],
): OrderCounts["rows"] {
  const [currency] = currencies;
  const byTime = Map.groupBy(counted, ({ at }) => at);
  return buckets.map((at) => {
    const here = byTime.get(at) ?? [];
    const sum = (of: (one: CountedBucket) => number) => here.reduce((total, one) => total + of(one), 0);
    const money = (of: (one: CountedBucket) => number) =>
      currency === undefined || currencies.length > 1 ? null : { amount: sum(of), currency };
    return {
      at: instant(at),
      orders: sum(({ orders }) => orders),
      paid: sum(({ paid }) => paid),
      accepted: sum(({ accepted }) => accepted),
      rejected: sum(({ rejected }) => rejected),
      cancelled: sum(({ cancelled }) => cancelled),
      outOfStock: sum(({ out_of_stock }) => out_of_stock),
      paymentFailed: sum(({ payment_failed }) => payment_failed),
      delivered: sum(({ delivered }) => delivered),
      shipped: sum(({ shipped }) => shipped),
      late: sum(({ late }) => late),
      revenue: money(({ revenue }) => revenue),
      refunds: sum(({ refunds }) => refunds),
      refunded: money(({ refunded }) => refunded),
      disputes: sum(({ disputes }) => disputes),
    };
  });
}

function tableOf(json: OrderCounts, place: string | undefined): Table {
  return {
    fileName: fileNameOf(`orders-by-${json.bucket}`, json.from, json.to, place),
    columns: ["at", ...MONEYLESS.map(([, name]) => name), "revenue_minor", "refunded_minor", "currency"],
    rows: json.rows.map((row) => [
      row.at,
      ...MONEYLESS.map(([field]) => row[field]),
      row.revenue?.amount,
      row.refunded?.amount,
      row.revenue?.currency,
    ]),
  };
}
