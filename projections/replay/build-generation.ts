import type { Pool } from "pg";
import type { Clock } from "../../infra/clock.ts";
import { failsOnDatabase } from "../../infra/consumers/failures.ts";
import { type LogPage, logPages } from "../../infra/consumers/log-pages.ts";
import { comparePlaces, type Place } from "../../infra/consumers/position.ts";
import { GrowingPause, messageOf } from "../../infra/consumers/waiting.ts";
import type { EventStore } from "../../infra/event-store/port.ts";
import type { Log } from "../../infra/log.ts";
import { inTransaction } from "../../infra/postgres/pool.ts";
import type { Generation } from "../runner/generations.ts";
import { asTableOwner } from "../runner/privileges.ts";
import type { Projection } from "../runner/projection.ts";
import { GenerationWriter } from "./generation-writer.ts";

export interface BuildProgress {
  readonly position: Place;
  readonly until: Place;
  /** Events read so far, and those of them that the projection handles. */
  readonly events: number;
  readonly handled: number;
  readonly parked: number;
  readonly perSecond: number;
}

/** How generations are built. */
export interface BuildSettings {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly log: Log;
  readonly clock: Clock;
  /** Events in one transaction. Default 4,000. */
  readonly batchSize?: number;
  /** Name of this process, as the lease shows it. */
  readonly instance: string;
  /** Default 10,000 ms. */
  readonly leaseMs?: number;
  /** Renew the planner's statistics at the end. Default true. */
  readonly analyze?: boolean;
  readonly signal?: AbortSignal;
}

export interface BuildOptions extends BuildSettings {
  readonly projection: Projection;
  /** Called after each transaction. */
  readonly onProgress?: (progress: BuildProgress) => void;
}

/** One of several generations that are built by one reading of the log. */
export interface BuildPart {
  readonly projection: Projection;
  readonly generation: Generation;
  /** Name under which its lease is held. Default: that of the process. */
  readonly instance?: string;
  /** Called after each of its transactions. */
  readonly onProgress?: ((progress: BuildProgress) => void) | undefined;
}

/** The generation is being built by another process, or the signal came. */
export class BuildEndedError extends Error {
  readonly code = "build_ended";
}

const DEFAULT_BATCH = 4_000;
const DEFAULT_LEASE_MS = 10_000;
/** Pages that wait while one is written: node decodes while Postgres works, and the other way round. */
const WAITING_PAGES = 1;
const MOST_TRIES = 8;
const RETRY = { firstMs: 200, lastMs: 5_000 };

/**
 * Brings a generation that nobody reads from where it stands up to a place, the outbox off. It may be stopped and
 * called again. Poisonous events are parked as in live running.
 */
export async function buildUpTo(options: BuildOptions, generation: Generation, until: Place): Promise<BuildProgress> {
  const { projection, onProgress } = options;
  const [progress] = await buildTogether(options, [{ projection, generation, onProgress }], until);
  if (progress === undefined) throw new Error("nothing was built");
  return progress;
}

/**
 * As `buildUpTo`, for several generations at once, by one reading of the log: reading and decoding an event costs more
 * than most read models do with it. Each writes its own transactions; the reader waits for the slowest. When one fails
 * for good, all end; each can be built on from where it stands. Answers in the order of the parts.
 */
export async function buildTogether(
  options: BuildSettings,
  parts: readonly BuildPart[],
  until: Place,
): Promise<BuildProgress[]> {
  const begun = performance.now();
  const building: Building[] = [];
  try {
    for (const part of parts) building.push(await open(options, part));
    const progressOf = ({ writer }: Building): BuildProgress => ({
      position: writer.place,
      until,
      ...writer.counts,
      perSecond: writer.counts.events / Math.max(0.001, (performance.now() - begun) / 1000),
    });
    await readAndWrite(options, building, until, (one) => one.part.onProgress?.(progressOf(one)));
    if (options.analyze !== false) for (const { part } of building) await analyze(options.pool, part);
    return building.map(progressOf);
  } finally {
    await Promise.all(building.map(({ writer }) => writer.close()));
  }
}

interface Building {
  readonly part: BuildPart;
  readonly writer: GenerationWriter;
}

async function open({ leaseMs = DEFAULT_LEASE_MS, ...options }: BuildSettings, part: BuildPart): Promise<Building> {
  const writer = await GenerationWriter.open({ ...options, leaseMs, ...part });
  if (writer === undefined) throw new BuildEndedError(`${part.generation.schema} is being built by another process`);
  return { part, writer };
}

async function readAndWrite(
  options: BuildSettings,
  building: readonly Building[],
  until: Place,
  written: (one: Building) => void,
): Promise<void> {
  const { signal } = options;
  const names = building.map(({ part }) => part.generation.schema).join(", ");
  const ended = () => new BuildEndedError(`building ${names} was stopped`);
  const open: Promise<unknown>[] = [];
  for await (const page of pagesFor(options, building, until)) {
    if (signal?.aborted) throw ended();
    const writing = building.map(async (one) => {
      await one.writer.write(page);
      written(one);
    });
    const all = Promise.all(writing);
    all.catch(() => {}); // awaited below, unless an earlier page has failed
    open.push(all);
    if (open.length > WAITING_PAGES) await open.shift();
  }
  await Promise.all(open);
}

/** The log from where the one stands that is furthest behind; reading it is tried again for a while. */
async function* pagesFor(
  { store, log, signal, batchSize = DEFAULT_BATCH }: BuildSettings,
  building: readonly Building[],
  until: Place,
): AsyncGenerator<LogPage> {
  let after = building.map(({ writer }) => writer.place).reduce((a, b) => (comparePlaces(a, b) < 0 ? a : b));
  const delay = new GrowingPause(RETRY);
  for (let tries = 1; comparePlaces(after, until) < 0; tries++) {
    try {
      for await (const page of logPages({ store, after, until, size: batchSize })) {
        after = page.to;
        tries = 1;
        delay.reset();
        yield page;
      }
    } catch (error) {
      if (!failsOnDatabase(error) || tries >= MOST_TRIES || signal?.aborted) throw error;
      log.warn({ cause: messageOf(error) }, "reading the log is tried again");
      await delay.wait(signal);
    }
  }
}

/** Tables that were filled in one go have no statistics yet, and their first readers would get bad plans. */
async function analyze(pool: Pool, { projection, generation }: BuildPart): Promise<void> {
  await inTransaction(pool, async (tx) => {
    // Only a table's owner may: others are told so in a warning that nobody sees.
    await asTableOwner(tx, generation.schema);
    for (const table of projection.tables) await tx.query(`ANALYZE ${generation.schema}.${table}`);
  });
}
