import type { Pool, PoolClient } from "pg";
import type { Outbox } from "../projections/runner/topic-message.ts";

const PUBLISH = `
  INSERT INTO realtime.outbox (topic, message)
  SELECT topic, message FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS given (topic, message, place)
  ORDER BY place`;

/** The outbox of a transaction: messages are published after its commit, or never. One statement for any number. */
export function outboxWriter(tx: PoolClient): Outbox {
  return {
    async publish(messages) {
      if (messages.length === 0) return;
      await tx.query(PUBLISH, [messages.map(({ topic }) => topic), messages.map((message) => JSON.stringify(message))]);
    },
  };
}

/** Messages that wait for the relay, counted up to `most`. */
export async function waitingMessages(db: Pool, most: number): Promise<number> {
  const { rows } = await db.query<{ waiting: number }>(
    "SELECT count(*)::int AS waiting FROM (SELECT 1 FROM realtime.outbox LIMIT $1) AS waiting",
    [most],
  );
  return rows[0]?.waiting ?? 0;
}
