import { useEffect, useState } from "preact/hooks";
import { messages } from "../../messages/catalogue.ts";
import { shellWords } from "../../messages/shell.ts";
import { OPERATORS, principalAt, whoIsHere } from "../../state/auth.ts";
import { type Polled, tellFreshness } from "../../state/polled.ts";
import { awaitSites, sites } from "../../state/shop/sites.ts";
import { Header } from "../../ui/Header.tsx";
import { handlePageKey } from "../../ui/page-keys.ts";
import { navigate } from "../router.ts";
import { type Screen, type ScreenName, screensOf } from "../screens.ts";
import { awaitDesk, awaitKitchen, type Waiting } from "./waiting.ts";

interface Entry {
  readonly screen: ScreenName;
  readonly href: string;
  readonly title: string;
  readonly what: string;
}

/** What somebody at work can do from here: their screens, and what waits there. */
export function StartPage() {
  const words = shellWords.value;
  const { principal } = whoIsHere();
  const waiting = useWaiting();
  const entries = screensOf(principal?.role).flatMap((screen) => entriesOf(screen, principal?.sites ?? []));
  useEffect(awaitSites, []);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) =>
      handlePageKey(event, (key) => {
        const chosen = entries[Number(key) - 1];
        return chosen && (() => navigate(chosen.href));
      });
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  });
  return (
    <>
      <Header
        live={waiting !== undefined}
        keys={entries.map(({ title }, index) => [String(index + 1), title] as const)}
      />
      <main class="page narrow start">
        <h1>{words.start.hello(principal ? words.roles[principal.role] : words.signedOut)}</h1>
        <ul>
          {entries.map((entry, index) => (
            <li key={entry.href}>
              <a class="card start-card" href={entry.href} aria-keyshortcuts={String(index + 1)}>
                <span class="what">
                  <strong>{entry.title}</strong>
                  <span class="quiet small">{entry.what}</span>
                </span>
                <Count waiting={waiting} screen={entry.screen} />
                <kbd>{index + 1}</kbd>
              </a>
            </li>
          ))}
        </ul>
      </main>
    </>
  );
}

/** A kitchen's own people go straight to their sites. */
function entriesOf({ name, path }: Screen, own: readonly string[]): readonly Entry[] {
  const words = shellWords.value;
  const what = words.screen[name];
  if (name !== "kitchen") return [{ screen: name, href: path, title: messages.value.common.page[name], what }];
  if (own.length === 0) return [{ screen: name, href: path, title: messages.value.common.page.kitchens, what }];
  const nameOf = (siteId: string) => sites.value?.find((site) => site.siteId === siteId)?.name ?? siteId;
  return own.map((siteId) => ({
    screen: name,
    href: `/kitchen/${encodeURIComponent(siteId)}`,
    title: words.start.kitchenAt(nameOf(siteId)),
    what,
  }));
}

/** What is counted for the one who is here; undefined where nothing is. */
function useWaiting(): Polled<Waiting> | undefined {
  const role = whoIsHere().principal?.role;
  const site = principalAt("kitchen")?.sites[0];
  const [polled, setPolled] = useState<Polled<Waiting>>();
  useEffect(() => {
    const begun = role === "kitchen" ? site && awaitKitchen(site) : role && OPERATORS.includes(role) && awaitDesk();
    if (!begun) return setPolled(undefined);
    setPolled(begun);
    const quiet = tellFreshness(begun);
    return () => {
      quiet();
      begun.stop();
    };
  }, [role, site]);
  return polled;
}

function Count({ waiting, screen }: { waiting: Polled<Waiting> | undefined; screen: ScreenName }) {
  const words = shellWords.value.start;
  const read = waiting?.data.value;
  const count = read?.counts[screen];
  if (
    waiting &&
    read === undefined &&
    waiting.trouble.value !== undefined &&
    (screen === "kitchen" || screen === "operations")
  )
    return <span class="tag">{words.notKnown}</span>;
  if (read === undefined || count === undefined) return <span />;
  const text = {
    kitchen: count === 0 ? words.noTickets : words.openTickets(count),
    operations: count === 0 ? words.noParked : words.parked(count),
    support: count === 0 ? words.noStuck : words.stuck(read.more ? `${count}+` : String(count)),
  }[screen as "kitchen" | "operations" | "support"]; // what `counts` may hold
  const calm = count === 0 || screen === "kitchen";
  return (
    <span class="tag" data-kind={calm ? undefined : "warn"}>
      {text}
    </span>
  );
}
