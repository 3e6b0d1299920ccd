import type { Pool } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { createLog } from "../infra/log.ts";
import { migrate } from "../infra/postgres/migrations.ts";
import { createPool } from "../infra/postgres/pool.ts";
import { throwawayPostgres } from "../infra/postgres/testing.ts";
import type { Bus } from "./bus.ts";
import { realtimeMigration } from "./migration.ts";
import { testBus } from "./testing-bus.ts";
import { startGateway, type TestGateway } from "./testing-gateway.ts";
import { Peer } from "./testing-peer.ts";
import { THINGS_TABLE, thingSource } from "./testing-topics.ts";

/** What the tests of a file share. To be asked inside tests only. */
export interface GatewaysOverThings {
  pool(): Pool;
  /** A new one for each test. */
  bus(): Bus;
  /** Starts a gateway that ends with its test. */
  gateway(options?: Partial<Parameters<typeof startGateway>[1]>): Promise<TestGateway>;
  /** Opens a socket that is cut with its test. */
  open(...given: ConstructorParameters<typeof Peer>): Peer;
}

/** Gateways of one spec file, over one database with the table of things. */
export function gatewaysOverThings(): GatewaysOverThings {
  const log = createLog("test", "silent");
  let database: Awaited<ReturnType<typeof throwawayPostgres>>;
  let pool: Pool;
  let bus: Bus;
  const gateways: TestGateway[] = [];
  const peers: Peer[] = [];

  beforeAll(async () => {
    database = await throwawayPostgres();
    await migrate(database.url, [realtimeMigration]);
    pool = createPool(database.url, { applicationName: "test" });
    await pool.query(THINGS_TABLE);
  });
  afterAll(async () => {
    await pool.end();
    await database.stop();
  });
  beforeEach(async () => {
    bus = await testBus();
  });
  afterEach(async () => {
    Peer.cutAll(peers);
    for (const { app } of gateways.splice(0)) await app.close();
    await bus.close();
  });

  return {
    pool: () => pool,
    bus: () => bus,
    async gateway(options = {}) {
      const one = await startGateway(log, { bus, sources: [thingSource(pool)], ...options });
      gateways.push(one);
      return one;
    },
    open(...given) {
      const one = new Peer(...given);
      peers.push(one);
      return one;
    },
  };
}
