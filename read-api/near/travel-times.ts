import { distance } from "geokdbush";

/** Integer microdegrees. */
export interface Position {
  readonly lat: number;
  readonly lon: number;
}

const MICRO = 1_000_000;

/** Degrees of a coordinate in microdegrees. */
export const degrees = (micro: number): number => micro / MICRO;

/** Great-circle distance in metres. */
export const metresBetween = (a: Position, b: Position): number =>
  Math.round(distance(degrees(a.lon), degrees(a.lat), degrees(b.lon), degrees(b.lat)) * 1_000);

/** Tells how long a courier takes; a provider that knows streets and traffic can stand behind it. */
export interface TravelTimes {
  /** Minutes from each site to a position, in the sequence of the sites. Within the deadline of a request. */
  minutes(sites: readonly Position[], to: Position): Promise<readonly number[]>;
}

/**
 * What is assumed without a provider: a courier on a bicycle in a city makes 18 km/h between doors, streets are 1.3
 * times as long as the straight line (the usual detour of dense street networks is 1.2 to 1.4), and two minutes go by
 * at the doors.
 */
const SPEED_M_PER_MIN = 18_000 / 60;
const DETOUR = 1.3;
const AT_THE_DOORS_MIN = 2;

/** Travel times from distance alone. */
export const estimatedTravelTimes: TravelTimes = {
  minutes: async (sites, to) =>
    sites.map((site) => Math.ceil(AT_THE_DOORS_MIN + (metresBetween(site, to) * DETOUR) / SPEED_M_PER_MIN)),
};
