import type { Pool } from "pg";
import type { Clock } from "../infra/clock.ts";
import { comparePlaces, type Place } from "../infra/consumers/position.ts";
import { pause } from "../infra/consumers/waiting.ts";
import type { EventStore } from "../infra/event-store/port.ts";
import { type Generation, type LiveSchemas, liveStandings } from "../projections/runner/generations.ts";

export interface ReadPositionsOptions {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly schemas: LiveSchemas;
  readonly clock: Clock;
}

/** A read model and where it stood just before it was asked: it shows at least that much. */
export interface Standing {
  readonly generation: Generation;
  readonly place: Place;
}

/** Pause between two looks at the positions while somebody waits for them. */
const POLL_MS = 20;
/** How often the log is asked what a read model has not seen yet. */
const PROBE_MS = 500;
/** How long the very first answer waits for that. */
const FIRST_PROBE_MS = 300;
const PROBE_EVENTS = 200;
const MOST_WAITING = 5_000;
/** How long a read model may take to reach what was in the log when it was asked whether it is fresh. */
const FRESH_WITHIN_MS = 1_000;

/** What the log holds beyond a read model. */
interface Unseen {
  readonly first: Place;
  readonly last: Place;
  /** Business time of the first one. */
  readonly since: number;
}

interface Probe {
  at: number;
  unseen: Unseen | undefined;
}

/**
 * Where the read models stand (D9): one look at all of them for everybody who asks or waits in this process. A swap in
 * the middle of it does no harm: the pointer to the live generation is read with its position, each time.
 */
export class ReadPositions {
  readonly #options: ReadPositionsOptions;
  /** By projection. */
  #known = new Map<string, Place>();
  #knownAt = Number.NEGATIVE_INFINITY;
  #look: Promise<void> | undefined;
  #waiting = 0;
  readonly #probes = new Map<string, Probe>();
  readonly #probing = new Map<string, Promise<Probe | undefined>>();
  readonly #freshAt = new Map<string, number>();

  constructor(options: ReadPositionsOptions) {
    this.#options = options;
  }

  /** The live generation of a read model and where it stands. Ask before the read model is queried. */
  async of(projection: string): Promise<Standing> {
    return await this.#options.schemas.standing(projection);
  }

  /** Waits until a read model has reached a commit position; false when it has not within `withinMs`. */
  async reach(projection: string, commit: bigint, withinMs: number): Promise<boolean> {
    const until = performance.now() + withinMs;
    const { place } = await this.#options.schemas.standing(projection);
    if (place !== undefined && place.commit >= commit) return true;
    if (this.#waiting >= MOST_WAITING) return false;
    this.#waiting++;
    try {
      while (performance.now() < until) {
        await this.#lookAgain();
        const reached = this.#known.get(projection);
        if (reached !== undefined && reached.commit >= commit) return true;
      }
      return false;
    } finally {
      this.#waiting--;
    }
  }

  /**
   * Milliseconds since when something has happened that the read model does not show; 0 when it shows everything.
   * Known from a look at the log that may be half a second old; with the log away, from the last one.
   */
  async ageMs({ generation, place }: Standing): Promise<number> {
    const known = this.#probes.get(generation.schema);
    const asked =
      known === undefined || performance.now() - known.at > PROBE_MS ? this.#probe(generation.schema, place) : known;
    const probe = known ?? (await Promise.race([asked, pause(FIRST_PROBE_MS)])) ?? undefined;
    if (!probe?.unseen || comparePlaces(place, probe.unseen.first) >= 0) return 0;
    return Math.max(0, this.#options.clock.now() - probe.unseen.since);
  }

  /**
   * Up to when all of these read models are known to show everything, as epoch milliseconds of this machine; undefined
   * while that cannot be told. For the gateway's line "as of".
   */
  async freshUntil(...projections: readonly string[]): Promise<number | undefined> {
    const times = await Promise.all(projections.map((projection) => this.#freshUntil(projection)));
    const known = times.filter((time) => time !== undefined);
    return known.length === times.length && known.length > 0 ? Math.min(...known) : undefined;
  }

  async #freshUntil(projection: string): Promise<number | undefined> {
    const begun = Date.now();
    const { generation, place } = await this.of(projection);
    const probe = await this.#probe(generation.schema, place);
    if (probe === undefined) return undefined;
    const last = probe.unseen?.last;
    if (last === undefined || (await this.reach(projection, last.commit, FRESH_WITHIN_MS))) {
      this.#freshAt.set(projection, begun);
    }
    return this.#freshAt.get(projection);
  }

  /** The next look, shared by all who want one now. */
  #lookAgain(): Promise<void> {
    this.#look ??= this.#lookOnce().finally(() => {
      this.#look = undefined;
    });
    return this.#look;
  }

  async #lookOnce(): Promise<void> {
    await pause(Math.max(0, this.#knownAt + POLL_MS - performance.now()));
    const begun = performance.now();
    const standings = await liveStandings(this.#options.pool);
    this.#known = new Map([...standings].map(([projection, { place }]) => [projection, place]));
    this.#knownAt = begun;
  }

  /** Asks the log what comes after a place. One question per read model at a time; undefined when the log is away. */
  #probe(schema: string, place: Place): Promise<Probe | undefined> {
    const running = this.#probing.get(schema);
    if (running) return running;
    const begun = performance.now();
    const probing = this.#options.store
      .readAll(place, PROBE_EVENTS)
      .then(({ events }) => {
        const [first, last] = [events[0], events.at(-1)];
        const unseen = first &&
          last && { first: first.position, last: last.position, since: Date.parse(first.metadata.at) };
        const probe: Probe = { at: begun, unseen };
        this.#probes.set(schema, probe);
        return probe;
      })
      .catch(() => undefined)
      .finally(() => this.#probing.delete(schema));
    this.#probing.set(schema, probing);
    return probing;
  }
}
