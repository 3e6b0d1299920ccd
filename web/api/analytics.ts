import type { Money } from "../../domain/money/money.ts";
import type { SiteSummary } from "../../projections/views.ts";
import { request } from "./request.ts";

export type Bucket = "hour" | "day";

/** What the charts are asked for; times are ISO 8601, `to` is exclusive. */
export interface Span {
  readonly from: string;
  readonly to: string;
  readonly bucket: Bucket;
  readonly site?: string | undefined;
  readonly city?: string | undefined;
}

export interface OrdersRow {
  /** Begin of the hour or day. */
  readonly at: string;
  readonly orders: number;
  readonly paid: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly cancelled: number;
  readonly outOfStock: number;
  readonly paymentFailed: number;
  readonly delivered: number;
  readonly shipped: number;
  readonly late: number;
  /** None where the span holds several currencies. */
  readonly revenue: Money | null;
  readonly refunds: number;
  readonly refunded: Money | null;
  readonly disputes: number;
}

export interface Percentiles {
  readonly count: number;
  readonly p50Ms: number | null;
  readonly p90Ms: number | null;
  readonly p99Ms: number | null;
}

export interface StepTimes extends Percentiles {
  readonly step: string;
  readonly rows: readonly (Percentiles & { readonly at: string })[];
}

export interface Refusal {
  readonly step: string;
  readonly reason: string;
  readonly count: number;
}

export interface StockOut {
  readonly siteId: string;
  readonly sku: string;
  readonly name: string;
  readonly minutes: number;
  readonly periods: number;
  /** Out of stock right now. */
  readonly out: boolean;
}

const ask = <T>(what: string, { from, to, bucket, site, city }: Span) => {
  const query = new URLSearchParams({ from, to });
  if (what === "orders" || what === "steps") query.set("bucket", bucket);
  if (site !== undefined) query.set("site", site);
  if (city !== undefined && what !== "stock-outs") query.set("city", city);
  return request<T>(`/api/analytics/${what}?${query}`, { seat: "desk", tries: 1, timeout: 10_000 });
};

export const getOrderCounts = (span: Span) =>
  ask<{ from: string; to: string; rows: readonly OrdersRow[] }>("orders", span);
export const getStepTimes = (span: Span) =>
  ask<{ from: string; to: string; steps: readonly StepTimes[] }>("steps", span);
export const getRefusals = (span: Span) => ask<{ reasons: readonly Refusal[] }>("refusals", span);
export const getStockOuts = (span: Span) => ask<{ rows: readonly StockOut[] }>("stock-outs", span);

/** Sites to filter by; the first thousand. */
export async function getAllSites(): Promise<readonly SiteSummary[]> {
  const sites: SiteSummary[] = [];
  let cursor: string | undefined;
  do {
    const more = cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const { data } = await request<{ sites: readonly SiteSummary[]; next?: string }>(`/api/sites?limit=100${more}`, {
      seat: "desk",
      tries: 2,
    });
    sites.push(...data.sites);
    cursor = data.next;
  } while (cursor !== undefined && sites.length < 1_000);
  return sites;
}
