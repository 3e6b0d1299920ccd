import { useEffect } from "preact/hooks";
import { messages } from "../messages/catalogue.ts";
import { kitchenWords } from "../messages/kitchen.ts";
import { awaitSites, sites, sitesTrouble } from "../state/shop/sites.ts";
import { Blank } from "../ui/Blank.tsx";
import { Header } from "../ui/Header.tsx";
import { Notice } from "../ui/Notice.tsx";
import { sentenceOf } from "../ui/trouble.ts";

/** Which site's tickets to show. */
export function KitchenChoice() {
  useEffect(awaitSites, []);
  const words = messages.value;
  return (
    <>
      <Header home="/kitchen" />
      <main class="page">
        <h1>{kitchenWords.value.choose}</h1>
        <p class="quiet">{kitchenWords.value.chooseHint}</p>
        {sitesTrouble.value !== undefined && <Notice kind="bad">{sentenceOf(sitesTrouble.value)}</Notice>}
        {sites.value?.length === 0 && <Blank icon="shop" title={words.shop.noSites} />}
        <ul class="sites">
          {sites.value?.map((site) => (
            <li key={site.siteId}>
              <a class="card site" href={`/kitchen/${encodeURIComponent(site.siteId)}`}>
                <span class="what">
                  <strong>{site.name}</strong>
                  <span class="quiet small">
                    {words.kinds[site.kind]} · {site.city}
                  </span>
                </span>
              </a>
            </li>
          ))}
        </ul>
      </main>
    </>
  );
}
