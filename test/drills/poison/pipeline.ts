import { runTeller } from "../../../commands/dead-letters/tell.ts";
import { systemClock } from "../../../infra/clock.ts";
import type { RunningConsumer } from "../../../infra/consumers/consumer.ts";
import { startFeed } from "../../../infra/consumers/feed.ts";
import { readPosition } from "../../../infra/consumers/fence.ts";
import { comparePlaces } from "../../../infra/consumers/position.ts";
import { startConsumer } from "../../../infra/consumers/run-consumer.ts";
import type { Engines } from "../../../infra/consumers/testing/engines.ts";
import { runDesk } from "../../../infra/dead-letters/desk.ts";
import { CustomerKeys } from "../../../infra/keys/customer-keys.ts";
import { createLog } from "../../../infra/log.ts";
import { PROJECTIONS } from "../../../projections/read-models.ts";
import { ensureProjection } from "../../../projections/runner/generations.ts";
import { projectionConsumer } from "../../../projections/runner/projection-consumer.ts";
import { outboxWriter } from "../../../realtime/outbox.ts";
import { until } from "../drill.ts";
import type { Mending } from "./mendable.ts";
import type { Visibility } from "./visibility.ts";

export const FINGERPRINT_KEY = new Uint8Array(32).fill(5);
const ORIGIN = { service: { role: "drill", version: "0", instance: "drill" }, region: "local" };
const REACH_MS = 120_000;

/** Every read model over one feed, with what sees to dead letters, as the workers have them. */
export interface Pipeline {
  /** Consumers by the name of their read model. */
  readonly consumers: ReadonlyMap<string, string>;
  /** Events that the slowest read model is behind. */
  lag(): number;
  /** Waits until every read model has reached the head of the log and everything is told. */
  atRest(): Promise<void>;
  stop(): Promise<void>;
}

/** @param watched the read model whose commits are told to `visibility` */
export async function startPipeline(
  engines: Engines,
  mending: Mending,
  watched: string,
  visibility: Visibility,
): Promise<Pipeline> {
  const { pool, store } = engines;
  const log = createLog("drill", "silent");
  const clock = systemClock;
  const ending = new AbortController();
  const { signal } = ending;
  const feed = startFeed({ store, log });
  const running: RunningConsumer[] = [];
  const consumers = new Map<string, string>();
  for (const projection of PROJECTIONS) {
    const generation = await ensureProjection(pool, projection, clock);
    consumers.set(projection.name, generation.schema);
    const consumer = mending.consumer(
      projection.name,
      projectionConsumer({ projection, generation, outbox: outboxWriter }),
      {
        afterCommit({ position }) {
          if (projection.name === watched) visibility.reached(position);
        },
      },
    );
    running.push(startConsumer({ consumer, pool, feed, leaseMs: 20_000, instance: "drill", log, clock, signal }));
  }
  const keys = new CustomerKeys(pool, { master: new Uint8Array(32).fill(6), clock });
  const besides = [
    runDesk({ pool, clock, log, signal }),
    runTeller({ pool, store, origin: ORIGIN, keys, fingerprintKey: FINGERPRINT_KEY, log, signal }),
  ];
  return {
    consumers,
    lag: () => Math.max(0, ...running.map((one) => one.status().lag?.events ?? 0)),
    async atRest() {
      await until("every read model is at the head of the log, and everything is told", REACH_MS, async () => {
        const { rows } = await pool.query("SELECT 1 FROM runner.tellings LIMIT 1");
        if (rows.length > 0) return false;
        const head = await store.head();
        for (const name of consumers.values()) {
          if (comparePlaces((await readPosition(pool, name)).place, head) < 0) return false;
        }
        return true;
      });
    },
    async stop() {
      ending.abort();
      await Promise.allSettled([...running.map(({ done }) => done), ...besides]);
      await feed.close();
    },
  };
}
