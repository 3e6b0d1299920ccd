import { describe, expect, test } from "vitest";
import { specify } from "../../test/given.ts";
import { ALWAYS_OPEN } from "./opening-hours.ts";
import {
  decide,
  evolve,
  type SiteDetails,
  type SiteEvent,
  type SiteState,
  SLUG,
  STATIONS,
  siteStream,
} from "./site.ts";

const fold = (events: readonly SiteEvent[]): SiteState => events.reduce<SiteState>(evolve, undefined);
const given = specify({ fold, decide });

const details: SiteDetails = {
  kind: "bakery",
  name: "Sweet Crumbs",
  city: "berlin",
  region: "eu",
  timeZone: "Europe/Berlin",
  position: { lat: 52_520_008, lon: 13_404_954 },
  hours: ALWAYS_OPEN,
  stations: STATIONS.bakery,
  currency: "EUR",
  deliveryFee: 390,
  menu: ["carrot-cake"],
};
const siteId = "sweet-crumbs";
const opened: SiteEvent = { type: "site.opened", data: { siteId, ...details } };
const suspended: SiteEvent = { type: "site.suspended", data: { cause: "broken_equipment" } };
const resumed: SiteEvent = { type: "site.resumed", data: {} };
const closed: SiteEvent = { type: "site.closed", data: {} };
const change = { type: "change", details: { name: "Sweet Crumbs Mitte" } } as const;

describe("a site", () => {
  test("is opened once under its id", () => {
    given([]).when({ type: "open", siteId, details }).then([opened]);
    given([opened]).when({ type: "open", siteId, details }).refuses("site_exists");
    given([opened, closed]).when({ type: "open", siteId, details }).refuses("site_exists");
    expect(fold([opened])).toEqual({ siteId, ...details, status: "open" });
  });

  test("changes in what is said of it, and in nothing else", () => {
    given([opened])
      .when(change)
      .then([{ type: "site.changed", data: change.details }]);
    expect(fold([opened, suspended, { type: "site.changed", data: change.details }])).toEqual({
      siteId,
      ...details,
      name: "Sweet Crumbs Mitte",
      status: "suspended",
    });
  });

  test("is suspended with a cause and resumed, each once", () => {
    given([opened]).when({ type: "suspend", cause: "broken_equipment" }).then([suspended]);
    given([opened, suspended]).when({ type: "suspend", cause: "other" }).then([]);
    given([opened, suspended]).when({ type: "resume" }).then([resumed]);
    given([opened]).when({ type: "resume" }).then([]);
    given([opened, suspended, resumed]).when({ type: "resume" }).then([]);
  });

  test("that does not exist or is closed for good cannot be changed", () => {
    for (const events of [[], [opened, closed]]) {
      given(events).when(change).refuses("site_unknown");
      given(events).when({ type: "suspend", cause: "other" }).refuses("site_unknown");
      given(events).when({ type: "resume" }).refuses("site_unknown");
    }
  });

  test("folds every fact in every state", () => {
    const unknown = { type: "site.painted", data: {} } as unknown as SiteEvent; // written by a later version
    for (const event of [suspended, resumed, closed, unknown]) expect(fold([event])).toBeUndefined();
    expect(fold([opened, unknown])).toEqual(fold([opened]));
    expect(fold([opened, closed, opened])?.status).toBe("closed");
  });

  test("has the stations of its kind, in their order", () => {
    expect(STATIONS).toEqual({
      bakery: ["preparation", "baking", "quality_check", "packaging"],
      restaurant: ["preparing", "cooking", "packing"],
      dark_store: ["picking", "packing"],
      warehouse: ["picking", "packing"],
    });
  });
});

describe("an id of a site or an item", () => {
  test.each(["a", "sweet-crumbs", "site-7", "7"])("may be %j", (id) => {
    expect([SLUG.test(id), siteStream(id)]).toEqual([true, `site-${id}`]);
  });

  test.each(["", "-a", "a-", "a--b", "A", "a_b", "a.0", "é", "a\n"])("is not %j", (id) => {
    expect(SLUG.test(id)).toBe(false);
  });
});
