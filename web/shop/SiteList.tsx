import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { SiteSummary } from "../../projections/views.ts";
import { messages } from "../messages/catalogue.ts";
import { formatMoney } from "../messages/format.ts";
import { now } from "../state/clock.ts";
import { awaitSites, loadSites, matching, sites, sitesTrouble, stateOf } from "../state/shop/sites.ts";
import { Blank } from "../ui/Blank.tsx";
import { Header, ShopLinks } from "../ui/Header.tsx";
import { Notice } from "../ui/Notice.tsx";
import { SearchField } from "../ui/SearchField.tsx";
import { sentenceOf } from "../ui/trouble.ts";
import { OpenTag } from "./OpenTag.tsx";

const SHOWN = 60;
const PICTURE = { bakery: "🥐", restaurant: "🍲", dark_store: "🛒", warehouse: "📦" } as const;

/** Where to order: every site with its kind, city and whether it is open. */
export function SiteList() {
  const asked = useSignal("");
  useEffect(awaitSites, []);
  const words = messages.value;
  const all = sites.value;
  const minute = Math.floor(now.value / 60_000) * 60_000;
  const found = all && matching(all, asked.value, minute);
  return (
    <>
      <Header>
        <ShopLinks />
      </Header>
      <main class="page">
        <h1>{words.shop.where}</h1>
        {sitesTrouble.value !== undefined && (
          <Notice kind="bad">
            <p>{sentenceOf(sitesTrouble.value)}</p>
            <button type="button" class="button" onClick={() => void loadSites()}>
              {words.common.retry}
            </button>
          </Notice>
        )}
        {all && all.length > 8 && <SearchField label={words.shop.findSite} value={asked} />}
        {!found && sitesTrouble.value === undefined && <p class="quiet">{words.common.loading}</p>}
        {found && found.length === 0 && (
          <Blank icon="shop" title={all?.length === 0 ? words.shop.noSites : words.shop.noMatch}>
            {all?.length === 0 && <p class="quiet">{words.shop.noSitesHint}</p>}
          </Blank>
        )}
        <ul class="sites">
          {found?.slice(0, SHOWN).map((site) => (
            <SiteCard key={site.siteId} site={site} at={minute} />
          ))}
        </ul>
      </main>
    </>
  );
}

function SiteCard({ site, at }: { site: SiteSummary; at: number }) {
  const words = messages.value;
  const state = stateOf(site, at);
  return (
    <li>
      <a class="card site" href={`/?site=${encodeURIComponent(site.siteId)}`} data-open={state}>
        <span class="picture" aria-hidden="true">
          {PICTURE[site.kind]}
        </span>
        <span class="what">
          <strong>{site.name}</strong>
          <span class="quiet small">
            {words.kinds[site.kind]} · {site.city}
          </span>
          <span class="facts small quiet">
            <OpenTag state={state} />
            {words.shop.deliveryFee(formatMoney({ amount: site.deliveryFee, currency: site.currency }))}
          </span>
        </span>
      </a>
    </li>
  );
}
