import type { PoolClient } from "pg";
import type { Consumer } from "../../infra/consumers/consumer.ts";
import { mayBeRun } from "./generation-states.ts";
import type { Generation } from "./generations.ts";
import type { Projection } from "./projection.ts";
import type { Outbox } from "./topic-message.ts";

export interface ProjectionConsumerOptions {
  readonly projection: Projection;
  readonly generation: Generation;
  /** Makes the outbox of a transaction. Left out, nobody is told anything: rebuilds. */
  readonly outbox?: (tx: PoolClient) => Outbox;
  /** Called after commits that may have put something into the outbox: wakes a relay in the same process. */
  readonly afterCommit?: () => void;
}

/** A projection that writes one generation, as something that can be run. */
export function projectionConsumer({
  projection,
  generation,
  outbox,
  afterCommit,
}: ProjectionConsumerOptions): Consumer {
  const { schema, epoch } = generation;
  return {
    name: schema,
    schema,
    handles: (type) => projection.handles(type),
    ...(projection.asItIs === undefined ? {} : { asItIs: projection.asItIs }),
    apply: (batch, tx) => projection.handle(batch, { tx, schema, epoch, outbox: outbox?.(tx) }),
    // A process that was stopped since a swap may wake up while the generation is built on to be swapped in again.
    ...(outbox ? { mayOwn: (db) => mayBeRun(db, generation) } : {}),
    ...(afterCommit ? { afterCommit: () => afterCommit() } : {}),
    ...(projection.batchSize === undefined ? {} : { batchSize: projection.batchSize }),
    ...(projection.gatherMs === undefined ? {} : { gatherMs: projection.gatherMs }),
    failpointPrefix: "project",
  };
}
