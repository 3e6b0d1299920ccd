import { z } from "zod";
import type { Api } from "../../infra/http/api.ts";
import { stockOuts as findStockOuts } from "../../projections/availability/outages.ts";
import { findItems } from "../../projections/catalogue/queries.ts";
import { readingOf } from "../answer.ts";
import type { ReadServices } from "../services.ts";
import { exactRangeOf, instant, rangeParameters } from "./range.ts";
import { type StockOuts, stockOuts } from "./schemas.ts";
import { fileNameOf, sendTable, tableResponses } from "./sending.ts";

/** Items in one answer. */
const MOST_ROWS = 1_000;

/** For how long nothing of an item could be had. */
export function stockOutRoute(api: Api, { pool, positions, schemas, clock }: ReadServices): void {
  api.get(
    "/api/analytics/stock-outs",
    {
      config: { action: "analytics.read" },
      schema: {
        tags: ["analytics"],
        summary: "Out-of-stock minutes by site and item",
        description:
          "Everything promised, nothing on hand, or marked as unavailable; what was never in stock does not count. " +
          `At most ${MOST_ROWS} rows. \`from\` and \`to\` are taken to the millisecond, and nothing after now counts.`,
        querystring: z.object(rangeParameters),
        response: tableResponses(stockOuts),
      },
    },
    async (request, reply) => {
      const { site: siteId, format } = request.query;
      const now = clock.now();
      const { from, to } = exactRangeOf(request.query, now);
      const reading = await readingOf(positions, "availability", request);
      const upToNow = { from, to: Math.min(to, now), siteId };
      const found = await findStockOuts(pool, reading.generation.schema, upToNow, MOST_ROWS);
      const skus = [...new Set(found.map(({ sku }) => sku))];
      const items = await findItems(pool, (await schemas.of("catalogue")).schema, skus);
      const rows = found.map(({ sku, ...row }) => ({ ...row, sku, name: items.get(sku)?.name ?? sku }));
      const json: StockOuts = { from: instant(from), to: instant(to), rows };
      return await sendTable(request, reply, positions, reading, {
        format,
        json,
        table: () => ({
          fileName: fileNameOf("stock-outs", json.from, json.to, siteId),
          columns: ["site", "sku", "name", "minutes", "periods", "out"],
          rows: rows.map((row) => [row.siteId, row.sku, row.name, row.minutes, row.periods, row.out]),
        }),
      });
    },
  );
}
