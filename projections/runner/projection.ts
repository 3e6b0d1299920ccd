import type { PoolClient } from "pg";
import type { RecordedEvent } from "../../domain/chain/envelope.ts";
import type { Outbox } from "./topic-message.ts";

/** What a projection's handler works with. */
export interface ProjectionContext {
  readonly tx: PoolClient;
  /** Schema of the generation that is written; qualify every table with it. */
  readonly schema: string;
  /** The topics' epoch: `<name>:<generation>`. */
  readonly epoch: string;
  /** Undefined during a rebuild, when nobody may be told anything. */
  readonly outbox: Outbox | undefined;
}

/**
 * A read model. Its handler is deterministic: rows depend on the events alone (no clock, no sequence, no random value)
 * and not on how the events were cut into batches, because a rebuilt generation has to equal the live one.
 */
export interface Projection {
  /** `[a-z][a-z0-9_]*`; the schemas are `<name>_g<generation>`. */
  readonly name: string;
  /** Version of the tables and the handler, from 1; a live generation of another version has to be rebuilt. */
  readonly version: number;
  /** Its tables, without schema. All of them are compared with a rebuild. */
  readonly tables: readonly string[];
  /**
   * Those of its tables whose rows are written once: never updated, never deleted. Whoever writes the projection needs
   * no right to do so.
   */
  readonly insertOnly?: readonly string[];
  /** DDL of all tables and indexes in a schema that exists. */
  create(schema: string): string;
  handles(type: string): boolean;
  /** See `Consumer.asItIs`. */
  readonly asItIs?: boolean;
  /** Set-based: a bounded number of statements for a batch of any size. */
  handle(batch: readonly RecordedEvent[], context: ProjectionContext): Promise<void>;
  /** At most this many events in one live transaction. Default 500. */
  readonly batchSize?: number;
  /** See `Consumer.gatherMs`: short where somebody watches the screen that it feeds. */
  readonly gatherMs?: number;
  /**
   * The streams whose events can have made a row: what "explain" replays. `key` holds the table's primary key by column,
   * as text. May look at other rows of the generation; names at most `limit` streams.
   */
  sources?(question: RowSources): Promise<readonly string[]>;
}

/** Asks which streams a row was made from. */
export interface RowSources {
  readonly tx: PoolClient;
  /** Schema of the generation that holds the row. */
  readonly schema: string;
  readonly table: string;
  readonly key: Readonly<Record<string, string>>;
  readonly limit: number;
}
