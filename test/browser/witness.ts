import type { BrowserContext, Page } from "playwright-core";

/** What a page showed from one moment on. */
export interface Shown {
  /** Milliseconds since the epoch, by this machine's clock. */
  readonly at: number;
  /** What its line of freshness said, such as `live` or `stale`; empty where there was none. */
  readonly freshness: string;
  /** Facts of the tracker, as `step@time of the fact`. */
  readonly facts: readonly string[];
  /** Tickets of the kitchen's display that could be worked at, as `order:fulfilment@column`. */
  readonly tickets: readonly string[];
}

/** The most moments that are kept of one page. */
const MOST = 4_000;

/** Runs in the page, before anything of its own: writes down every state that it shows, however short. */
const WRITING = `
  globalThis.witnessed = [];
  let last = "";
  const look = () => {
    const all = (selector) => [...document.querySelectorAll(selector)];
    const freshness = document.querySelector(".freshness[data-state]")?.dataset.state ?? "";
    const facts = all('.way [data-state="done"]').map((li) => li.dataset.step + "@" + (li.querySelector("time")?.dateTime ?? ""));
    const tickets = all("[data-column]").flatMap((column) =>
      [...column.querySelectorAll('.ticket[data-left="false"]')].map(({ dataset }) => dataset.id + "@" + column.dataset.column));
    const shown = JSON.stringify({ freshness, facts, tickets });
    if (shown === last || witnessed.length >= ${MOST}) return;
    last = shown;
    witnessed.push({ at: Date.now(), ...JSON.parse(shown) });
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
`;

/** From now on every page of this visitor keeps what it shows; a reload begins anew. */
export const beginWitness = (context: BrowserContext): Promise<unknown> => context.addInitScript(WRITING);

/** Everything that the page has shown since it was loaded. */
export async function witnessed(page: Page): Promise<readonly Shown[]> {
  const shown = await page.evaluate<readonly Shown[]>("witnessed");
  if (shown.length >= MOST) throw new Error("the page showed more than could be written down");
  return shown;
}

/** Facts that a tracker showed and later did not show any more: none may be. */
export function takenBack(shown: readonly Shown[]): readonly string[] {
  return shown.flatMap(({ facts }, n) => {
    const before = shown[n - 1]?.facts ?? [];
    return facts.length === 0 ? [] : before.filter((fact) => !facts.includes(fact));
  });
}

/** Tickets that a display showed in two columns at once, or further back than it had shown them: none may be. */
export function movedBack(shown: readonly Shown[], columns: readonly string[]): readonly string[] {
  const furthest = new Map<string, number>();
  return shown.flatMap(({ tickets }) => {
    const now = new Set<string>();
    return tickets.filter((ticket) => {
      const [id = "", column = ""] = ticket.split("@");
      const place = columns.indexOf(column);
      const wrong = now.has(id) || place < (furthest.get(id) ?? 0);
      now.add(id);
      furthest.set(id, Math.max(place, furthest.get(id) ?? 0));
      return wrong;
    });
  });
}

/** Moments between two times at which a page called what it showed live: none may be while it is cut off. */
export const liveBetween = (shown: readonly Shown[], from: number, to: number): readonly Shown[] =>
  shown.filter(({ at, freshness }) => freshness === "live" && at > from && at < to);
