import type { Pool } from "pg";
import { expect, test } from "vitest";
import { orderIdOf, orderStream } from "../../../domain/order/events.ts";
import { systemClock } from "../../../infra/clock.ts";
import type { Tenure } from "../../../infra/consumers/consumer.ts";
import { eventually } from "../../../infra/consumers/testing/engines.ts";
import { createLog } from "../../../infra/log.ts";
import { happened, orderOf } from "../../../test/fixtures/order-examples.ts";
import { BrokenChainError, type StreamMemory } from "../../writing/stream-memory.ts";
import type { EffectRow, EffectsTable } from "./effects-table.ts";
import type { OrdersTable } from "./orders-table.ts";
import type { ProcessManager } from "./process-manager.ts";
import { Sweep } from "./sweep.ts";

const [BROKEN, WHOLE] = ["00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"];

/** Sweeps over two open orders, the first of which cannot be read, and tells what was found to be owed. */
function sweepOver(more: Partial<ProcessManager>): readonly EffectRow[] {
  const offered: EffectRow[] = [];
  const table = {
    add: async (_pool: unknown, rows: readonly EffectRow[]) => rows,
  } as unknown as EffectsTable; // what a sweep asks of it
  const ordersTable = {
    unsettled: async () => [BROKEN, WHOLE],
    statesOf: async () => new Map(),
    settle: async () => {},
    compact: async () => 0,
  } as unknown as OrdersTable; // as above
  const memory = {
    remembered: () => undefined,
    refresh: async (stream: string) => {
      if (stream === orderStream(BROKEN)) throw new BrokenChainError(`${stream} is broken`);
      return { state: { ...orderOf([happened.placed("bakery")]), orderId: orderIdOf(stream) } };
    },
  } as unknown as StreamMemory; // as above
  const manager: ProcessManager = {
    name: "payment",
    handles: () => true,
    owed: () => [{ id: "payment.expire/1", dueAt: 1 }],
    perform: async () => undefined,
    ...more,
  };
  const tenure: Tenure = { epoch: 1n, held: () => true, lost: new AbortController().signal };
  const log = createLog("test", "silent");
  const offer = (effects: readonly EffectRow[]) => offered.push(...effects);
  new Sweep({
    manager,
    table,
    ordersTable,
    clock: systemClock,
    memory,
    pool: {} as Pool,
    log,
    tenure,
    sweepMs: 1,
    offer,
  }).start();
  return offered;
}

test("an order that cannot be read keeps no other order from being asked", async () => {
  const offered = sweepOver({});
  await eventually(() => expect(offered[0]).toMatchObject({ orderId: WHOLE, id: "payment.expire/1" }), 1_000);
});

test("what a process looks after beside its orders keeps no order from being asked when it fails", async () => {
  const offered = sweepOver({ sweep: () => Promise.reject(new Error("the couriers cannot be looked up")) });
  await eventually(() => expect(offered[0]).toMatchObject({ orderId: WHOLE }), 1_000);
});
