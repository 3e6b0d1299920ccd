import { signal } from "@preact/signals";
import { type OpenState, openState } from "../../../domain/site/opening-hours.ts";
import type { SiteSummary } from "../../../projections/views.ts";
import { getSites } from "../../api/endpoints.ts";

/** All sites; undefined until they have been loaded once. */
export const sites = signal<readonly SiteSummary[] | undefined>(undefined);
export const sitesTrouble = signal<unknown>(undefined);

/** Of more sites than these pages hold, a buyer needs a search by place. */
const MOST_PAGES = 10;

const AGAIN = 4_000;

/** Loads the sites, again and again until there are some. Returns how to stop. */
export function awaitSites(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const load = async () => {
    await loadSites();
    const wanting = sitesTrouble.peek() !== undefined || sites.peek()?.length === 0;
    if (!stopped && wanting) timer = setTimeout(load, AGAIN);
  };
  void load();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** Loads the sites; what is shown stays when that fails. */
export async function loadSites(): Promise<void> {
  try {
    const found: SiteSummary[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < MOST_PAGES; page++) {
      const { data } = await getSites(cursor);
      found.push(...data.sites.filter((site) => site.status !== "closed"));
      cursor = data.next;
      if (cursor === undefined) break;
    }
    sites.value = found;
    sitesTrouble.value = undefined;
  } catch (error) {
    sitesTrouble.value = error;
  }
}

/** Whether a site takes orders now, in its own time zone. */
export const stateOf = (site: SiteSummary, now: number): OpenState | "suspended" =>
  site.status === "suspended" ? "suspended" : openState(site.hours, site.timeZone, now);

/** Sites whose name or city holds every word asked for, open ones first; without a question all of them. */
export function matching(all: readonly SiteSummary[], asked: string, now: number): readonly SiteSummary[] {
  const words = asked.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const rank = { open: 0, closing_soon: 1, suspended: 2, closed: 3 };
  return all
    .filter((site) => words.every((word) => `${site.name} ${site.city}`.toLocaleLowerCase().includes(word)))
    .map((site) => ({ site, at: rank[stateOf(site, now)] }))
    .sort((a, b) => a.at - b.at || a.site.city.localeCompare(b.site.city) || a.site.name.localeCompare(b.site.name))
    .map(({ site }) => site);
}
