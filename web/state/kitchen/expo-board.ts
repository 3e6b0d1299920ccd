import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { now } from "../clock.ts";
import type { Display } from "./display.ts";
import type { Entry } from "./entry.ts";
import { EXPO_GROUPS, type ExpoGroup, expoOf } from "./expo.ts";

type Groups = ReadonlyMap<ExpoGroup, readonly Entry[]>;

/** A list that was touched or pointed at less long ago than this stays as it is. */
const FINGER = 2_000;

/** The groups of the pass; while a finger is near, every order keeps its place. */
export class ExpoBoard {
  readonly groups: ReadonlySignal<Groups>;
  readonly #stop: () => void;
  #pointedAt = 0;

  constructor(display: Display) {
    const groups = signal<Groups>(new Map());
    const wanted = computed(() => expoOf(display.entries.value, (entry) => entry.ticket.value));
    this.groups = groups;
    this.#stop = effect(() => {
      const next = wanted.value;
      const at = now.value;
      if (at - this.#pointedAt >= FINGER && !sameGroups(next, groups.peek())) groups.value = next;
    });
  }

  /** A finger or a pointer is over the lists. */
  pointed(): void {
    this.#pointedAt = Date.now();
  }

  stop(): void {
    this.#stop();
  }
}

const sameGroups = (a: Groups, b: Groups): boolean =>
  EXPO_GROUPS.every((group) => {
    const [left = [], right = []] = [a.get(group), b.get(group)];
    return b.has(group) && left.length === right.length && left.every((entry, at) => entry === right[at]);
  });
