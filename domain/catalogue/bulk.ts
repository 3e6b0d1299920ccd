import { dayText, parseDay } from "../site/hours-text.ts";
import { DAYS, type OpeningHours } from "../site/opening-hours.ts";
import type { SiteDetails } from "../site/site.ts";
import { readCsv, writeCsv } from "./csv.ts";
import type { ItemDetails } from "./item.ts";

// Files with many items or sites: JSON (an object a line, or one list), or a table for spreadsheets.

export const BULK_KINDS = ["items", "sites"] as const;
export type BulkKind = (typeof BULK_KINDS)[number];

/** An entry of a file: what it says, in the shape of the API's bodies as far as it can be told; not validated. */
export interface BulkRow {
  /** Line of the file, from 1. */
  readonly line: number;
  readonly value: unknown;
  /** Why it cannot be read; `value` is undefined then. */
  readonly fault?: string | undefined;
}

/** Reads a file: JSON when it begins with a brace or bracket, else a table. */
export function readBulk(kind: BulkKind, text: string): readonly BulkRow[] {
  const begins = text.trimStart().replace(/^\uFEFF/, "")[0];
  if (begins === "[") return readList(text);
  if (begins === "{") return text.split("\n").flatMap((line, n) => readLine(line, n + 1) ?? []);
  return readTable(kind, text);
}

/** Reads a line of JSON; undefined when it is empty. */
export function readLine(text: string, line: number): BulkRow | undefined {
  if (text.trim() === "") return undefined;
  try {
    return { line, value: JSON.parse(text) as unknown };
  } catch {
    return { line, value: undefined, fault: "it is not JSON" };
  }
}

function readList(text: string): readonly BulkRow[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.map((value, n) => ({ line: n + 1, value: value as unknown })) : [];
  } catch {
    return [{ line: 1, value: undefined, fault: "the file is a list of JSON that does not end well" }];
  }
}

function readTable(kind: BulkKind, text: string): readonly BulkRow[] {
  const records = readCsv(text);
  if (records === undefined) return [{ line: 1, value: undefined, fault: "a quote is opened and never closed" }];
  const [head, ...body] = records;
  if (!head) return [];
  const names = head.fields.map((name) => name.trim());
  const known: readonly string[] = kind === "items" ? ITEM_COLUMNS : SITE_COLUMNS;
  const strange = names.filter((name) => name !== "" && !known.includes(name));
  const key = kind === "items" ? "sku" : "siteId";
  if (strange.length > 0 || !names.includes(key)) {
    const fault =
      strange.length > 0 ? `there is no column ${strange.join(", ")}` : `the first line has to name the column ${key}`;
    return [{ line: head.line, value: undefined, fault: `${fault}; columns are: ${known.join(", ")}` }];
  }
  return body.map(({ line, fields }) => {
    const cells = new Map(names.map((name, n) => [name, (fields[n] ?? "").replace(/^'(?=[=+@-])/, "").trim()]));
    try {
      return { line, value: kind === "items" ? itemOf(cells) : siteOf(cells) };
    } catch (error) {
      if (!(error instanceof CellError)) throw error;
      return { line, value: undefined, fault: error.message };
    }
  });
}

class CellError extends Error {}

type Cells = ReadonlyMap<string, string>;

const ITEM_COLUMNS = [
  "sku",
  "name",
  "description",
  "price",
  "currency",
  "tax",
  "unit",
  "allergens",
  "emoji",
  "picture",
] as const;
const SITE_COLUMNS = [
  "siteId",
  "kind",
  "name",
  "city",
  "region",
  "timeZone",
  "lat",
  "lon",
  "currency",
  "deliveryFee",
  "stations",
  ...DAYS,
  "menu",
] as const;

/** Only what is filled in: an empty cell says nothing. */
const filled = (cells: Cells, name: string): string | undefined => cells.get(name) || undefined;

const listOf = (text: string): readonly string[] => text.split(/[,;|]/).flatMap((one) => one.trim() || []);

/** A number as written in any country, times 10 to the power of `places`; it must not have more places than that. */
export function decimal(text: string, places: number): number | undefined {
  const found = /^(-?)(\d{1,9})(?:[.,](\d*))?$/.exec(text.trim());
  if (!found) return undefined;
  const [, sign = "", whole = "", fraction = ""] = found;
  const kept = fraction.replace(/0+$/, "");
  if (kept.length > places) return undefined;
  return Number(`${sign}${whole}${kept.padEnd(places, "0")}`);
}

function numberIn(cells: Cells, name: string, places: number): number | undefined {
  const text = filled(cells, name);
  if (text === undefined) return undefined;
  const value = decimal(text, places);
  if (value === undefined) throw new CellError(`${name}: "${text}" is no number with at most ${places} decimal places`);
  return value;
}

/** An integer in minor units as text with its decimal places: 1250 with 2 is `12.50`. */
export function decimalText(value: number, places: number): string {
  const digits = String(Math.abs(value)).padStart(places + 1, "0");
  const text = places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
  return value < 0 ? `-${text}` : text;
}

const MONEY_PLACES = 2;
const DEGREE_PLACES = 6;

function itemOf(cells: Cells): unknown {
  const amount = numberIn(cells, "price", MONEY_PLACES);
  return withoutAbsent({
    sku: filled(cells, "sku"),
    name: filled(cells, "name"),
    description: filled(cells, "description"),
    price: amount === undefined ? undefined : { amount, currency: filled(cells, "currency") ?? "EUR" },
    taxBasisPoints: numberIn(cells, "tax", 2),
    unit: filled(cells, "unit"),
    allergens: cells.has("allergens") ? listOf(cells.get("allergens") ?? "") : undefined,
    emoji: filled(cells, "emoji"),
    picture: filled(cells, "picture"),
  });
}

function siteOf(cells: Cells): unknown {
  const [lat, lon] = [numberIn(cells, "lat", DEGREE_PLACES), numberIn(cells, "lon", DEGREE_PLACES)];
  const stations = filled(cells, "stations");
  return withoutAbsent({
    siteId: filled(cells, "siteId"),
    kind: filled(cells, "kind"),
    name: filled(cells, "name"),
    city: filled(cells, "city"),
    region: filled(cells, "region"),
    timeZone: filled(cells, "timeZone"),
    position: lat === undefined || lon === undefined ? undefined : { lat, lon },
    hours: DAYS.some((day) => cells.has(day)) ? hoursOf(cells) : undefined,
    stations: stations === undefined ? undefined : listOf(stations),
    currency: filled(cells, "currency"),
    deliveryFee: numberIn(cells, "deliveryFee", MONEY_PLACES),
    menu: cells.has("menu") ? listOf(cells.get("menu") ?? "") : undefined,
  });
}

function hoursOf(cells: Cells): OpeningHours {
  return Object.fromEntries(
    DAYS.flatMap((day) => {
      const periods = parseDay(cells.get(day) ?? "");
      if (periods === undefined) throw new CellError(`${day}: write opening hours as 08:00-12:00, 13:00-18:00`);
      return periods.length === 0 ? [] : [[day, periods]];
    }),
  );
}

const withoutAbsent = (value: Readonly<Record<string, unknown>>): unknown =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));

/** Items as a table that `readBulk` reads. */
export const itemsTable = (items: readonly (ItemDetails & { readonly sku: string })[]): string =>
  writeCsv([
    ITEM_COLUMNS,
    ...items.map((item) => [
      item.sku,
      item.name,
      item.description,
      decimalText(item.price.amount, MONEY_PLACES),
      item.price.currency,
      decimalText(item.taxBasisPoints, 2),
      item.unit,
      item.allergens.join("|"),
      item.emoji ?? "",
      item.picture ?? "",
    ]),
  ]);

/** Sites as a table that `readBulk` reads. */
export const sitesTable = (sites: readonly (SiteDetails & { readonly siteId: string })[]): string =>
  writeCsv([
    SITE_COLUMNS,
    ...sites.map((site) => [
      site.siteId,
      site.kind,
      site.name,
      site.city,
      site.region,
      site.timeZone,
      decimalText(site.position.lat, DEGREE_PLACES),
      decimalText(site.position.lon, DEGREE_PLACES),
      site.currency,
      decimalText(site.deliveryFee, MONEY_PLACES),
      site.stations.join("|"),
      ...DAYS.map((day) => dayText(site.hours[day])),
      site.menu.join("|"),
    ]),
  ]);
