import { describe, expect, test } from "vitest";
import { ALWAYS_OPEN, type OpeningHours, openState } from "./opening-hours.ts";

const BERLIN = "Europe/Berlin";
const at = (utc: string) => Date.parse(utc);
const states = (hours: OpeningHours, zone: string, moments: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.keys(moments).map((moment) => [moment, openState(hours, zone, at(moment))]));

/** Every moment of the table shows the state that stands beside it. */
const expectStates = (hours: OpeningHours, zone: string, moments: Readonly<Record<string, string>>) =>
  expect(states(hours, zone, moments)).toEqual(moments);

// 20 November 2026 is a Friday; Berlin is at UTC+1 then.
const bakery: OpeningHours = { fri: [{ from: "08:00", to: "18:30" }], sat: [{ from: "09:00", to: "24:00" }] };

describe("opening hours", () => {
  test("begin with the minute that they name and end before the one that they name", () => {
    expectStates(bakery, BERLIN, {
      "2026-11-20T06:59:59.999Z": "closed",
      "2026-11-20T07:00:00.000Z": "open",
      "2026-11-20T12:00:00.000Z": "open",
      "2026-11-20T17:29:59.999Z": "closing_soon",
      "2026-11-20T17:30:00.000Z": "closed",
    });
  });

  test("warn within 15 minutes of closing", () => {
    expectStates(bakery, BERLIN, {
      "2026-11-20T17:14:59.999Z": "open",
      "2026-11-20T17:15:00.000Z": "closing_soon",
      "2026-11-20T17:29:00.000Z": "closing_soon",
    });
  });

  test("are those of the site's own day, not of the day in UTC", () => {
    const tokyo: OpeningHours = { sat: [{ from: "00:00", to: "24:00" }] };
    expectStates(tokyo, "Asia/Tokyo", {
      "2026-11-20T14:59:00.000Z": "closed",
      "2026-11-20T15:00:00.000Z": "open",
      "2026-11-21T14:44:00.000Z": "open",
      "2026-11-21T15:00:00.000Z": "closed",
    });
    expectStates(tokyo, "America/Los_Angeles", {
      "2026-11-21T07:59:00.000Z": "closed",
      "2026-11-21T08:00:00.000Z": "open",
    });
  });

  test("know zones that are not whole hours from UTC", () => {
    const lunch: OpeningHours = { fri: [{ from: "12:00", to: "14:00" }] };
    expectStates(lunch, "Asia/Kathmandu", {
      "2026-11-20T06:14:00.000Z": "closed",
      "2026-11-20T06:15:00.000Z": "open",
      "2026-11-20T08:00:00.000Z": "closing_soon",
      "2026-11-20T08:15:00.000Z": "closed",
    });
  });

  test("that end at midnight close at the day's end, and warn before it", () => {
    expectStates(bakery, BERLIN, {
      "2026-11-21T22:44:59.000Z": "open",
      "2026-11-21T22:45:00.000Z": "closing_soon",
      "2026-11-21T22:59:59.000Z": "closing_soon",
      "2026-11-21T23:00:00.000Z": "closed",
    });
  });

  test("that go on after midnight do not warn at midnight", () => {
    const bar: OpeningHours = { fri: [{ from: "20:00", to: "24:00" }], sat: [{ from: "00:00", to: "02:00" }] };
    expectStates(bar, BERLIN, {
      "2026-11-20T22:50:00.000Z": "open",
      "2026-11-20T23:00:00.000Z": "open",
      "2026-11-21T00:44:00.000Z": "open",
      "2026-11-21T00:45:00.000Z": "closing_soon",
      "2026-11-21T01:00:00.000Z": "closed",
    });
  });

  test("with a break are closed during the break", () => {
    const trattoria: OpeningHours = {
      fri: [
        { from: "12:00", to: "14:30" },
        { from: "18:00", to: "22:00" },
      ],
    };
    expectStates(trattoria, BERLIN, {
      "2026-11-20T13:20:00.000Z": "closing_soon",
      "2026-11-20T14:00:00.000Z": "closed",
      "2026-11-20T17:00:00.000Z": "open",
    });
  });

  test("of no day are closed; those around the clock never are, and never warn", () => {
    const week = Array.from({ length: 7 * 24 * 4 }, (_, n) => at("2026-10-24T00:00:00.000Z") + n * 15 * 60_000);
    expect(new Set(week.map((moment) => openState({}, BERLIN, moment)))).toEqual(new Set(["closed"]));
    expect(new Set(week.map((moment) => openState(ALWAYS_OPEN, BERLIN, moment)))).toEqual(new Set(["open"]));
  });

  test.each(["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const)("of %s hold on that day only", (day) => {
    const hours: OpeningHours = { [day]: [{ from: "08:00", to: "18:00" }] };
    const noons = Array.from({ length: 7 }, (_, n) => openState(hours, BERLIN, at("2026-11-16T12:00:00Z") + n * 864e5));
    const index = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].indexOf(day);
    expect(noons.map((state, n) => (state === "open" ? n : -1)).filter((n) => n >= 0)).toEqual([index]);
  });

  test("of a zone that does not exist are an error, not a guess", () => {
    expect(() => openState(bakery, "Europe/Atlantis", 0)).toThrow(RangeError);
  });
});

describe("on the days when the clocks change", () => {
  const sunday: OpeningHours = { sun: [{ from: "01:00", to: "03:30" }] };

  test("in spring a site that closes at 03:30 is open an hour less, and warns in time", () => {
    // 29 March 2026: 02:00 becomes 03:00 at 01:00 UTC.
    expectStates(sunday, BERLIN, {
      "2026-03-28T23:59:00.000Z": "closed",
      "2026-03-29T00:00:00.000Z": "open",
      "2026-03-29T00:59:00.000Z": "open",
      "2026-03-29T01:14:59.000Z": "open",
      "2026-03-29T01:15:00.000Z": "closing_soon",
      "2026-03-29T01:30:00.000Z": "closed",
    });
  });

  test("in autumn it is open an hour more", () => {
    // 25 October 2026: 03:00 becomes 02:00 at 01:00 UTC.
    expectStates(sunday, BERLIN, {
      "2026-10-24T22:59:00.000Z": "closed",
      "2026-10-24T23:00:00.000Z": "open",
      "2026-10-25T00:59:00.000Z": "open",
      "2026-10-25T02:14:00.000Z": "open",
      "2026-10-25T02:15:00.000Z": "closing_soon",
      "2026-10-25T02:30:00.000Z": "closed",
    });
  });

  test("a site that opens within the hour that is left out opens when the hour after it begins", () => {
    const early: OpeningHours = { sun: [{ from: "02:30", to: "12:00" }] };
    expectStates(early, BERLIN, { "2026-03-29T00:59:59.000Z": "closed", "2026-03-29T01:00:00.000Z": "open" });
  });

  test("hours of the day stay local: 08:00 is another moment in summer than in winter", () => {
    const daily: OpeningHours = { fri: [{ from: "08:00", to: "18:00" }] };
    expectStates(daily, BERLIN, {
      "2026-07-17T05:59:00.000Z": "closed",
      "2026-07-17T06:00:00.000Z": "open",
      "2026-11-20T06:00:00.000Z": "closed",
      "2026-11-20T07:00:00.000Z": "open",
    });
  });
});
