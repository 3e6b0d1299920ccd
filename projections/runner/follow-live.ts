import type { Pool } from "pg";
import type { ConsumerStatus, RunningConsumer } from "../../infra/consumers/consumer.ts";
import { messageOf } from "../../infra/consumers/waiting.ts";
import type { Log } from "../../infra/log.ts";
import { onGenerationChange } from "./generation-changes.ts";
import { type Generation, liveStandings } from "./generations.ts";
import type { Projection } from "./projection.ts";

export interface FollowOptions {
  readonly pool: Pool;
  readonly log: Log;
  readonly projections: readonly Projection[];
  /** Starts the consumer of a generation; it ends with the signal. */
  start(projection: Projection, generation: Generation, signal: AbortSignal): RunningConsumer;
  /** The live generation was made by another version of the projection. Called once for each such generation. */
  outdated(projection: Projection, live: Generation): Promise<void>;
  /** How often the pointers are looked at without being told of a change. Default 2,000 ms. */
  readonly everyMs?: number;
  readonly signal: AbortSignal;
}

/** Projections that are run on whatever generation is live. */
export interface LiveFollower {
  /** Resolves after the signal, when all have ended. Never rejects. */
  readonly done: Promise<void>;
  /** Of the generations that are run now. */
  status(): ConsumerStatus[];
}

interface Followed {
  readonly schema: string;
  readonly consumer: RunningConsumer | undefined;
  readonly stop: AbortController;
}

/**
 * Runs every projection on its live generation. After a swap, which any process may make, the consumer of the old
 * generation is stopped (it can write nothing any more) and that of the new one started at once.
 *
 * A projection whose live generation was made by another version of it is not run, and `outdated` is told.
 */
export function followLive(options: FollowOptions): LiveFollower {
  const follower = new Follower(options);
  return { done: follower.run(), status: () => follower.status() };
}

class Follower {
  readonly #options: FollowOptions;
  readonly #followed = new Map<string, Followed>();
  readonly #ending: Promise<void>[] = [];
  #looking: Promise<void> = Promise.resolve();
  #waiting = false;

  constructor(options: FollowOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { signal, everyMs = 2_000 } = this.#options;
    const timer = setInterval(() => this.#look(), everyMs);
    await onGenerationChange(this.#options, () => this.#look());
    clearInterval(timer);
    await this.#looking;
    for (const { stop } of this.#followed.values()) stop.abort(signal.reason);
    await Promise.all(this.#ending);
  }

  status(): ConsumerStatus[] {
    return [...this.#followed.values()].flatMap(({ consumer }) => (consumer ? [consumer.status()] : []));
  }

  /** One look at a time; whoever asks while one waits to begin is served by that one. */
  #look(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    this.#looking = this.#looking.then(async () => {
      this.#waiting = false;
      if (this.#options.signal.aborted) return;
      try {
        await this.#lookOnce();
      } catch (error) {
        this.#options.log.warn({ cause: messageOf(error) }, "live generations could not be looked up");
      }
    });
  }

  async #lookOnce(): Promise<void> {
    const { pool, projections } = this.#options;
    const standings = await liveStandings(pool);
    for (const projection of projections) {
      const live = standings.get(projection.name)?.generation;
      const before = this.#followed.get(projection.name);
      if (live === undefined || before?.schema === live.schema) continue;
      try {
        await this.#change(projection, live, before);
      } catch (error) {
        // Tried again at the next look; the others do not wait for it.
        const { log } = this.#options;
        log.warn({ projection: projection.name, cause: messageOf(error) }, "a live generation could not be followed");
      }
    }
  }

  async #change(projection: Projection, live: Generation, before: Followed | undefined): Promise<void> {
    const { log, signal, start, outdated } = this.#options;
    before?.stop.abort();
    const stop = new AbortController();
    if (live.version !== projection.version) {
      await outdated(projection, live);
      this.#followed.set(projection.name, { schema: live.schema, consumer: undefined, stop });
      return;
    }
    if (before) log.info({ projection: projection.name, from: before.schema, to: live.schema }, "generation swapped");
    const consumer = start(projection, live, AbortSignal.any([stop.signal, signal]));
    this.#ending.push(consumer.done);
    this.#followed.set(projection.name, { schema: live.schema, consumer, stop });
  }
}
