import "../theme/ticket-acts.css";
import "../theme/ticket-sizes.css";
import "../theme/kitchen-expo.css";
import { useEffect, useRef, useState } from "preact/hooks";
import type { SiteView } from "../../projections/views.ts";
import { getSite } from "../api/endpoints.ts";
import { ApiProblem, NoAnswer } from "../api/problem.ts";
import { messages } from "../messages/catalogue.ts";
import { kitchenWords } from "../messages/kitchen.ts";
import { developmentTokens, mayWatch, principalAt, takeRole } from "../state/auth.ts";
import { keepLastSeen, lastSeen } from "../state/kitchen/last-seen.ts";
import { cutSince } from "../state/reach.ts";
import { Blank } from "../ui/Blank.tsx";
import { Header } from "../ui/Header.tsx";
import { sentenceOf } from "../ui/trouble.ts";
import { DisplayView } from "./DisplayView.tsx";
import { Unreached } from "./Unreached.tsx";
import { useDisplay } from "./use-display.ts";

interface KitchenPageProps {
  readonly siteId: string;
  readonly station: string | undefined;
}

/** The kitchen display of one site, once somebody of that kitchen stands in front of it. */
export function KitchenPage({ siteId, station }: KitchenPageProps) {
  const [site, setSite] = useState<SiteView>();
  const [trouble, setTrouble] = useState<unknown>();
  const again = useRef<(() => void) | undefined>(undefined);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    const load = () => {
      clearTimeout(timer);
      return getSite(principalAt("kitchen") ? "kitchen" : "shop", siteId).then(
        ({ data }) => !stopped && setSite(data),
        (error: unknown) => {
          if (stopped) return;
          setTrouble(error);
          clearTimeout(timer);
          if (!(error instanceof ApiProblem && error.status === 404)) timer = setTimeout(load, 3_000);
        },
      );
    };
    const now = () => void load();
    now();
    again.current = now;
    addEventListener("online", now);
    return () => {
      stopped = true;
      removeEventListener("online", now);
      clearTimeout(timer);
    };
  }, [siteId]);

  if (site && mayWatch(siteId)) return <AtWork site={site} station={station} />;
  const words = kitchenWords.value;
  const missing = trouble instanceof ApiProblem && trouble.status === 404;
  const cut = trouble instanceof NoAnswer || cutSince() !== undefined;
  const seen = site ? undefined : lastSeen(siteId);
  return (
    <>
      <Header home="/kitchen" title={site?.name ?? seen?.name ?? messages.value.common.page.kitchen} />
      <main class={cut ? "page unreached" : "page"}>
        {site ? (
          <Blank icon="hand" title={words.needRole}>
            {developmentTokens.value ? (
              <button type="button" class="button main" onClick={() => void takeRole("kitchen", withSite(siteId))}>
                {words.takeRole(site.name)}
              </button>
            ) : (
              <p class="quiet">{words.signIn}</p>
            )}
          </Blank>
        ) : cut && !missing ? (
          <Unreached seen={seen} tryNow={() => again.current?.()} />
        ) : (
          <Blank icon="shop" title={missing ? words.noSuchSite : messages.value.common.loading}>
            {trouble !== undefined && !missing && <p class="quiet">{sentenceOf(trouble)}</p>}
            {missing && (
              <a class="button" href="/kitchen">
                {words.choose}
              </a>
            )}
          </Blank>
        )}
      </main>
    </>
  );
}

/** The sites that this browser works at already, and one more: displays of several sites may be open side by side. */
function withSite(siteId: string): readonly string[] {
  const principal = principalAt("kitchen");
  return [...new Set([...(principal?.role === "kitchen" ? principal.sites : []), siteId])];
}

function AtWork({ site, station }: { site: SiteView; station: string | undefined }) {
  const display = useDisplay(site);
  useEffect(() => display && keepLastSeen(site.siteId, site.name, display), [display, site.siteId, site.name]);
  return display ? <DisplayView site={site} display={display} station={station} /> : null;
}
