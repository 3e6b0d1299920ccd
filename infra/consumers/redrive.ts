import type { Pool, PoolClient } from "pg";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import type { Clock } from "../clock.ts";
import {
  type Errand,
  type ErrandResult,
  endItem,
  errandsOf,
  failedAgain,
  type LetterRow,
  lockLetter,
  noteTry,
  resolveLetter,
} from "../dead-letters/errands.ts";
import { errorName, storableFailure } from "../dead-letters/failure.ts";
import { deadLetterEvent } from "../dead-letters/record.ts";
import { failpoint } from "../failpoints.ts";
import type { Log } from "../log.ts";
import { inTransaction } from "../postgres/pool.ts";
import type { Consumer, Parked } from "./consumer.ts";
import { KILLS_OF_POISON } from "./crash-guard.ts";
import { failsOnDatabase } from "./failures.ts";
import { movePosition, OwnershipLostError } from "./fence.ts";
import { forgetHeldBack, heldBackAfter, keptEvent } from "./held-back.ts";
import { isolate } from "./isolation.ts";
import type { Place } from "./position.ts";
import { applyInSavepoint, inSavepoint } from "./savepoint.ts";
import { messageOf } from "./waiting.ts";

/** The owner of a consumer, as it stands between two batches. */
export interface OwnerAtRest {
  readonly pool: Pool;
  readonly consumer: Consumer;
  readonly epoch: bigint;
  held(): boolean;
  /** Where the stored position stands. */
  readonly place: Place;
  readonly clock: Clock;
  readonly log: Log;
  readonly version?: string | undefined;
}

/** What redriving has changed. */
export interface Redriven {
  /** Streams that are handled again. */
  readonly opened: readonly string[];
  readonly handled: number;
  readonly parked: readonly Parked[];
  /** Errands that were seen to. */
  readonly errands: number;
}

/** Events of a stream that are handled in one go; all of them in one transaction. */
const PAGE = 500;

/** What a single errand came to, for the owner's memory. */
interface Seen {
  readonly result: ErrandResult;
  readonly opened?: string;
  readonly handled: number;
  readonly parked: readonly Parked[];
}

/** Undoes a transaction that was only a look. */
class OnlyALook extends Error {
  readonly seen: Seen;
  constructor(seen: Seen) {
    super("only a look");
    this.seen = seen;
  }
}

/**
 * Sees to the letters of this consumer that somebody has let go: each in one transaction, under the owner's epoch and at
 * its position, so that nobody else can do the same. Events are handled by the consumer's own handler with everything
 * that was held back behind them, in order. Rejects when the database fails and with OwnershipLostError.
 */
export async function redriveReleased(owner: OwnerAtRest): Promise<Redriven> {
  const errands = await errandsOf(owner.pool, owner.consumer.name);
  const opened: string[] = [];
  const parked: Parked[] = [];
  let handled = 0;
  for (const errand of errands) {
    const seen = await see(owner, errand);
    if (seen === undefined || errand.action === "preview") continue;
    if (seen.opened !== undefined) opened.push(seen.opened);
    parked.push(...seen.parked);
    handled += seen.handled;
    tell(owner, seen);
  }
  return { opened, handled, parked, errands: errands.length };
}

async function see(owner: OwnerAtRest, errand: Errand): Promise<Seen | undefined> {
  const { pool, consumer, log } = owner;
  if (errand.kills >= KILLS_OF_POISON) {
    const failure = { error: "ProcessKilled", message: `the process ended ${errand.kills} times in the middle of it` };
    await endItem(pool, errand, "failed", { outcome: "fails", failure });
    return undefined;
  }
  await noteTry(pool, errand);
  try {
    const seen = await inTransaction(pool, (tx) => seeWithin(owner, errand, tx));
    failpoint(`${consumer.failpointPrefix ?? "project"}.after-commit`);
    return seen;
  } catch (error) {
    if (error instanceof OnlyALook) {
      consumer.undone?.();
      await endItem(pool, errand, "done", error.seen.result);
      return error.seen;
    }
    if (failsOnDatabase(error) || error instanceof OwnershipLostError) throw error;
    // Nothing was changed. Whatever is wrong with this letter must not keep the consumer from its work.
    log.error({ consumer: consumer.name, letter: errand.letterId, err: error }, "a dead letter could not be seen to");
    consumer.undone?.();
    const { error: name, message } = storableFailure(poisonOf(error));
    const failure = { error: name, message };
    await endItem(pool, errand, "failed", { outcome: "fails", failure });
    return undefined;
  }
}

async function seeWithin(owner: OwnerAtRest, errand: Errand, tx: PoolClient): Promise<Seen | undefined> {
  const { consumer, epoch, place } = owner;
  const letter = await lockLetter(tx, errand.letterId);
  if (letter === undefined) {
    await endItem(tx, errand, "gone", undefined);
    return undefined;
  }
  const seen =
    letter.kind === "event"
      ? await seeToEvent(owner, errand, letter, tx)
      : await seeToEffect(owner, errand, letter, tx);
  if (errand.action === "preview") throw new OnlyALook({ ...seen, result: await withRows(tx, seen.result) });
  const ended = await endItem(tx, errand, seen.result.outcome === "fails" ? "failed" : "done", seen.result);
  if (!ended) throw new Error("the job was ended meanwhile");
  // Last, as in a batch: an owner that was stopped meanwhile fails here.
  await movePosition(tx, { name: consumer.name, epoch, from: place, to: place });
  if (!owner.held()) throw new OwnershipLostError(`${consumer.name}: the lease ran out before the commit`);
  failpoint(`${consumer.failpointPrefix ?? "project"}.before-commit`);
  return seen;
}

async function seeToEvent(owner: OwnerAtRest, errand: Errand, letter: LetterRow, tx: PoolClient): Promise<Seen> {
  const { consumer, epoch, clock } = owner;
  const event = keptEvent(letter);
  if (errand.action !== "discard" && consumer.handles(event.type)) {
    const failed = await applyInSavepoint(tx, consumer, epoch, [event]);
    if (failed) return await failedOnceMore(owner, errand, tx, failed.error);
  }
  const state = errand.action === "discard" ? "discarded" : "redriven";
  await resolveLetter(tx, errand, state, clock.now());
  const { followed, parked } = await handleHeldBack(owner, event, tx);
  const [next] = parked;
  return {
    result: {
      outcome: state,
      followed,
      ...(next && {
        parkedNext: { eventId: next.event.id, type: next.event.type, error: next.error, message: next.message },
      }),
    },
    ...(next ? {} : { opened: letter.stream }),
    handled: followed + 1,
    parked,
  };
}

async function failedOnceMore(owner: OwnerAtRest, errand: Errand, tx: PoolClient, thrown: unknown): Promise<Seen> {
  const failure = storableFailure(poisonOf(thrown));
  await failedAgain(tx, errand.letterId, failure, owner.version ?? "", owner.clock.now());
  const { error, message } = failure;
  return { result: { outcome: "fails", failure: { error, message } }, handled: 0, parked: [] };
}

/** Handles what was held back behind an event, in order, up to the next one that cannot be handled. */
async function handleHeldBack(
  owner: OwnerAtRest,
  first: RecordedEvent,
  tx: PoolClient,
): Promise<{ followed: number; parked: Parked[] }> {
  const { consumer, epoch, clock } = owner;
  const parked: Parked[] = [];
  let after = first.revision;
  let followed = 0;
  for (;;) {
    const page = await heldBackAfter(tx, consumer.name, first.stream, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) break;
    const { heldBack } = await isolate(
      page.filter(({ type }) => consumer.handles(type)),
      {
        attempt: (part) => applyInSavepoint(tx, consumer, epoch, part),
        poison: async (event, thrown) => {
          const failure = poisonOf(thrown);
          const { error, message } = failure;
          const one = { consumer: consumer.name, event, error, message, attempts: 1 };
          await deadLetterEvent(tx, { ...one, ...failure, version: owner.version ?? "" }, clock.now());
          await inSavepoint(tx, async () => consumer.parked?.(one, tx));
          parked.push(one);
        },
      },
    );
    const [next] = parked;
    followed += page.length - heldBack.length - parked.length;
    await forgetHeldBack(tx, consumer.name, first.stream, next?.event.revision ?? last.revision);
    if (next !== undefined) break;
    after = last.revision;
  }
  return { followed, parked };
}

async function seeToEffect(owner: OwnerAtRest, errand: Errand, letter: LetterRow, tx: PoolClient): Promise<Seen> {
  const { consumer, clock } = owner;
  if (consumer.effects === undefined || letter.effect_id === null || letter.order_id === null) {
    throw new Error(`${consumer.name} has no effects`);
  }
  const effect = { orderId: letter.order_id, effectId: letter.effect_id };
  const asks = await consumer.effects.preview(effect);
  const still = asks === undefined ? {} : { asks };
  if (asks !== undefined && errand.action !== "discard") {
    await resolveLetter(tx, errand, "redriven", clock.now());
    await consumer.effects.redrive(effect, tx);
    return { result: { outcome: "redriven", ...still }, handled: 1, parked: [] };
  }
  await resolveLetter(tx, errand, "discarded", clock.now(), errand.action === "discard" ? undefined : "no-longer-owed");
  await consumer.effects.discard(effect, tx);
  const outcome = errand.action === "discard" ? "discarded" : "not_owed";
  return { result: { outcome, ...still }, handled: 1, parked: [] };
}

/** Rows that the transaction has touched so far, by table, the quarantine's own left out. */
async function withRows(tx: PoolClient, result: ErrandResult): Promise<ErrandResult> {
  if (result.outcome === "fails") return result;
  const { rows } = await tx.query<{ name: string; touched: number }>(
    `SELECT schemaname || '.' || relname AS name, (n_tup_ins + n_tup_upd + n_tup_del)::int AS touched
     FROM pg_stat_xact_user_tables WHERE schemaname <> 'runner' AND n_tup_ins + n_tup_upd + n_tup_del > 0
     ORDER BY schemaname, relname`,
  );
  return { ...result, rows: Object.fromEntries(rows.map(({ name, touched }) => [name, touched])) };
}

const poisonOf = (thrown: unknown) => ({
  failureType: "invalid_message" as const,
  failureClass: "poison" as const,
  error: errorName(thrown),
  message: messageOf(thrown),
  stack: thrown instanceof Error ? (thrown.stack ?? "") : "",
});

function tell({ consumer, place, log }: OwnerAtRest, { handled, parked }: Seen): void {
  if (handled === 0) return;
  try {
    consumer.afterCommit?.({ position: place, handled, parked });
  } catch (error) {
    log.error({ consumer: consumer.name, cause: messageOf(error) }, "hint not given");
  }
}
