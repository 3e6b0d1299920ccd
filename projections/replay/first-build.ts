import type { RunningConsumer } from "../../infra/consumers/consumer.ts";
import { readPosition } from "../../infra/consumers/fence.ts";
import { messageOf } from "../../infra/consumers/waiting.ts";
import type { Generation } from "../runner/generations.ts";
import { type BuildOptions, buildUpTo } from "./build-generation.ts";

export interface FirstBuildOptions extends BuildOptions {
  readonly signal: AbortSignal;
}

/** A log with fewer events is soon caught up with live, and then every subscriber is told every change. */
const LONG_LOG_EVENTS = 2_000;

/**
 * Starts the consumer of a live generation. One that has never seen an event, because its projection is new in the
 * code, is filled as a rebuild is where the log is long: without telling anybody, several times faster than live. What
 * subscribers of its topics miss they get as a snapshot.
 */
export function startWithFirstBuild(
  options: FirstBuildOptions,
  generation: Generation,
  start: () => RunningConsumer,
): RunningConsumer {
  let running: RunningConsumer | undefined;
  const run = async () => {
    try {
      await firstBuild(options, generation);
    } catch (error) {
      const { log } = options;
      // Another process fills it, or the engines are away: the consumer can go on from wherever it stands.
      log.warn({ generation: generation.schema, cause: messageOf(error) }, "first build ended early");
    }
    if (options.signal.aborted) return;
    running = start();
    await running.done;
  };
  const done = run();
  return {
    done,
    status: () =>
      running?.status() ?? {
        name: generation.schema,
        state: options.signal.aborted ? "stopped" : "starting",
        epoch: undefined,
        position: undefined,
        lag: undefined,
        rate: 0,
        handled: 0,
        parkedStreams: 0,
        lastError: undefined,
      },
  };
}

async function firstBuild(options: FirstBuildOptions, generation: Generation): Promise<void> {
  const { pool, store, log, signal } = options;
  const { place } = await readPosition(pool, generation.schema);
  if (place !== undefined || signal.aborted) return;
  const { atEnd } = await store.readAll(undefined, LONG_LOG_EVENTS);
  if (atEnd || signal.aborted) return;
  log.info({ generation: generation.schema }, "a new read model is filled from the log");
  const { events, perSecond } = await buildUpTo(options, generation, await store.head());
  log.info({ generation: generation.schema, events, perSecond: Math.round(perSecond) }, "a new read model is filled");
}
