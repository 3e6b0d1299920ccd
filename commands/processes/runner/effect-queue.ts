import type { Outside } from "../../../infra/outside/outside.ts";
import type { EffectRow } from "./effects-table.ts";

export interface QueueLimits {
  /** Effects of one outside system at one place that run beside each other; also those that ask nobody outside. */
  readonly atOnce: number;
  /** Retries of one outside system at one place that begin in a second, while its circuit is closed. */
  readonly retriesPerSecond: number;
}

export interface EffectQueueOptions extends QueueLimits {
  /** Whether the circuit of an outside system is open: its effects are then answered at once, and need no pace. */
  isOpen(outside: Outside): boolean;
}

/** All that run beside each other, and all that wait in memory; what does not fit is found again by the scan. */
const MOST_AT_ONCE = 1_000;
const MOST_QUEUED = 2_000;
/** So that what waits for one place leaves room for the others. */
const MOST_QUEUED_OF_ONE = 500;
/** A lane is served one by one: what waits in it must not take the place of others at the same outside system. */
const MOST_QUEUED_OF_LANE = 64;

/** Effects of one outside system at one place, or all that ask nobody outside. */
interface Group {
  readonly outside: Outside | undefined;
  /** In the order in which they came. */
  readonly fresh: EffectRow[];
  readonly retries: EffectRow[];
  running: number;
  /** By `performance.now()`: when the next retry may begin. */
  nextRetryAt: number;
  /** Something did not fit: there is more of it in the table. */
  more: boolean;
}

/** Effects that run one at a time, in their order. */
interface Lane {
  waiting: number;
  busy: boolean;
  /**
   * Counts what found no room, over all lanes; 0: nothing of this lane is in the table alone. Until a scan has caught up
   * a newer effect must not overtake what lies there.
   */
  refused: number;
}

/**
 * What is to be carried out next. Each outside system at each place has places and a share of the memory of its own, so
 * that one that is slow or dead holds up nobody else; among them the turn goes round. Effects of one lane run one at a
 * time. Retries keep to a pace, so that a system that comes back is not run over.
 */
export class EffectQueue {
  readonly #options: EffectQueueOptions;
  readonly #groups = new Map<string, Group>();
  /** Effects in the queue or at work: an effect is never carried out twice at once. */
  readonly #known = new Set<string>();
  readonly #lanes = new Map<string, Lane>();
  /** Effects that were forgotten since the scan that is under way has asked: what it was told of them is old. */
  readonly #forgotten = new Set<string>();
  #refusals = 0;
  #queued = 0;
  #running = 0;
  #turn = 0;

  constructor(options: EffectQueueOptions) {
    this.#options = options;
  }

  /** How many effects are in the queue or at work. */
  get known(): number {
    return this.#known.size;
  }

  get room(): number {
    return MOST_QUEUED - this.#queued;
  }

  /** Groups that have no room, by their names; the scan leaves them out. */
  full(): string[] {
    return [...this.#groups].flatMap(([name, group]) => (sizeOf(group) >= MOST_QUEUED_OF_ONE ? [name] : []));
  }

  /** Lanes that have no room; the scan leaves them out. */
  fullLanes(): string[] {
    return [...this.#lanes].flatMap(([name, { waiting }]) => (waiting >= MOST_QUEUED_OF_LANE ? [name] : []));
  }

  /** A scan asks the table now. */
  scanBegins(): void {
    this.#forgotten.clear();
  }

  /** How often something found no room in its lane so far: for `caughtUp`. */
  get refusals(): number {
    return this.#refusals;
  }

  /**
   * A scan has shown everything that was due, but for these lanes: what is offered from now on may go to its lane again.
   *
   * @param since `refusals` when the scan began
   */
  caughtUp(without: readonly string[], since: number): void {
    for (const [name, lane] of this.#lanes) {
      if (lane.refused <= since && !without.includes(name)) lane.refused = 0;
      this.#forgetLane(name, lane);
    }
  }

  /**
   * Takes an effect that is due. False when there is no room for it; one that is known already counts as taken.
   *
   * @param scanned it comes from a scan, which shows a lane's effects in their order
   */
  offer(effect: EffectRow, scanned = false): boolean {
    const key = keyOf(effect);
    if (this.#known.has(key) || (scanned && this.#forgotten.has(key))) return true;
    const group = this.#groupOf(effect);
    const lane = effect.lane === undefined ? undefined : this.#laneOf(effect.lane);
    const laneFull = lane !== undefined && (lane.waiting >= MOST_QUEUED_OF_LANE || (lane.refused > 0 && !scanned));
    if (laneFull || sizeOf(group) >= MOST_QUEUED_OF_ONE || this.room <= 0) {
      if (!laneFull) group.more = true;
      if (lane) lane.refused = ++this.#refusals;
      return false;
    }
    this.#known.add(key);
    this.#queued++;
    if (lane) lane.waiting++;
    (effect.early ? group.retries : group.fresh).push(effect);
    return true;
  }

  /** The next effect that may begin now; `finished` is owed for each. */
  next(): EffectRow | undefined {
    if (this.#running >= MOST_AT_ONCE) return undefined;
    const groups = [...this.#groups.values()];
    for (let i = 0; i < groups.length; i++) {
      const group = groups[(this.#turn + i) % groups.length];
      const effect = group && this.#take(group);
      if (!effect) continue;
      this.#turn = (this.#turn + i + 1) % groups.length;
      return effect;
    }
    return undefined;
  }

  /** When the next retry may begin that only waits for its pace, by `performance.now()`. */
  nextRetryAt(): number | undefined {
    const times = [...this.#groups.values()]
      .filter((group) => group.retries.length > 0 && group.running < this.#options.atOnce)
      .map(({ nextRetryAt }) => nextRetryAt);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** An effect has left its place. True when more of its kind is in the table and there is room for it now. */
  finished(effect: EffectRow): boolean {
    const group = this.#groupOf(effect);
    group.running--;
    this.#running--;
    if (effect.lane !== undefined) {
      const lane = this.#laneOf(effect.lane);
      lane.busy = false;
      this.#forgetLane(effect.lane, lane);
      if (lane.refused > 0 && lane.waiting <= MOST_QUEUED_OF_LANE / 2) return true;
    }
    if (!group.more || sizeOf(group) > MOST_QUEUED_OF_ONE / 2) return false;
    group.more = false;
    return true;
  }

  /** Nothing more is done with an effect for now: it may be offered again. */
  forget(effect: EffectRow): void {
    const key = keyOf(effect);
    this.#known.delete(key);
    this.#forgotten.add(key);
  }

  #take(group: Group): EffectRow | undefined {
    if (group.running >= this.#options.atOnce) return undefined;
    // Their pace leaves room for what is new; the other way round they could wait for ever.
    const effect = this.#paced(group) ?? this.#unblocked(group.fresh);
    if (!effect) return undefined;
    group.running++;
    this.#running++;
    this.#queued--;
    if (effect.lane !== undefined) {
      const lane = this.#laneOf(effect.lane);
      lane.waiting--;
      lane.busy = true;
    }
    return effect;
  }

  #paced(group: Group): EffectRow | undefined {
    const now = performance.now();
    const open = group.outside !== undefined && this.#options.isOpen(group.outside);
    if (!open && now < group.nextRetryAt) return undefined;
    const effect = this.#unblocked(group.retries);
    if (effect && !open) group.nextRetryAt = now + 1_000 / this.#options.retriesPerSecond;
    return effect;
  }

  #unblocked(effects: EffectRow[]): EffectRow | undefined {
    const at = effects.findIndex(({ lane }) => lane === undefined || !this.#laneOf(lane).busy);
    return at < 0 ? undefined : effects.splice(at, 1)[0];
  }

  #laneOf(name: string): Lane {
    const known = this.#lanes.get(name);
    if (known) return known;
    const lane: Lane = { waiting: 0, busy: false, refused: 0 };
    this.#lanes.set(name, lane);
    return lane;
  }

  #forgetLane(name: string, { waiting, busy, refused }: Lane): void {
    if (waiting === 0 && !busy && refused === 0) this.#lanes.delete(name);
  }

  #groupOf({ outside }: EffectRow): Group {
    const name = groupName(outside);
    const known = this.#groups.get(name);
    if (known) return known;
    const group: Group = { outside, fresh: [], retries: [], running: 0, nextRetryAt: 0, more: false };
    this.#groups.set(name, group);
    return group;
  }
}

/** A group as it is called here and in SQL; "" is that of effects that ask nobody outside. */
const groupName = (outside: Outside | undefined): string =>
  outside === undefined ? "" : `${outside.system}/${outside.place}`;

const sizeOf = ({ fresh, retries }: Group): number => fresh.length + retries.length;

const keyOf = (effect: EffectRow): string => `${effect.orderId}/${effect.id}`;
