import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Page } from "playwright-core";
import { pages } from "../../cli/roles/pages.ts";
import { declarePublic } from "../../infra/auth/fastify-auth.ts";
import { systemClock } from "../../infra/clock.ts";
import type { Consumer } from "../../infra/consumers/consumer.ts";
import { startFeed } from "../../infra/consumers/feed.ts";
import { startConsumer } from "../../infra/consumers/run-consumer.ts";
import { startEngines } from "../../infra/consumers/testing/engines.ts";
import { storable } from "../../infra/consumers/testing/events.ts";
import { WITNESS_TABLE, witness } from "../../infra/consumers/testing/witness.ts";
import { runDesk } from "../../infra/dead-letters/desk.ts";
import { reasonKeys } from "../../infra/dead-letters/reason.ts";
import { redriveRoutes } from "../../read-api/dead-letters/job-routes.ts";
import { letterRoutes } from "../../read-api/dead-letters/letter-routes.ts";
import { apiOver, log, servicesOver, tokenFor } from "../../read-api/testing-api.ts";
import { settle } from "./seats.ts";

/** The pages over real engines, with a consumer that cannot handle what it is told not to. */
export interface DeadLettersStand {
  readonly url: string;
  /** Orders that cannot be handled, each with an event behind. */
  park(orders: number): Promise<void>;
  /** From now on everything can be handled. */
  mend(): void;
  /** Somebody with this role sits down at the desk of a page. */
  sit(page: Page, role: "operator" | "support"): Promise<void>;
  stop(): Promise<void>;
}

export async function startStand(): Promise<DeadLettersStand> {
  const engines = await startEngines();
  const { pool, store } = engines;
  await pool.query(WITNESS_TABLE);
  const refused = new Set<string>();
  const inner = witness("orders_g1");
  const consumer: Consumer = {
    ...inner,
    async apply(batch, tx, context) {
      await inner.apply(batch, tx, context);
      const bad = batch.find(({ id }) => refused.has(id));
      if (bad) throw new TypeError(`Cannot read properties of undefined (reading 'fulfilments') of ${bad.stream}`);
    },
  };
  const stop = new AbortController();
  const feed = startFeed({ store, log });
  const options = { pool, feed, leaseMs: 20_000, instance: "stand", log, clock: systemClock, version: "0.1.0" };
  const running = startConsumer({ ...options, consumer, signal: stop.signal });
  const desk = runDesk({ pool, clock: systemClock, log, signal: stop.signal });
  const services = servicesOver(engines, systemClock, new Map());
  const own = { ...services, reasons: reasonKeys(new Uint8Array(32).fill(9)) };
  const api = apiOver(services, async (root) => {
    letterRoutes(root.withTypeProvider<ZodTypeProvider>(), own);
    redriveRoutes(root.withTypeProvider<ZodTypeProvider>(), own);
    await root.register(async (scope) => {
      declarePublic(scope);
      await pages(scope, { signIn: { development: true } });
    });
  });
  await api.listen({ host: "127.0.0.1", port: 0 });
  const { port } = api.server.address() as AddressInfo; // it listens on a port
  return {
    url: `http://127.0.0.1:${port}`,
    async park(orders) {
      for (let n = 0; n < orders; n++) {
        const events = [storable("test.happened", { n }), storable("test.happened", { n })];
        refused.add(events[0]?.id ?? "");
        await store.append(`order-${randomUUID()}`, events, "no_stream");
      }
    },
    mend: () => refused.clear(),
    sit: (page, role) => settle(page, { role, id: "olga", token: tokenFor(role, "olga") }),
    async stop() {
      stop.abort();
      await Promise.all([running.done, desk]);
      await feed.close();
      await api.close();
      await engines.stop();
    },
  };
}
