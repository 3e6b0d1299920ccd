import type { Page } from "playwright-core";
import type { OrderView } from "../../../projections/views.ts";
import { DESK, dark, german, SMALL } from "../looks.ts";
import { SUPPORT } from "../orders.ts";
import { type CityPlan, QuietCity } from "../quiet-city.ts";
import type { Area, Person, Shot } from "../shot.ts";
import type { Stage } from "../stage.ts";

const SITE = "alsterbrot";

const HAMBURG: CityPlan = {
  name: "Hamburg",
  sites: [{ siteId: SITE, name: "Alsterbrot", position: { lat: 53_557_000, lon: 10_006_000 } }],
  street: "Lange Reihe 50, 20099 Hamburg",
  door: { lat: 53_558_500, lon: 10_012_000 },
  onTheWay: { lat: 53_557_800, lon: 10_009_000 },
};

const COOK: Person = { role: "kitchen", id: "hanna", sites: [SITE] };
const MINUTE = 60_000;
const AT_ONCE = 6;

const CARTS = [
  [{ sku: "butter-croissant", quantity: 4 }],
  [
    { sku: "birthday-cake", quantity: 1, note: "Happy birthday Mia" },
    { sku: "butter-croissant", quantity: 2 },
  ],
  [{ sku: "cinnamon-roll", quantity: 6 }],
  [
    { sku: "cheesecake", quantity: 1 },
    { sku: "cinnamon-roll", quantity: 2, note: "Two boxes, please" },
  ],
  [{ sku: "butter-croissant", quantity: 1 }],
];

/** Orders that come together, and how many stations have done their part at most; undefined: nobody has accepted them. */
interface Batch {
  readonly name: string;
  readonly orders: number;
  readonly upTo: number | undefined;
}

/** The kitchen's display: a tablet two metres away. */
export function kitchen(stage: Stage): Area {
  const city = new QuietCity(stage, HAMBURG);
  let undone = 0;

  /** A ticket with so many of its stations done; with a half one, the next has started. */
  const work = async (id: string, done: number): Promise<void> => {
    const { fulfilments } = await stage.until<OrderView>(COOK, `/api/orders/${id}`, ({ status }) =>
      status.startsWith("restaurant_"),
    );
    const [part] = fulfilments;
    const act = (what: string) =>
      stage.post(COOK, `/api/orders/${id}/fulfilments/${part?.fulfilmentId}/${what}`, {}, `${id}-${what}`);
    await act("accept");
    for (const [at, station] of (part?.stations ?? []).entries()) {
      if (at < done) await act(`stations/${station}/start`);
      if (at < Math.floor(done)) await act(`stations/${station}/complete`);
    }
    if (done > (part?.stations.length ?? 0)) await act("ready");
  };
  const batch = async ({ name, orders, upTo }: Batch): Promise<void> => {
    let next = 0;
    const lane = async () => {
      for (let n = next++; n < orders; n = next++) {
        const id = await city.order(`kitchen-${name}-${n}`, { lines: CARTS[n % CARTS.length] ?? [] });
        if (upTo !== undefined) await work(id, ((n * 3) % (upTo * 2 + 1)) / 2);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
  };
  const shot = (state: string, phase: Shot["phase"], ready: Shot["ready"], more: Partial<Shot> = {}): Shot => ({
    page: "kitchen",
    phase,
    state,
    as: COOK,
    path: `/kitchen/${SITE}?station=all`,
    looks: [DESK],
    ready: async (page) => {
      await page.locator('.freshness[data-state="live"]').waitFor();
      await ready(page);
    },
    ...more,
  });

  return {
    name: "kitchen",
    title: "Kitchen display",
    fill: {
      nothing: () => city.open(),
      many: async () => {
        await work(await city.order("kitchen-one", { lines: CARTS[1] ?? [] }), 1);
        await batch({ name: "old", orders: 60, upTo: 5 });
        await stage.pass(11 * MINUTE);
        await batch({ name: "late", orders: 50, upTo: 3 });
        await stage.pass(6 * MINUTE);
      },
    },
    shots: [
      shot("choose", "nothing", () => Promise.resolve(), { path: "/kitchen", ready: shows("a.site") }),
      shot("nothing", "nothing", shows(".board-empty"), { looks: [DESK, german(SMALL)] }),
      shot("one", "one", shows(".ticket .line-note"), {
        before: () => city.order("kitchen-one", { lines: CARTS[1] ?? [] }),
        looks: [DESK, SMALL, dark(DESK)],
      }),
      shot("undo", "one", undo, {
        // What one picture completes is not there for the next.
        before: async () => work(await city.order(`kitchen-undo-${undone++}`, { lines: CARTS[0] ?? [] }), 0.5),
        looks: [DESK, german(dark(SMALL))],
      }),
      shot("cancelled", "one", shows('.ticket[data-stopped="true"]'), { before: () => cancelled(stage, city) }),
      shot("many", "many", shows('[data-column="new"] .ticket'), {
        // Nobody accepts these, so they are younger than a kitchen has to answer.
        before: () => batch({ name: "new", orders: 40, upTo: undefined }),
        looks: [DESK, SMALL, dark(DESK), german(SMALL), german(dark(SMALL))],
      }),
      shot("station", "many", shows(".ticket"), {
        path: `/kitchen/${SITE}?station=preparation`,
        looks: [DESK, german(dark(SMALL))],
      }),
      shot("three-stations", "many", shows(".ticket"), { path: `/kitchen/${SITE}?station=preparation,baking,ready` }),
      shot("pass", "many", shows('[data-group="ready"] .ticket'), {
        path: `/kitchen/${SITE}?station=expo`,
        looks: [DESK, german(dark(SMALL))],
      }),
      shot("all-day", "many", keyed("a", ".counts dd"), { looks: [german(SMALL)] }),
      shot("stations", "many", keyed("s", ".side .choice")),
      shot("off-sale", "many", keyed("o", ".off-sale li"), {
        before: () =>
          stage.post(
            COOK,
            `/api/sites/${SITE}/stock/availability`,
            { sku: "cheesecake", available: false },
            "no-cheesecake",
          ),
      }),
      shot("refuse", "many", asked("new"), { looks: [german(SMALL)] }),
      shot("missing", "many", asked("preparation")),
      shot("keys", "many", keyed("?", "dialog .keys"), { looks: [german(dark(SMALL))] }),
      shot("offline", "trouble", cutOff, { looks: [dark(DESK), german(SMALL)] }),
      shot("unreached", "trouble", shows(".unreached .blank .main"), {
        before: unreached,
        ready: shows(".unreached .blank .main"),
        looks: [DESK, german(dark(SMALL))],
      }),
    ],
  };
}

/** Waits until something is there. */
function shows(what: string): Shot["ready"] {
  return (page) => page.locator(what).first().waitFor();
}

/** Presses a key of the display once its tickets are there. */
function keyed(key: string, what: string): Shot["ready"] {
  return async (page) => {
    await page.locator(".ticket").first().waitFor();
    await page.keyboard.press(key);
    await page.locator(what).first().waitFor();
  };
}

/** Asks about the first ticket of a column. */
function asked(column: string): Shot["ready"] {
  return async (page) => {
    await page.locator(`[data-column="${column}"] .ticket-more`).first().click();
    await page.locator("dialog[open] button").first().waitFor();
  };
}

/** Completes a station: the way back stands in its place. */
async function undo(page: Page): Promise<void> {
  await page.locator('[data-act="complete"]').first().click();
  await page.locator('[data-act="recall"][aria-disabled="false"]').waitFor();
}

async function cutOff(page: Page): Promise<void> {
  await page.locator(".ticket").first().waitFor();
  await page.context().setOffline(true);
  await page.locator('.band[data-state="offline"]').waitFor();
}

/** A display that is switched on without a connection, an hour after it was switched off. */
async function unreached(page: Page): Promise<void> {
  await page.addInitScript(`localStorage.setItem("ordertrail.kitchen-seen.${SITE}", JSON.stringify({
    at: Date.now() - 3_600_000, name: "Alsterbrot", open: 12,
  }))`);
  await page.route("**/api/**", (route) => route.abort());
}

/** A ticket that was begun, and then its buyer cancels. */
async function cancelled(stage: Stage, city: QuietCity): Promise<void> {
  const id = await city.order("kitchen-cancelled", { lines: CARTS[3] ?? [] });
  await city.make(id, "accepted");
  await stage.post(SUPPORT, `/api/orders/${id}/cancel`, { reason: "Ordered twice" }, "kitchen-cancelled");
}
