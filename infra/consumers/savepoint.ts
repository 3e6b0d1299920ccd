import type { PoolClient } from "pg";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import { assertReadable } from "../../domain/chain/readable.ts";
import type { Consumer } from "./consumer.ts";
import { failsOnDatabase } from "./failures.ts";

/** Does something that may fail on data without harm to the transaction; rejects only when the database fails. */
export async function inSavepoint(
  tx: PoolClient,
  act: () => Promise<void>,
): Promise<{ readonly error: unknown } | undefined> {
  await tx.query("SAVEPOINT part");
  try {
    await act();
    await tx.query("RELEASE SAVEPOINT part");
    return undefined;
  } catch (error) {
    if (failsOnDatabase(error)) throw error;
    await tx.query("ROLLBACK TO SAVEPOINT part");
    await tx.query("RELEASE SAVEPOINT part");
    return { error };
  }
}

/** Has a consumer handle events, once it is seen that they can be read. */
export async function applyReadable(
  tx: PoolClient,
  consumer: Consumer,
  epoch: bigint,
  events: readonly RecordedEvent[],
): Promise<void> {
  assertAllReadable(consumer, events);
  await consumer.apply(events, tx, { epoch });
}

function assertAllReadable(consumer: Consumer, events: readonly RecordedEvent[]): void {
  if (!consumer.asItIs) for (const event of events) assertReadable(event);
}

/** Has a consumer handle a part of a batch; resolves with why it could not, and then nothing of the part is done. */
export async function applyInSavepoint(
  tx: PoolClient,
  consumer: Consumer,
  epoch: bigint,
  part: readonly RecordedEvent[],
): Promise<{ readonly error: unknown } | undefined> {
  // What cannot be read is found without the database: the search for it costs no round trips.
  try {
    assertAllReadable(consumer, part);
  } catch (error) {
    return { error };
  }
  return await inSavepoint(tx, async () => {
    await consumer.apply(part, tx, { epoch });
    // A deferred constraint would otherwise fail at the commit, where nobody can tell whose fault it is.
    await tx.query("SET CONSTRAINTS ALL IMMEDIATE");
  });
}
