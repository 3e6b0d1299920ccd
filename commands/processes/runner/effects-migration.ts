import type { Migration } from "../../../infra/postgres/migrations.ts";

const FIRST_SCHEMAS = ["payment", "restaurant", "courier", "stock"] as const;
const LATER_SCHEMAS = ["fraud", "notification"] as const;

const tables = (schema: string): string => `
  CREATE SCHEMA IF NOT EXISTS ${schema};
  CREATE TABLE ${schema}.orders (
    order_id  uuid PRIMARY KEY,
    settled   boolean NOT NULL
  );
  CREATE INDEX orders_unsettled ON ${schema}.orders (order_id) WHERE NOT settled;
  CREATE TABLE ${schema}.effects (
    order_id    uuid NOT NULL,
    effect_id   text NOT NULL,
    lane        text,
    due_at      bigint NOT NULL,
    state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done')),
    tries       integer NOT NULL DEFAULT 0,
    last_error  text,
    PRIMARY KEY (order_id, effect_id)
  );
  CREATE INDEX effects_due ON ${schema}.effects (due_at) WHERE state = 'waiting';`;

/**
 * `outside_*`, `early`: what a circuit that closes looks for. `forward`: brought forward by it. `held`: its order is
 * stopped in this process. `dead`: it has a dead letter. `settled_at`: when an order was settled, business time;
 * `compacted`: the effects whose rows have been removed since, up to that time.
 */
const outside = (schema: string): string => `
  ALTER TABLE ${schema}.effects
    ADD outside_system   text,
    ADD outside_place    text,
    ADD early            boolean NOT NULL DEFAULT false,
    ADD forward          boolean NOT NULL DEFAULT false,
    ADD first_failed_at  bigint,
    DROP CONSTRAINT effects_state_check,
    ADD CONSTRAINT effects_state_check CHECK (state IN ('waiting', 'done', 'held', 'dead'));
  CREATE INDEX effects_early ON ${schema}.effects (outside_system, outside_place, due_at)
    WHERE state = 'waiting' AND early AND NOT forward;
  CREATE INDEX effects_stopped ON ${schema}.effects (order_id) WHERE state IN ('held', 'dead');
  ALTER TABLE ${schema}.orders
    ADD settled_at    bigint NOT NULL DEFAULT 0,
    ADD compacted_at  bigint NOT NULL DEFAULT -1,
    ADD compacted     text[] NOT NULL DEFAULT '{}';
  CREATE INDEX orders_settled ON ${schema}.orders (settled_at) WHERE settled AND compacted_at < settled_at;`;

/** The tables of the process managers, in a schema for each. */
export const EFFECTS_MIGRATIONS: readonly Migration[] = [
  {
    name: "2026-11-21-04-effects",
    async up(db) {
      for (const schema of FIRST_SCHEMAS) await db.raw(tables(schema));
    },
  },
  {
    name: "2026-11-21-08-effects-outside",
    async up(db) {
      for (const schema of LATER_SCHEMAS) await db.raw(tables(schema));
      for (const schema of [...FIRST_SCHEMAS, ...LATER_SCHEMAS]) await db.raw(outside(schema));
    },
  },
];
