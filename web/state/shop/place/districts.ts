import type { SiteSummary } from "../../../../projections/views.ts";
import type { Position } from "./place.ts";

/** A part of a city that people know by name. */
export interface District extends Position {
  readonly name: string;
  readonly city: string;
}

// Middles of districts, in thousandths of a degree: near enough to tell which shops reach one.
const KNOWN: Readonly<Record<string, readonly (readonly [name: string, lat: number, lon: number])[]>> = {
  Berlin: [
    ["Mitte", 52_520, 13_405],
    ["Prenzlauer Berg", 52_539, 13_424],
    ["Kreuzberg", 52_498, 13_403],
    ["Friedrichshain", 52_516, 13_454],
    ["Neukölln", 52_477, 13_436],
    ["Wedding", 52_550, 13_360],
    ["Moabit", 52_530, 13_342],
    ["Tiergarten", 52_509, 13_357],
    ["Charlottenburg", 52_516, 13_304],
    ["Wilmersdorf", 52_483, 13_320],
    ["Schöneberg", 52_483, 13_353],
    ["Tempelhof", 52_466, 13_385],
    ["Steglitz", 52_456, 13_322],
    ["Zehlendorf", 52_434, 13_259],
    ["Pankow", 52_569, 13_402],
    ["Weißensee", 52_556, 13_464],
    ["Lichtenberg", 52_516, 13_499],
    ["Treptow", 52_489, 13_470],
    ["Köpenick", 52_444, 13_577],
    ["Marzahn", 52_545, 13_563],
    ["Reinickendorf", 52_576, 13_339],
    ["Spandau", 52_536, 13_200],
  ],
  Hamburg: [
    ["Altstadt", 53_550, 9_999],
    ["St. Pauli", 53_554, 9_964],
    ["Altona", 53_550, 9_935],
    ["Eimsbüttel", 53_573, 9_950],
    ["Winterhude", 53_596, 10_003],
    ["Barmbek", 53_587, 10_044],
    ["Wandsbek", 53_582, 10_084],
    ["Harburg", 53_461, 9_983],
  ],
  München: [
    ["Altstadt", 48_137, 11_575],
    ["Schwabing", 48_164, 11_583],
    ["Maxvorstadt", 48_150, 11_567],
    ["Haidhausen", 48_131, 11_600],
    ["Giesing", 48_111, 11_592],
    ["Sendling", 48_118, 11_545],
    ["Neuhausen", 48_154, 11_531],
    ["Pasing", 48_149, 11_461],
  ],
  Köln: [
    ["Innenstadt", 50_938, 6_957],
    ["Ehrenfeld", 50_951, 6_917],
    ["Nippes", 50_964, 6_953],
    ["Lindenthal", 50_930, 6_916],
    ["Südstadt", 50_920, 6_958],
    ["Deutz", 50_938, 6_975],
    ["Mülheim", 50_962, 7_004],
  ],
};

const THOUSANDTHS = 1_000;

/** The districts of every city that has a site; of a city that is not known, its middle between the sites. */
export function districtsOf(sites: readonly SiteSummary[]): readonly District[] {
  const byCity = new Map<string, SiteSummary[]>();
  for (const site of sites) byCity.set(site.city, [...(byCity.get(site.city) ?? []), site]);
  return [...byCity].flatMap(([city, there]) => {
    const known = Object.hasOwn(KNOWN, city) ? KNOWN[city] : undefined;
    if (!known) return [{ name: city, city, ...middle(there.map(({ position }) => position)) }];
    return known.map(([name, lat, lon]) => ({ name, city, lat: lat * THOUSANDTHS, lon: lon * THOUSANDTHS }));
  });
}

const middle = (positions: readonly Position[]): Position => ({
  lat: Math.round(positions.reduce((sum, { lat }) => sum + lat, 0) / positions.length),
  lon: Math.round(positions.reduce((sum, { lon }) => sum + lon, 0) / positions.length),
});

const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();

/** Districts whose name or city begins with each word asked for, as people type it; those by name come first. */
export function matchingDistricts(all: readonly District[], asked: string): readonly District[] {
  const words = plain(asked)
    .split(/[\s,]+/)
    .filter(Boolean);
  const fits = (district: District, word: string) =>
    plain(`${district.name} ${district.city}`)
      .split(/[\s-]+/)
      .some((part) => part.startsWith(word));
  return all
    .filter((district) => words.every((word) => fits(district, word)))
    .sort((a, b) => Number(startsWith(b, words)) - Number(startsWith(a, words)));
}

const startsWith = ({ name }: District, [word = ""]: readonly string[]): boolean => plain(name).startsWith(word);

/** The district whose middle lies nearest. */
export function nearestDistrict(all: readonly District[], to: Position): District | undefined {
  const squeeze = Math.cos((to.lat / 180e6) * Math.PI);
  const far = ({ lat, lon }: Position) => (lat - to.lat) ** 2 + ((lon - to.lon) * squeeze) ** 2;
  return all.reduce<District | undefined>((best, one) => (!best || far(one) < far(best) ? one : best), undefined);
}
