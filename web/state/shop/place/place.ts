import { storedSignal } from "../../stored.ts";

/** A point on earth, in integer microdegrees. */
export interface Position {
  readonly lat: number;
  readonly lon: number;
}

/** Where the buyer wants to be reached; kept on this device and in nothing that leaves it but questions and orders. */
export interface Place extends Position {
  /** What the buyer calls it: a district, or the position itself. */
  readonly name: string;
  /** It is the buyer's very position, and not the middle of a district. */
  readonly exact: boolean;
}

const kept = storedSignal<Place | undefined>("place", undefined);

/** The place that was chosen, if one was. */
export const chosenPlace = kept.signal;

export const choosePlace = (place: Place | undefined): boolean => kept.set(place);

const MICRO = 1_000_000;
const PAIR = /^\s*(-?\d{1,2}(?:[.,]\d+)?)\s*°?\s*(?:[,;/]\s*|\s+)(-?\d{1,3}(?:[.,]\d+)?)\s*°?\s*$/;

/** Reads a position that somebody typed or pasted, such as `52.5200, 13.4050`; undefined when it is something else. */
export function parsePosition(text: string): Position | undefined {
  const [, first, second] = PAIR.exec(text) ?? [];
  if (first === undefined || second === undefined) return undefined;
  const micro = (degrees: string) => Math.round(Number(degrees.replace(",", ".")) * MICRO);
  const position = { lat: micro(first), lon: micro(second) };
  return Math.abs(position.lat) <= 90 * MICRO && Math.abs(position.lon) <= 180 * MICRO ? position : undefined;
}

/** A position as people write it, to about ten metres. */
export const positionText = ({ lat, lon }: Position): string =>
  `${(lat / MICRO).toFixed(4)}, ${(lon / MICRO).toFixed(4)}`;
