import { type OpenState, openState } from "../../domain/site/opening-hours.ts";
import { PROMISED_MINUTES } from "../../domain/site/site.ts";
import type { SitePlace } from "../../projections/catalogue/site-places.ts";
import type { SiteSummary } from "../../projections/views.ts";
import { metresBetween, type Position, type TravelTimes } from "./travel-times.ts";

/** Sites that are looked at for one position: the nearest ones. */
export const NEAREST = 50;

/** How far a site reaches, by travel time. */
const REACH_MINUTES = 60;

/** Quick commerce promises 15 minutes, so a dark store reaches no further than it can keep that. */
const reachOf = ({ kind }: SiteSummary): number =>
  kind === "dark_store" ? PROMISED_MINUTES.dark_store : REACH_MINUTES;

/** A site that is open and reaches a position. */
export interface ReachingSite extends SitePlace {
  readonly open: Exclude<OpenState, "closed">;
  readonly metres: number;
  /** Of the courier's way. */
  readonly travelMinutes: number;
  /** Within how many minutes an order placed now is promised. */
  readonly promisedMinutes: number;
}

/** Those of some sites that are open at a time and reach a position, the shortest way first. */
export async function reaching(
  sites: readonly SitePlace[],
  position: Position,
  now: number,
  travel: TravelTimes,
): Promise<ReachingSite[]> {
  const open = sites.flatMap(({ site, version }) => {
    const state = site.status === "open" ? openState(site.hours, site.timeZone, now) : "closed";
    return state === "closed" ? [] : [{ site, version, open: state }];
  });
  const minutes = await travel.minutes(
    open.map(({ site }) => site.position),
    position,
  );
  return open
    .flatMap(({ site, version, open: state }, index): ReachingSite[] => {
      const travelMinutes = minutes[index] ?? Number.POSITIVE_INFINITY;
      if (travelMinutes > reachOf(site)) return [];
      const promisedMinutes = PROMISED_MINUTES[site.kind];
      const metres = metresBetween(site.position, position);
      return [{ site, version, open: state, metres, travelMinutes, promisedMinutes }];
    })
    .sort(
      (a, b) => a.travelMinutes - b.travelMinutes || a.metres - b.metres || (a.site.siteId < b.site.siteId ? -1 : 1),
    );
}
