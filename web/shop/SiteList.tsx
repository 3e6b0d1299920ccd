import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { SiteSummary } from "../../projections/views.ts";
import { messages } from "../messages/catalogue.ts";
import { now } from "../state/clock.ts";
import { followNear, nearTrouble } from "../state/shop/place/near.ts";
import { chosenPlace } from "../state/shop/place/place.ts";
import { listedSites } from "../state/shop/reached.ts";
import { awaitSites, loadSites, matching, sites, sitesTrouble } from "../state/shop/sites.ts";
import { Blank } from "../ui/Blank.tsx";
import { Header, ShopLinks } from "../ui/Header.tsx";
import { Notice } from "../ui/Notice.tsx";
import { SearchField } from "../ui/SearchField.tsx";
import { sentenceOf } from "../ui/trouble.ts";
import { PlaceBar } from "./place/PlaceBar.tsx";
import { SiteCard } from "./SiteCard.tsx";

const SHOWN = 60;
/** Fewer than this are seen at a glance. */
const MANY = 8;

/** Where to order: what reaches the chosen place with its promised time, then the others. */
export function SiteList() {
  const asked = useSignal("");
  useEffect(awaitSites, []);
  useEffect(followNear, []);
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
        {all && all.length > 0 && <PlaceBar />}
        {all && all.length > MANY && <SearchField label={words.shop.findSite} value={asked} />}
        {all && chosenPlace.value && nearTrouble.value !== undefined && (
          <Notice kind="warn">{`${sentenceOf(nearTrouble.value)} ${words.shop.nearUnknown}`}</Notice>
        )}
        {!found && sitesTrouble.value === undefined && <p class="quiet">{words.common.loading}</p>}
        {found && found.length === 0 && (
          <Blank icon="shop" title={all?.length === 0 ? words.shop.noSites : words.shop.noMatch}>
            {all?.length === 0 && <p class="quiet">{words.shop.noSitesHint}</p>}
          </Blank>
        )}
        {found && found.length > 0 && <Found sites={found} at={minute} asked={asked.value !== ""} />}
      </main>
    </>
  );
}

function Found({ sites: found, at, asked }: { sites: readonly SiteSummary[]; at: number; asked: boolean }) {
  const words = messages.value.shop;
  const { reaching, others, known } = listedSites(found);
  const place = chosenPlace.value;
  if (!known || !place) {
    return (
      <ul class="sites" aria-busy={place !== undefined}>
        {found.slice(0, SHOWN).map((site) => (
          <SiteCard key={site.siteId} site={site} at={at} reach={undefined} />
        ))}
      </ul>
    );
  }
  return (
    <>
      <h2 class="sites-head">{words.reaching}</h2>
      {reaching.length === 0 && !asked && (
        <Notice kind="warn" title={words.nothingReaches}>
          {words.nothingReachesHint}
        </Notice>
      )}
      <ul class="sites">
        {reaching.slice(0, SHOWN).map(({ site, reach }) => (
          <SiteCard key={site.siteId} site={site} at={at} reach={reach} />
        ))}
      </ul>
      {others.length > 0 && (
        <>
          <h2 class="sites-head quiet">{words.notReaching}</h2>
          <ul class="sites">
            {others.slice(0, SHOWN).map((site) => (
              <SiteCard key={site.siteId} site={site} at={at} reach="none" />
            ))}
          </ul>
        </>
      )}
    </>
  );
}
