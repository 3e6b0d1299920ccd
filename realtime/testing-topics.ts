import type { Pool } from "pg";
import type { Principal } from "../infra/auth/principal.ts";
import { inTransaction } from "../infra/postgres/pool.ts";
import { outboxWriter } from "./outbox.ts";
import type { TopicMessage } from "./protocol.ts";
import type { TopicSource } from "./topic-source.ts";

/** A small read model with topics `thing.<name>`, for tests. */
export const THINGS_TABLE = `
  CREATE SCHEMA things;
  CREATE TABLE things.thing (name text PRIMARY KEY, version bigint NOT NULL, epoch text NOT NULL, data jsonb NOT NULL)`;

/** Changes a thing and puts the message into the outbox, as a projection does; `lost` leaves the message out. */
export async function change(
  pool: Pool,
  name: string,
  data: unknown,
  { lost = false, epoch = "things:1" }: { readonly lost?: boolean; readonly epoch?: string } = {},
): Promise<TopicMessage> {
  return await inTransaction(pool, async (tx) => {
    const { rows } = await tx.query<{ version: string; epoch: string }>(
      "SELECT version, epoch FROM things.thing WHERE name = $1 FOR UPDATE",
      [name],
    );
    const before = rows[0];
    const version = String(Number(before?.version ?? 0) + 7);
    await tx.query(
      `INSERT INTO things.thing VALUES ($1, $2, $3, $4)
       ON CONFLICT (name) DO UPDATE SET version = excluded.version, epoch = excluded.epoch, data = excluded.data`,
      [name, version, epoch, JSON.stringify(data)],
    );
    const message: TopicMessage = {
      topic: `thing.${name}`,
      epoch,
      version,
      prev: before?.version ?? null,
      at: "2026-11-21T09:00:00.000Z",
      data,
    };
    if (!lost) await outboxWriter(tx).publish([message]);
    return message;
  });
}

/** The source of these topics. Guests may not see things whose name begins with `secret`. */
export function thingSource(pool: Pool): TopicSource {
  const nameOf = (topic: string) => topic.slice("thing.".length);
  return {
    prefix: "thing.",
    authorize: async (principal, topic) => principal.role !== "guest" || !nameOf(topic).startsWith("secret"),
    async snapshot(topic) {
      const { rows } = await pool.query("SELECT epoch, version, data FROM things.thing WHERE name = $1", [
        nameOf(topic),
      ]);
      return rows[0];
    },
    async heads(topics) {
      const { rows } = await pool.query("SELECT name, epoch, version FROM things.thing WHERE name = ANY($1)", [
        topics.map(nameOf),
      ]);
      return new Map(rows.map(({ name, epoch, version }) => [`thing.${name}`, { epoch, version }]));
    },
  };
}

export const guest: Principal = { role: "guest", id: "g-1", sites: [] };
export const support: Principal = { role: "support", id: "s-1", sites: [] };
