import type { Pool } from "pg";
import type { z } from "zod";
import { type Clock, toInstant } from "../../infra/clock.ts";
import { countLetters } from "../../infra/dead-letters/letters.ts";
import type { EventStore } from "../../infra/event-store/port.ts";
import type { Api } from "../../infra/http/api.ts";
import { problem } from "../../infra/http/problem-schema.ts";
import type { LiveSchemas } from "../../projections/runner/generations.ts";
import { stuckOrders } from "../radar/stuck-orders.ts";
import { type BrokerState, databaseHealth, diskHealth, eventStoreHealth } from "./engines.ts";
import { flowOf } from "./flow.ts";
import { type CountOutbox, StatusLooker } from "./followers/look.ts";
import { part } from "./parts.ts";
import { operations } from "./schemas.ts";

/** What the answer of the route holds. */
type Answer = z.output<typeof operations>;
type DataOf<P> = P extends { readonly data: infer T } ? T : never;
export type MoneySeen = DataOf<Answer["money"]>;

export interface OperationsServices {
  readonly pool: Pool;
  readonly store: EventStore;
  readonly schemas: LiveSchemas;
  /** Business time. */
  readonly clock: Clock;
  /** What was compared with the outside, by whoever keeps the reports. */
  readonly money: () => Promise<MoneySeen>;
  readonly outbox: CountOutbox;
  readonly broker: () => BrokerState;
  readonly redrivePerSecond: number;
  /** Where the engines of this machine keep their files. */
  readonly folder: string;
}

const MOST_STUCK = 50;
/** Enough to tell that a consumer is late; how late an emergency is, `ordertrail status` counts. */
const BUDGET = { first: 12_000, later: 6_000, logMs: 1_500 };
/** A looker that nobody has asked for longer begins anew: reading on from where it was could take long. */
const FORGOTTEN_MS = 60_000;

/** All that somebody on call wants to know, on one page. What cannot be asked says so, and keeps nothing else away. */
export function operationsRoutes(api: Api, services: OperationsServices): void {
  const { pool, store, schemas, clock } = services;
  const followers = lookingOn(() => new StatusLooker(pool, store, services.outbox, BUDGET));
  const parts = {
    money: part(services.money),
    flow: part(() => flowOf(pool, schemas, clock.now())),
    stuck: part(async () => {
      const { orders, ...others } = await stuckOrders({ pool, schemas }, clock.now(), MOST_STUCK);
      return { ...others, orders: [...orders] };
    }),
    followers: part(async () => await followers()),
    letters: part(async () => {
      const counts = await countLetters(pool, { state: "parked" });
      return { counts, total: counts.reduce((sum, { letters }) => sum + letters, 0) };
    }),
    eventStore: part(() => eventStoreHealth(store)),
    database: part(() => databaseHealth(pool)),
    broker: part(async () => ({ state: services.broker() })),
    disk: part(() => diskHealth(services.folder)),
  };

  api.get(
    "/api/operations",
    {
      config: { action: "ops.read" },
      schema: {
        tags: ["operations"],
        summary: "Whether money is safe and orders move, what is stuck, late, down or set aside",
        description:
          "Each part says when it was asked, at most two seconds ago, or why it could not be: with the database away, the others still answer.",
        response: { 200: operations, "4xx": problem, "5xx": problem },
      },
    },
    async (_request, reply) => {
      reply.header("cache-control", "no-store");
      const [money, flow, stuck, seen, letters, eventStore, database, broker, disk] = await Promise.all([
        parts.money(),
        parts.flow(),
        parts.stuck(),
        parts.followers(),
        parts.letters(),
        parts.eventStore(),
        parts.database(),
        parts.broker(),
        parts.disk(),
      ]);
      return {
        at: toInstant(clock.now()),
        money,
        flow,
        stuck,
        followers: seen,
        redrivePerSecond: services.redrivePerSecond,
        letters,
        eventStore,
        database,
        broker,
        disk,
      };
    },
  );
}

/** Looks with the same looker as long as somebody keeps asking: it knows rates from the second time on. */
function lookingOn(begin: () => StatusLooker): () => ReturnType<StatusLooker["look"]> {
  let looker = begin();
  let askedAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() - askedAt > FORGOTTEN_MS) looker = begin();
    askedAt = performance.now();
    return looker.look();
  };
}
