import { type BulkKind, decimal, decimalText } from "../../../domain/catalogue/bulk.ts";
import type { ItemDetails } from "../../../domain/catalogue/item.ts";
import { dayText, parseDay } from "../../../domain/site/hours-text.ts";
import { DAYS } from "../../../domain/site/opening-hours.ts";
import { type SiteDetails, SLUG, STATIONS } from "../../../domain/site/site.ts";

/** What stands in the fields of a form, by their names. */
export type Texts = Readonly<Record<string, string>>;

/** Why a field cannot be taken as it is: a code, which the texts of the page explain. */
export type FieldFault =
  | "needed"
  | "slug"
  | "price"
  | "tax"
  | "currency"
  | "position"
  | "zone"
  | "day"
  | "stations"
  | "skus"
  | "long";

export type Faults = Readonly<Partial<Record<string, FieldFault>>>;

/** Fields in the sequence of the form; `id` is there for new ones only. */
export const FIELDS: Readonly<Record<BulkKind, readonly string[]>> = {
  items: ["name", "description", "price", "currency", "tax", "unit", "allergens", "emoji"],
  sites: [
    "kind",
    "name",
    "city",
    "region",
    "timeZone",
    "position",
    "currency",
    "deliveryFee",
    "stations",
    ...DAYS,
    "menu",
  ],
};

const MONEY_PLACES = 2;
const DEGREE_PLACES = 6;
const MOST_MENU = 10_000;

/** A new item or site with what most of them have. */
export const newTexts = (kind: BulkKind): Texts =>
  kind === "items"
    ? { id: "", ...itemTexts(undefined) }
    : { id: "", ...siteTexts(undefined), stations: STATIONS.bakery.join(", ") };

export const itemTexts = (item: ItemDetails | undefined): Texts => ({
  name: item?.name ?? "",
  description: item?.description ?? "",
  price: item ? decimalText(item.price.amount, MONEY_PLACES) : "",
  currency: item?.price.currency ?? "EUR",
  tax: item ? percentText(item.taxBasisPoints) : "7",
  unit: item?.unit ?? "each",
  allergens: item?.allergens.join(", ") ?? "",
  emoji: item?.emoji ?? "",
});

export const siteTexts = (site: SiteDetails | undefined): Texts => ({
  kind: site?.kind ?? "bakery",
  name: site?.name ?? "",
  city: site?.city ?? "",
  region: site?.region ?? "local",
  timeZone: site?.timeZone ?? "Europe/Berlin",
  position: site ? positionText(site.position) : "",
  currency: site?.currency ?? "EUR",
  deliveryFee: site ? decimalText(site.deliveryFee, MONEY_PLACES) : "0.00",
  stations: site?.stations.join(", ") ?? "",
  ...Object.fromEntries(DAYS.map((day) => [day, site ? dayText(site.hours[day]) : "08:00-18:00"])),
  menu: site?.menu.join("\n") ?? "",
});

const percentText = (basisPoints: number): string => decimalText(basisPoints, 2).replace(/\.?0+$/, "") || "0";

const positionText = ({ lat, lon }: SiteDetails["position"]): string =>
  `${decimalText(lat, DEGREE_PLACES)}, ${decimalText(lon, DEGREE_PLACES)}`;

const words = (text: string): readonly string[] => text.split(/[,;|\n]/).flatMap((one) => one.trim() || []);

/** What a form says: the details as far as they can be read, and what is wrong with which field. */
export interface Composed<Details> {
  readonly details: Details;
  readonly faults: Faults;
}

/** Gathers faults while a form is read. */
class Reader {
  readonly faults: Record<string, FieldFault> = {};
  readonly #texts: Texts;

  constructor(texts: Texts) {
    this.#texts = texts;
  }

  raw(field: string): string {
    return (this.#texts[field] ?? "").trim();
  }

  /** The text, which must not be empty. */
  needed(field: string, most: number): string {
    const text = this.raw(field);
    if (text === "") this.faults[field] = "needed";
    else if (text.length > most) this.faults[field] = "long";
    return text;
  }

  /** What a reading makes of the text, or a fault. */
  read<T>(field: string, fault: FieldFault, reading: (text: string) => T | undefined, otherwise: T): T {
    const value = reading(this.raw(field));
    if (value === undefined) this.faults[field] ??= this.raw(field) === "" ? "needed" : fault;
    return value ?? otherwise;
  }
}

const notNegative = (text: string): number | undefined => {
  const value = decimal(text, MONEY_PLACES);
  return value === undefined || value < 0 ? undefined : value;
};
const currencyOf = (text: string): string | undefined => (/^[A-Z]{3}$/.test(text) ? text : undefined);

export function composeItem(texts: Texts): Composed<ItemDetails> {
  const form = new Reader(texts);
  const currency = form.read("currency", "currency", currencyOf, "EUR");
  const emoji = form.raw("emoji");
  return {
    details: {
      name: form.needed("name", 160),
      description: form.raw("description").slice(0, 1000),
      price: { amount: form.read("price", "price", notNegative, 0), currency },
      taxBasisPoints: form.read(
        "tax",
        "tax",
        (text) => {
          const points = notNegative(text.replace(/\s*%$/, ""));
          return points !== undefined && points <= 10_000 ? points : undefined;
        },
        0,
      ),
      unit: form.raw("unit") === "g" ? "g" : "each",
      allergens: words(form.raw("allergens")),
      ...(emoji === "" ? {} : { emoji }),
    },
    faults: form.faults,
  };
}

export function composeSite(texts: Texts): Composed<SiteDetails> {
  const form = new Reader(texts);
  const hours = Object.fromEntries(
    DAYS.flatMap((day) => {
      const periods = parseDay(form.raw(day));
      if (periods === undefined) form.faults[day] = "day";
      return periods === undefined || periods.length === 0 ? [] : [[day, periods]];
    }),
  );
  const menu = [...new Set(words(form.raw("menu")))];
  if (menu.length > MOST_MENU || menu.some((sku) => !SLUG.test(sku))) form.faults.menu = "skus";
  return {
    details: {
      kind: form.raw("kind") as SiteDetails["kind"], // of a list
      name: form.needed("name", 120),
      city: form.needed("city", 80),
      region: form.needed("region", 80),
      timeZone: form.read("timeZone", "zone", (zone) => (isZone(zone) ? zone : undefined), "UTC"),
      position: form.read("position", "position", positionOf, { lat: 0, lon: 0 }),
      hours,
      stations: form.read("stations", "stations", stationsOf, []),
      currency: form.read("currency", "currency", currencyOf, "EUR"),
      deliveryFee: form.read("deliveryFee", "price", notNegative, 0),
      menu,
    },
    faults: form.faults,
  };
}

/** Two numbers in degrees, with a comma or a space between them, as maps give them. */
function positionOf(text: string): SiteDetails["position"] | undefined {
  const [first, second, more] = text.split(/[,;\s]+/);
  const [lat, lon] = [first, second].map((one) => decimal(one ?? "", DEGREE_PLACES));
  if (lat === undefined || lon === undefined || more !== undefined) return undefined;
  return Math.abs(lat) <= 90_000_000 && Math.abs(lon) <= 180_000_000 ? { lat, lon } : undefined;
}

function stationsOf(text: string): readonly string[] | undefined {
  const stations = words(text).map((one) => one.toLowerCase().replace(/\s+/g, "_"));
  const good = stations.length > 0 && stations.length <= 12 && stations.every((one) => /^[a-z]+(_[a-z]+)*$/.test(one));
  return good ? stations : undefined;
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** A difference in one thing that is said of an item or a site. */
export interface Difference {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What is said otherwise than before; of something new, everything. */
export function differences(before: object | undefined, after: object): readonly Difference[] {
  const known = (before ?? {}) as Readonly<Record<string, unknown>>;
  const said = after as Readonly<Record<string, unknown>>;
  return Object.keys(said).flatMap((field) =>
    same(known[field], said[field]) ? [] : [{ field, before: known[field], after: said[field] }],
  );
}

/** Whether two values say the same, whatever the sequence of their keys. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [one, other] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].every((key) => same(one[key], other[key]));
}
