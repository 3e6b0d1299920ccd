import { readFileSync } from "node:fs";
import type { Pool } from "pg";
import { couriers } from "../../commands/couriers/courier-aggregate.ts";
import { LedgerSequencer } from "../../commands/inventory/sequencer.ts";
import { orders } from "../../commands/orders/order-aggregate.ts";
import { Reservations } from "../../commands/orders/reservations.ts";
import type { Origin } from "../../commands/writing/build-events.ts";
import { fromBirth } from "../../commands/writing/stream-memory.ts";
import { StreamWriter } from "../../commands/writing/writer.ts";
import { type Clock, clockFor } from "../../infra/clock.ts";
import { type Config, ConfigError } from "../../infra/config.ts";
import { createEventStore } from "../../infra/event-store/client.ts";
import type { EventStore } from "../../infra/event-store/port.ts";
import type { HealthChecks } from "../../infra/health.ts";
import { CustomerKeys } from "../../infra/keys/customer-keys.ts";
import { fingerprintKey, masterKey } from "../../infra/keys/installation-keys.ts";
import type { Log } from "../../infra/log.ts";
import { createPool } from "../../infra/postgres/pool.ts";
import { currentChapter } from "../../projections/availability/current-chapter.ts";
import { PROJECTIONS } from "../../projections/read-models.ts";
import { type LiveSchemas, liveSchemas } from "../../projections/runner/generations.ts";

/** What every role of the business stands on: engines, keys, the write side. */
export interface Foundation {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly clock: Clock;
  readonly keys: CustomerKeys;
  readonly fingerprintKey: Uint8Array;
  /** Who writes, as every event says. */
  readonly origin: Origin;
  readonly writer: StreamWriter;
  readonly ledgers: LedgerSequencer;
  readonly reservations: Reservations;
  readonly schemas: LiveSchemas;
  /** Whether the engines answer. */
  readonly checks: HealthChecks;
  close(): Promise<void>;
}

/** The project's version, written into every event. */
export const VERSION: string = (
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }
).version;

/** Connects a role. Rejects with ConfigError where an engine's address is missing. */
export async function foundation(config: Config, role: string, log: Log): Promise<Foundation> {
  const { DATABASE_URL, EVENTSTORE_URL } = config;
  if (!DATABASE_URL || !EVENTSTORE_URL) {
    throw new ConfigError('DATABASE_URL and EVENTSTORE_URL must be set; "ordertrail up" brings both along');
  }
  const clock = clockFor(config);
  const part = role === "api" || role === "workers" ? role : undefined;
  const pool = createPool(config, { applicationName: `ordertrail ${role}`, log, ...(part && { part }) });
  const store = createEventStore({ url: EVENTSTORE_URL, timeoutMs: config.EVENTSTORE_TIMEOUT_MS });
  const keys = new CustomerKeys(pool, { master: await masterKey(config), clock });
  const fpKey = await fingerprintKey(config);
  const origin: Origin = { service: { role, version: VERSION, instance: config.INSTANCE }, region: config.REGION };
  // Whoever writes meets the orders and couriers that others begin.
  const writer = new StreamWriter(store, origin, [fromBirth(orders), fromBirth(couriers.aggregate)]);
  const schemas = liveSchemas(pool, PROJECTIONS);
  const ledgers = new LedgerSequencer({
    store,
    origin,
    chapterEvents: config.LEDGER_CHAPTER_EVENTS,
    hint: (siteId) => currentChapter(pool, schemas, siteId),
  });
  return {
    pool,
    store,
    clock,
    keys,
    fingerprintKey: fpKey,
    origin,
    writer,
    ledgers,
    reservations: new Reservations(writer, ledgers, clock, fpKey),
    schemas,
    checks: { database: () => pool.query("SELECT 1"), "event store": () => store.head() },
    async close() {
      await Promise.allSettled([store.close(), pool.end()]);
    },
  };
}
