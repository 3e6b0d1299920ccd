import { batch, computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { AT_REST, FINGER } from "./board.ts";
import type { Display } from "./display.ts";
import type { Entry } from "./entry.ts";
import { EXPO_GROUPS, type ExpoGroup, expoOf } from "./expo.ts";
import { closedUp, type Older, type Sight, type Slot, samePlaces, tidied } from "./places.ts";
import { READS } from "./touch.ts";

type Groups = ReadonlyMap<ExpoGroup, readonly Entry[]>;

/**
 * The groups of the pass and the orders' places in them, as in the columns of the board: an order that goes on leaves an
 * empty place, one that comes stands last, and with the next touch all are in order.
 */
export class ExpoBoard {
  readonly #wanted: ReadonlySignal<Groups>;
  readonly #slots = new Map<ExpoGroup, Signal<readonly Slot[]>>(EXPO_GROUPS.map((group) => [group, signal([])]));
  readonly #entries = new Map<string, Entry>();
  readonly #sights = new Map<ExpoGroup, () => Sight | undefined>();
  readonly #touchedAt = new Map<ExpoGroup, number>();
  readonly #stop: () => void;
  #nearAt = 0;
  #movedAt = 0;

  /** `clock`: this device's time, epoch milliseconds. */
  constructor(display: Pick<Display, "entries">, clock: ReadonlySignal<number>) {
    this.#wanted = computed(() => expoOf(display.entries.value, (entry) => entry.ticket.value));
    this.#stop = effect(() => this.#take(this.#wanted.value, clock.value));
  }

  slots(group: ExpoGroup): ReadonlySignal<readonly Slot[]> {
    return this.#slotsOf(group);
  }

  entry(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  /** Says how to learn what of a group can be seen. Returns how to end that. */
  seenBy(group: ExpoGroup, look: () => Sight | undefined): () => void {
    this.#sights.set(group, look);
    return () => void this.#sights.delete(group);
  }

  /** A finger or a pointer is over the lists. */
  pointed(): void {
    this.#nearAt = Date.now();
  }

  /** Somebody has touched this display, at this group or elsewhere. Not where one touch follows the other. */
  handled(at: ExpoGroup | undefined): void {
    const touched = Date.now();
    const before = at === undefined ? 0 : (this.#touchedAt.get(at) ?? 0);
    if (at !== undefined) this.#touchedAt.set(at, touched);
    if (this.#order((group) => group !== at || touched - before >= FINGER)) this.#movedAt = touched;
  }

  /** Orders have just moved: a touch meant what stood there before. */
  hasMoved(): boolean {
    return Date.now() - this.#movedAt < READS;
  }

  stop(): void {
    this.#stop();
  }

  #take(wanted: Groups, at: number): void {
    batch(() => {
      for (const group of EXPO_GROUPS) {
        const ranks = ranksOf(wanted.get(group) ?? []);
        for (const entry of wanted.get(group) ?? []) this.#entries.set(entry.id, entry);
        const before = this.#slotsOf(group).peek();
        const known = new Set(before.map(({ id }) => id));
        const stood = before.map((slot) => placed(slot, ranks.has(slot.id), at));
        const come = [...ranks.keys()].flatMap((id) => (known.has(id) ? [] : [{ id, left: undefined }]));
        const next = closedUp([...stood, ...come], {
          older: olderBy(ranks),
          look: () => this.#sights.get(group)?.(),
          rests: at - this.#nearAt >= AT_REST,
        });
        if (next.moved) this.#movedAt = at;
        if (!samePlaces(before, next.slots)) this.#slotsOf(group).value = next.slots;
      }
      this.#forget();
    });
  }

  /** Puts groups in order. True when something has moved. */
  #order(which: (group: ExpoGroup) => boolean): boolean {
    let moved = false;
    batch(() => {
      for (const group of EXPO_GROUPS.filter(which)) {
        const slots = this.#slotsOf(group);
        const next = tidied(slots.peek(), olderBy(ranksOf(this.#wanted.peek().get(group) ?? [])));
        if (samePlaces(next, slots.peek())) continue;
        slots.value = next;
        moved = true;
      }
      this.#forget();
    });
    return moved;
  }

  #slotsOf(group: ExpoGroup): Signal<readonly Slot[]> {
    const known = this.#slots.get(group) ?? signal<readonly Slot[]>([]);
    this.#slots.set(group, known);
    return known;
  }

  #forget(): void {
    const standing = new Set([...this.#slots.values()].flatMap((slots) => slots.peek().map(({ id }) => id)));
    for (const id of this.#entries.keys()) if (!standing.has(id)) this.#entries.delete(id);
  }
}

/** The same place, or an empty one where its order has gone on. */
function placed(slot: Slot, stands: boolean, at: number): Slot {
  if (stands) return slot.left ? { id: slot.id, left: undefined } : slot;
  return slot.left ? slot : { id: slot.id, left: { at, until: at, recall: undefined, over: true } };
}

const ranksOf = (entries: readonly Entry[]): ReadonlyMap<string, number> =>
  new Map(entries.map(({ id }, rank) => [id, rank]));

const olderBy =
  (ranks: ReadonlyMap<string, number>): Older =>
  (a, b) =>
    (ranks.get(a.id) ?? 0) - (ranks.get(b.id) ?? 0);
