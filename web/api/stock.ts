import { type Answer, request } from "./request.ts";

/** Stock of one item at a site. */
export interface StockLevel {
  readonly sku: string;
  readonly available: number;
  /** Taken off sale by the site. */
  readonly unavailable: boolean;
}

const of = (siteId: string) => `/api/sites/${encodeURIComponent(siteId)}`;

/** The stock of a site, at most 1,000 items. */
export const getStock = (
  siteId: string,
  after: string | undefined,
): Promise<Answer<{ stock: readonly StockLevel[] }>> =>
  request(`${of(siteId)}/availability?limit=1000`, { seat: "kitchen", after, tries: 2 });

/** Takes an item off sale at a site, or puts it back; `key` is that touch's own. */
export const postOnSale = (siteId: string, sku: string, available: boolean, key: string) =>
  request<{ readonly position: string }>(`${of(siteId)}/stock/availability`, {
    seat: "kitchen",
    method: "POST",
    body: { sku, available },
    key,
  });
