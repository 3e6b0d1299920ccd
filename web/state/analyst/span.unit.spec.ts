import { expect, test } from "vitest";
import { bucketsOf, filterOf, queryOf, spanOf } from "./span.ts";

const NOW = Date.parse("2026-11-21T12:34:56Z");

test("a day back is 24 hours, the current one among them", () => {
  const span = spanOf(filterOf("", NOW), NOW);
  expect(span).toMatchObject({ from: "2026-11-20T13:00:00.000Z", to: "2026-11-21T13:00:00.000Z", bucket: "hour" });
  expect(bucketsOf(span.from, span.to, span.bucket)).toHaveLength(24);
});

test("thirty days back are 30 days, today among them", () => {
  const span = spanOf(filterOf("range=30d", NOW), NOW);
  expect(span).toMatchObject({ from: "2026-10-23T00:00:00.000Z", to: "2026-11-22T00:00:00.000Z", bucket: "day" });
  expect(bucketsOf(span.from, span.to, span.bucket)).toHaveLength(30);
});

test("chosen days count in full, and one that ends before it begins is one day", () => {
  const days = (first: string, last: string) => spanOf(filterOf(`range=custom&first=${first}&last=${last}`, NOW), NOW);
  expect(days("2026-11-01", "2026-11-02")).toMatchObject({
    from: "2026-11-01T00:00:00.000Z",
    to: "2026-11-03T00:00:00.000Z",
  });
  expect(days("2026-11-09", "2026-11-02")).toMatchObject({
    from: "2026-11-02T00:00:00.000Z",
    to: "2026-11-03T00:00:00.000Z",
  });
});

test("hours of a long span are shown as days", () => {
  const filter = filterOf("range=custom&bucket=hour&first=2026-01-01&last=2026-11-01", NOW);
  expect(spanOf(filter, NOW).bucket).toBe("day");
});

test("a filter comes back from its address", () => {
  const filter = filterOf("range=custom&bucket=day&first=2026-11-01&last=2026-11-03&site=sweet-crumbs", NOW);
  expect(filterOf(queryOf(filter), NOW)).toEqual(filter);
  expect(filterOf("range=ever&bucket=week&first=x", NOW)).toMatchObject({ range: "24h", bucket: "hour" });
});
