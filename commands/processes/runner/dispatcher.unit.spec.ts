import type { Pool } from "pg";
import { expect, test } from "vitest";
import { orderStream } from "../../../domain/order/events.ts";
import { systemClock } from "../../../infra/clock.ts";
import type { EventStore, LiveFollower } from "../../../infra/event-store/port.ts";
import { createLog } from "../../../infra/log.ts";
import { chained } from "../../../test/fixtures/chained.ts";
import { happened } from "../../../test/fixtures/order-examples.ts";
import { orders } from "../../orders/order-aggregate.ts";
import { fromBirth, StreamMemory } from "../../writing/stream-memory.ts";
import { Dispatcher } from "./dispatcher.ts";
import type { EffectRow, EffectsTable } from "./effects-table.ts";
import type { ProcessManager } from "./process-manager.ts";

const ORDER = "0190b0f2-3a61-5c8e-9a53-0f6c2f3f7a01";
const effect: EffectRow = {
  orderId: ORDER,
  id: "thank/1",
  lane: undefined,
  outside: undefined,
  early: false,
  forward: false,
  dueAt: 0,
  tries: 0,
  firstFailedAt: undefined,
};

test("an effect that another process has written down for an event not heard here yet is carried out, not called done", async () => {
  const stored = chained(orderStream(ORDER), [
    happened.placed("bakery"),
    happened.reserved(),
    happened.processing(),
    happened.paid(),
  ]);
  let follower: LiveFollower | undefined;
  const live = { open: true, heardUpTo: Number.POSITIVE_INFINITY, follow: (given: LiveFollower) => (follower = given) };
  const store = {
    live,
    readStream: async (_stream, { from = 0n } = {}) => stored.filter(({ revision }) => revision >= from),
  } satisfies Pick<EventStore, "readStream" | "live">;
  const memory = new StreamMemory(store, [fromBirth(orders)]);
  for (const event of stored.slice(0, 3)) follower?.event(event);

  const carriedOut = Promise.withResolvers<string>();
  const manager: ProcessManager = {
    name: "notification",
    handles: () => true,
    owed: ({ payment }) => (payment.confirmed ? [{ id: effect.id, dueAt: 0 }] : []),
    perform: async ({ id }) => {
      carriedOut.resolve(`carried out: ${id}`);
      return undefined;
    },
  };
  const table = {
    done: async (_pool: unknown, _epoch: unknown, effects: readonly EffectRow[]) =>
      carriedOut.resolve(`done: ${effects.map(({ id }) => id).join()}`),
  } as unknown as EffectsTable; // nothing else is asked of it
  const dispatcher = new Dispatcher({
    manager,
    table,
    memory,
    pool: {} as Pool, // the table is all that would ask it
    clock: systemClock,
    log: createLog("test", "silent"),
    tenure: { epoch: 1n, held: () => true, lost: new AbortController().signal },
    scanMs: 60_000,
    retryDelaysMs: [],
    limits: { atOnce: 4, retriesPerSecond: 10 },
    isOpen: () => false,
    version: "0",
  });
  dispatcher.offer([effect]);
  expect(await carriedOut.promise).toBe("carried out: thank/1");
});
