import Fastify, { type FastifyInstance } from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import type { Subkeys } from "../domain/chain/sealing.ts";
import { deliveryPins } from "../domain/order/delivery-pin.ts";
import { AuthError } from "../infra/auth/errors.ts";
import { installAuth } from "../infra/auth/fastify-auth.ts";
import type { Principal, Role } from "../infra/auth/principal.ts";
import type { Clock } from "../infra/clock.ts";
import type { Consumer, RunningConsumer } from "../infra/consumers/consumer.ts";
import { type Feed, startFeed } from "../infra/consumers/feed.ts";
import { startConsumer } from "../infra/consumers/run-consumer.ts";
import type { Engines } from "../infra/consumers/testing/engines.ts";
import { answerProblems } from "../infra/http/problems.ts";
import { createLog } from "../infra/log.ts";
import { blindWords } from "../projections/customers/search/blind-words.ts";
import { CustomerFinder } from "../projections/customers/search/find.ts";
import { ensureProjection, liveSchemas } from "../projections/runner/generations.ts";
import type { Projection } from "../projections/runner/projection.ts";
import { projectionConsumer } from "../projections/runner/projection-consumer.ts";
import { nobodysPosition } from "./courier-way/courier-positions.ts";
import { ToldAhead } from "./orders/told-ahead.ts";
import { ReadPositions } from "./positions.ts";
import { readRoutes } from "./read-routes.ts";
import type { ReadServices } from "./services.ts";

export const log = createLog("test", "silent");

/** Stands for the installation's fingerprint key. */
export const SEARCH_KEY = new Uint8Array(32).fill(7);

/** A token that the test API takes at its word. */
export const tokenFor = (role: Role, id: string, sites: readonly string[] = []): string =>
  Buffer.from(JSON.stringify({ role, id, sites } satisfies Principal)).toString("base64url");

/** Services over these engines with the keys that are given. */
export function servicesOver(
  { pool, store }: Pick<Engines, "pool" | "store">,
  clock: Clock,
  keys: ReadonlyMap<string, Subkeys>,
): ReadServices {
  const schemas = liveSchemas(pool);
  return {
    pool,
    store,
    schemas,
    clock,
    log,
    positions: new ReadPositions({ pool, store, schemas, clock }),
    told: new ToldAhead(),
    keys: { many: async (ids) => new Map([...ids].flatMap((id) => [...keys].filter(([known]) => known === id))) },
    access: { record: async () => {}, recordCustomers: async () => {} },
    finder: new CustomerFinder(pool, blindWords(SEARCH_KEY)),
    replay: { projections: [], kinds: [] },
    couriers: nobodysPosition,
    pinOf: deliveryPins(SEARCH_KEY),
  };
}

/** The read API as a server has it, with tokens of `tokenFor`; `before` adds what has to see the routes. */
export function apiOver(
  services: ReadServices,
  before: (root: FastifyInstance) => Promise<void> = async () => {},
): FastifyInstance {
  const app = Fastify();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  answerProblems(app);
  const verify = async (token: string): Promise<Principal> => {
    if (!token.startsWith("ey")) throw new AuthError("token_invalid", "not a token");
    return JSON.parse(Buffer.from(token, "base64url").toString("utf8")) as Principal; // made by tokenFor
  };
  installAuth(app, { verifier: { verify } });
  app.register(async (root) => {
    await before(root);
    await root.register(async (scope) => readRoutes(scope, services));
  });
  return app;
}

/** Projections that run until they are stopped. */
export class Projecting {
  readonly #engines: Engines;
  readonly #feed: Feed;
  readonly #clock: Clock;
  readonly #running = new Map<string, { stop: AbortController; run: RunningConsumer }>();

  constructor(engines: Engines, clock: Clock) {
    this.#engines = engines;
    this.#clock = clock;
    this.#feed = startFeed({ store: engines.store, log });
  }

  /** Starts a projection's live generation; answers with the generation's schema. */
  async start(projection: Projection): Promise<string> {
    const { pool } = this.#engines;
    const generation = await ensureProjection(pool, projection, this.#clock);
    const stop = new AbortController();
    const consumer: Consumer = projectionConsumer({ projection, generation });
    const run = startConsumer({
      consumer,
      pool,
      feed: this.#feed,
      leaseMs: 5_000,
      instance: "test",
      log,
      clock: this.#clock,
      signal: stop.signal,
    });
    this.#running.set(projection.name, { stop, run });
    return generation.schema;
  }

  async stop(name: string): Promise<void> {
    const one = this.#running.get(name);
    this.#running.delete(name);
    one?.stop.abort();
    await one?.run.done;
  }

  async close(): Promise<void> {
    for (const name of [...this.#running.keys()]) await this.stop(name);
    await this.#feed.close();
  }
}
