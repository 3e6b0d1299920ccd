import type { Pool, PoolClient } from "pg";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import type { Clock } from "../clock.ts";
import { errorName } from "../dead-letters/failure.ts";
import { deadLetterEvent } from "../dead-letters/record.ts";
import { failpoint } from "../failpoints.ts";
import type { Log } from "../log.ts";
import { inTransaction } from "../postgres/pool.ts";
import { preparing } from "../postgres/prepared.ts";
import type { Committed, Consumer, Parked } from "./consumer.ts";
import { failsOnDatabase } from "./failures.ts";
import { movePosition, OwnershipLostError } from "./fence.ts";
import { type IsolationSteps, isolate } from "./isolation.ts";
import { holdBack, ParkingChangedError, wasDiscarded } from "./parking.ts";
import type { Place } from "./position.ts";
import { applyInSavepoint, applyReadable, inSavepoint } from "./savepoint.ts";
import { messageOf } from "./waiting.ts";

export interface BatchWork {
  readonly pool: Pool;
  readonly consumer: Consumer;
  readonly epoch: bigint;
  /** Asked again directly before the commit. */
  held(): boolean;
  /** Where the stored position stands. */
  readonly from: Place;
  /** Where it stands once the batch is committed. */
  readonly to: Place;
  /** Of the types that the consumer handles. */
  readonly events: readonly RecordedEvent[];
  readonly parkedStreams: ReadonlySet<string>;
  /** Park the only event without handling it: it has ended the process before. */
  readonly poison?: { readonly kills: number };
  /** The same statements come again and again with few rows each: the server keeps them. */
  readonly fewRows?: boolean;
  /** First statement of the transaction, such as a `SET LOCAL`. */
  readonly prelude?: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Of the program, as dead letters keep it. */
  readonly version?: string | undefined;
}

/** How the events of a transaction are handled; answers with what was parked. */
type Handling = (tx: PoolClient, events: readonly RecordedEvent[]) => Promise<Parked[]>;

/**
 * Handles a batch in one transaction with the move of the position. When it fails on data, a second transaction finds
 * the poisonous events, parks their streams and lets the rest through. Rejects when it fails on the database (nothing
 * is changed, or the answer to the commit was lost: read the position again) and with OwnershipLostError.
 */
export async function commitBatch(work: BatchWork): Promise<Committed> {
  const { poison } = work;
  if (poison !== undefined) {
    return await commitOnce(work, (tx, events) => parkUntouched(work, tx, events, poison.kills));
  }
  try {
    return await commitOnce(work, async (tx, events) => {
      if (events.length > 0) await applyReadable(tx, work.consumer, work.epoch, events);
      return [];
    });
  } catch (error) {
    if (failsOnDatabase(error) || error instanceof OwnershipLostError || error instanceof ParkingChangedError) {
      throw error;
    }
    work.log.warn({ consumer: work.consumer.name, cause: messageOf(error) }, "batch failed on data: looking for it");
    return await commitOnce(work, (tx, events) => handleWithIsolation(work, tx, events));
  }
}

async function commitOnce(work: BatchWork, handling: Handling): Promise<Committed> {
  const { consumer } = work;
  const prefix = consumer.failpointPrefix ?? "project";
  const open = work.events.filter((event) => !work.parkedStreams.has(event.stream));
  const closed = work.events.filter((event) => work.parkedStreams.has(event.stream));
  const prepared = (connection: PoolClient) => (work.fewRows ? preparing(connection) : connection);
  const handled = async (connection: PoolClient): Promise<Committed> => {
    const tx = prepared(connection);
    if (work.prelude !== undefined) await tx.query(work.prelude);
    await holdBack(tx, consumer.name, closed);
    const parked = await handling(tx, open);
    if (!work.held()) throw new OwnershipLostError(`${consumer.name}: the lease ran out before the commit`);
    if (parked.length > 0) failpoint("park.before-commit");
    failpoint(`${prefix}.before-commit`);
    return { position: work.to, handled: open.length - parked.length, parked };
  };
  const committed = await inTransaction(work.pool, handled, {
    // So the row is locked for a moment only, and an owner that was stopped meanwhile fails here.
    last: (tx) => movePosition(prepared(tx), { name: consumer.name, epoch: work.epoch, from: work.from, to: work.to }),
  });
  if (committed.parked.length > 0) failpoint("park.after-commit");
  failpoint(`${prefix}.after-commit`);
  return committed;
}

async function handleWithIsolation(
  work: BatchWork,
  tx: PoolClient,
  events: readonly RecordedEvent[],
): Promise<Parked[]> {
  const { consumer, epoch } = work;
  const parked: Parked[] = [];
  const steps: IsolationSteps = {
    attempt: (part) => applyInSavepoint(tx, consumer, epoch, part),
    poison: async (event, error) => {
      const one = { consumer: consumer.name, event, error: errorName(error), message: messageOf(error), attempts: 1 };
      if (await wasDiscarded(tx, consumer.name, event)) return "passed over";
      parked.push(await parkStream(work, tx, one, error));
    },
  };
  const { heldBack } = await isolate(events, steps, { failsAsAWhole: true });
  await holdBack(tx, consumer.name, heldBack);
  return parked;
}

async function parkUntouched(
  work: BatchWork,
  tx: PoolClient,
  events: readonly RecordedEvent[],
  kills: number,
): Promise<Parked[]> {
  const parked: Parked[] = [];
  for (const event of events) {
    if (await wasDiscarded(tx, work.consumer.name, event)) continue;
    const message = `the process ended ${kills} times while it handled this event`;
    const one = { consumer: work.consumer.name, event, error: "ProcessKilled", message, attempts: kills };
    parked.push(await parkStream(work, tx, one, undefined));
  }
  return parked;
}

async function parkStream(work: BatchWork, tx: PoolClient, parked: Parked, error: unknown): Promise<Parked> {
  const { consumer, log } = work;
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const poison = { failureType: "invalid_message", failureClass: "poison" } as const;
  const version = work.version ?? "";
  await deadLetterEvent(tx, { ...parked, ...poison, stack, version }, work.clock.now());
  const { stream, id, type, revision } = parked.event;
  const failed = await inSavepoint(tx, async () => consumer.parked?.(parked, tx));
  if (failed) {
    log.error({ consumer: consumer.name, stream, cause: messageOf(failed.error) }, "the parking could not be told");
  }
  log.error(
    { consumer: consumer.name, stream, eventId: id, type, revision: revision.toString(), cause: parked.message },
    "stream parked",
  );
  return parked;
}
