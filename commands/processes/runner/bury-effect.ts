import type { Pool } from "pg";
import { deadLetterEffect } from "../../../infra/dead-letters/record.ts";
import { failpoint } from "../../../infra/failpoints.ts";
import { inTransaction } from "../../../infra/postgres/pool.ts";
import { classify } from "../../gateways/failures/classify.ts";
import type { EffectRow, EffectsTable } from "./effects-table.ts";

interface Burial {
  readonly pool: Pool;
  readonly table: EffectsTable;
  readonly epoch: bigint;
  readonly consumer: string;
  readonly version: string;
}

/**
 * Makes a dead letter of an effect that failed for good; row and letter in one transaction. False when another process
 * owns the effect by now: then nothing was written.
 */
export async function buryEffect(burial: Burial, effect: EffectRow, error: unknown, now: number): Promise<boolean> {
  const { pool, table, epoch, consumer, version } = burial;
  const failure = classify(error);
  const { id, orderId, dueAt, lane, outside, early } = effect;
  const message = error instanceof Error ? error.message : String(error);
  const buried = await inTransaction(pool, async (tx) => {
    if (!(await table.dead(tx, epoch, effect, message.slice(0, 500)))) return false;
    await deadLetterEffect(tx, {
      consumer,
      orderId,
      effectId: id,
      payload: { id, orderId, dueAt, lane, outside, early },
      failureType: failure.failureType,
      // Trouble of ours is never buried.
      failureClass: failure.class === "ours" ? "poison" : failure.class,
      message,
      stack: error instanceof Error ? (error.stack ?? "") : "",
      error: error instanceof Error ? error.name : typeof error,
      attempts: effect.tries + 1,
      firstFailedAt: effect.firstFailedAt ?? now,
      now,
      version,
    });
    failpoint("park.before-commit");
    return true;
  });
  if (buried) failpoint("park.after-commit");
  return buried;
}
