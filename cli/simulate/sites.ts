import type { SiteView } from "../../projections/views.ts";
import type { ApiClient } from "./api-client.ts";

const PAGE = 100;
/** More sites than anybody opens; whoever lists further has met a cursor that goes in a circle. */
const MOST_PAGES = 1_000;

/** Every site that is there, page by page. */
export async function sitesThere(client: ApiClient): Promise<readonly SiteView[]> {
  const sites: SiteView[] = [];
  let cursor = "";
  for (let page = 0; page < MOST_PAGES; page++) {
    const { body } = await client.get(`/api/sites?limit=${PAGE}${cursor}`);
    sites.push(...((body?.sites ?? []) as SiteView[])); // the shape that the API documents
    if (typeof body?.next !== "string") break;
    cursor = `&cursor=${encodeURIComponent(body.next)}`;
  }
  return sites;
}
