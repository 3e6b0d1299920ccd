import type { SiteSummary } from "../../../projections/views.ts";
import { near, type ReachingSite } from "./place/near.ts";

/** Sites as a buyer at the chosen place has them. */
export interface ListedSites {
  /** False while it is not known what reaches the place. */
  readonly known: boolean;
  /** Those that come, the shortest way first; then those that send parcels, wherever they are. */
  readonly reaching: readonly { readonly site: SiteSummary; readonly reach: ReachingSite | undefined }[];
  readonly others: readonly SiteSummary[];
}

/** Parts sites by whether they reach the chosen place. */
export function listedSites(all: readonly SiteSummary[]): ListedSites {
  const told = near.value;
  if (!told) return { known: false, reaching: [], others: all };
  const by = new Map(all.map((site) => [site.siteId, site]));
  const coming = told.sites.flatMap((reach) => {
    const site = by.get(reach.siteId);
    return site && site.kind !== "warehouse" ? [{ site, reach }] : [];
  });
  const parcels = all.filter(({ kind }) => kind === "warehouse").map((site) => ({ site, reach: undefined }));
  const reached = new Set([...coming, ...parcels].map(({ site }) => site.siteId));
  return {
    known: true,
    reaching: [...coming, ...parcels],
    others: all.filter(({ siteId }) => !reached.has(siteId)),
  };
}
