import type { SiteSummary } from "../../projections/views.ts";
import { messages } from "../messages/catalogue.ts";
import { formatDistance, formatDuration, formatTime } from "../messages/format.ts";
import { promisedRange } from "../state/promise.ts";
import type { ReachingSite } from "../state/shop/place/near.ts";
import { stateOf } from "../state/shop/sites.ts";
import { Icon } from "../ui/Icon.tsx";
import { feeOf } from "./fee-of.ts";
import { OpenTag } from "./OpenTag.tsx";

const PICTURE = {
  bakery: "bakery",
  restaurant: "restaurant",
  dark_store: "dark-store",
  warehouse: "warehouse",
} as const;

interface SiteCardProps {
  readonly site: SiteSummary;
  /** The minute for which it is shown. */
  readonly at: number;
  /** Its way to the chosen place; `none` where it does not come, undefined where that is not known. */
  readonly reach: ReachingSite | "none" | undefined;
}

/** A site in a list, with the promised time on top where one can be given. */
export function SiteCard({ site, at, reach }: SiteCardProps) {
  const words = messages.value;
  const state = stateOf(site, at);
  const near = reach === "none" || site.kind === "warehouse" ? undefined : reach;
  const range = near && promisedRange(at + near.promisedMinutes * 60_000, at);
  return (
    <li>
      <a
        class="card site"
        href={`/?site=${encodeURIComponent(site.siteId)}`}
        data-open={state}
        data-reached={reach === "none" ? "none" : undefined}
      >
        <span class="picture">
          <img src={`/pictures/${PICTURE[site.kind]}.svg`} alt="" width="48" height="48" />
        </span>
        <span class="what">
          {range && (
            <span class="promise small">{words.shop.arrives(formatTime(range.from), formatTime(range.to))}</span>
          )}
          <strong>{site.name}</strong>
          <span class="quiet small">
            {words.kinds[site.kind]} · {site.city}
            {near && ` · ${words.shop.away(...unbroken(near))}`}
          </span>
          <span class="facts small quiet">
            {(!range || state !== "open") && <OpenTag state={state} />}
            <span class="fee">
              <Icon name="courier" />
              {feeOf(site)}
            </span>
          </span>
        </span>
      </a>
    </li>
  );
}

/** How far and how long; a number stays with its unit. */
const unbroken = ({ distanceMetres, travelMinutes }: ReachingSite): [string, string] => [
  formatDistance(distanceMetres).replace(" ", "\u00a0"),
  formatDuration(travelMinutes * 60_000).replaceAll(" ", "\u00a0"),
];
