/** A place in a column. A ticket that left keeps its place, so that nothing moves under a finger. */
export interface Slot {
  readonly id: string;
  readonly left: Left | undefined;
}

export interface Left {
  readonly at: number;
  readonly until: number;
  /** The station to take it back to, while it can be undone. */
  readonly recall: string | undefined;
  /** Nothing is left to be read or undone: the place stands empty. */
  readonly over: boolean;
}

/** What of a column is on the screen at a moment. */
export interface Sight {
  /** Tickets and empty places that can be seen, whole or in part. */
  readonly ids: ReadonlySet<string>;
  /** Places above what is seen can be taken out without moving it: the browser holds on to what it shows. */
  readonly anchored: boolean;
}

/** Puts the older of two places first, as a sort does. */
export type Older = (a: Slot, b: Slot) => number;

const isKept = ({ left }: Slot): boolean => left?.over !== true;

/** Closed up and in order: what is seen may move. */
export const tidied = (slots: readonly Slot[], older: Older): readonly Slot[] => inOrder(slots.filter(isKept), older);

/** Closed up and put in order as far as nothing moves that is seen: all of it where `sight` is undefined. */
function tidiedUnseen(slots: readonly Slot[], sight: Sight | undefined, older: Older): readonly Slot[] {
  const inSight = (slot: Slot) => sight?.ids.has(slot.id) === true;
  const last = slots.findLastIndex(inSight);
  if (last < 0) return tidied(slots, older);
  const first = slots.findIndex(inSight);
  const above = slots.slice(0, first);
  const seen = slots.slice(first, last + 1);
  const below = tidied(slots.slice(last + 1), older);
  const next = [...(sight?.anchored === true ? above.filter(isKept) : above), ...seen, ...below];
  // Nothing stands below the last ones, so nothing moves.
  return below.length > 0 ? next : next.slice(0, next.findLastIndex(isKept) + 1);
}

/** Whether nothing is seen but empty places: nobody can be about to touch anything there. */
const isBare = (slots: readonly Slot[], { ids }: Sight): boolean =>
  slots.every((slot) => !ids.has(slot.id) || !isKept(slot));

/**
 * Whether a cook is kept from work by places that are not given up: half of what is seen stands empty while tickets wait
 * below, or one of those is older than one that is seen.
 */
function hidesWork(slots: readonly Slot[], { ids }: Sight, older: Older): boolean {
  const seen = slots.filter(({ id }) => ids.has(id));
  const below = slots.slice(slots.findLastIndex(({ id }) => ids.has(id)) + 1).filter(({ left }) => !left);
  if (below.length === 0) return false;
  const empty = seen.filter((slot) => !isKept(slot)).length;
  return empty * 2 >= seen.length || seen.some((slot) => isKept(slot) && below.some((next) => older(next, slot) < 0));
}

/** What is known of a column besides its places. */
export interface Surroundings {
  readonly older: Older;
  /** What of it can be seen; undefined while it is not shown. */
  look(): Sight | undefined;
  /** Nobody has been near it for a while. */
  readonly rests: boolean;
}

/** Closes a column up as far as it may without anybody's touch. `moved`: what is seen has moved. */
export function closedUp(
  slots: readonly Slot[],
  { older, look, rests }: Surroundings,
): { readonly slots: readonly Slot[]; readonly moved: boolean } {
  const wanted = tidied(slots, older);
  if (samePlaces(wanted, slots)) return { slots, moved: false };
  const sight = look();
  const may = sight !== undefined && (isBare(slots, sight) || (rests && hidesWork(slots, sight, older)));
  return may ? { slots: wanted, moved: true } : { slots: tidiedUnseen(slots, sight, older), moved: false };
}

/** The same list where it is in order. */
function inOrder(slots: readonly Slot[], older: Older): readonly Slot[] {
  const isOrdered = slots.every((slot, at) => at === 0 || older(slots[at - 1] ?? slot, slot) <= 0);
  return isOrdered ? slots : slots.toSorted(older);
}

/** True where two lists are of the same places in the same order. */
export const samePlaces = (a: readonly Slot[], b: readonly Slot[]): boolean =>
  a.length === b.length && a.every((slot, at) => slot === b[at]);
