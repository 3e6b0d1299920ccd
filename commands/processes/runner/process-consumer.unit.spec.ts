import type { Pool, PoolClient } from "pg";
import { expect, test } from "vitest";
import { genesisHash } from "../../../domain/chain/chain.ts";
import type { Metadata, RecordedEvent } from "../../../domain/chain/envelope.ts";
import { sealPersonal } from "../../../domain/chain/personal.ts";
import { type OrderEvent, orderStream } from "../../../domain/order/events.ts";
import type { Order } from "../../../domain/order/state.ts";
import { systemClock } from "../../../infra/clock.ts";
import type { EventStore } from "../../../infra/event-store/port.ts";
import { createLog } from "../../../infra/log.ts";
import { happened } from "../../../test/fixtures/order-examples.ts";
import { buildEvents, type Decided } from "../../writing/build-events.ts";
import { StreamMemory } from "../../writing/stream-memory.ts";
import { processConsumer } from "./process-consumer.ts";
import type { ProcessManager } from "./process-manager.ts";

const STREAM = orderStream("0190b0f2-3a61-5c8e-9a53-0f6c2f3f7a01");
const SEALED = { kid: "k", alg: "A256GCM", iv: "", ct: "" } as const;
const ORIGIN = { service: { role: "test", version: "0", instance: "test" }, region: "test" };

/** The events as a stream holds them, chained. */
function chained(events: readonly OrderEvent[]): RecordedEvent[] {
  const entries = events.map((event, index) => ({
    decided: { ...event, data: sealPersonal(event.data, () => SEALED) } as Decided,
    index: 0,
    envelope: {
      cmd: `step/${index}`,
      fp: "f",
      at: "2026-11-21T10:00:00.000Z",
      actor: { type: "system", id: "test" } as const,
      correlationId: "c",
      causationId: "c",
    },
  }));
  const head = { revision: -1n, hash: genesisHash(STREAM) };
  return buildEvents(STREAM, head, entries, ORIGIN).events.map(({ id, type, data, metadata }, i) => ({
    stream: STREAM,
    revision: BigInt(i),
    id,
    type,
    data,
    metadata: metadata as Metadata,
    position: { commit: BigInt(i), prepare: BigInt(i) },
  }));
}

test("a batch from which events are left out that the process does not handle is followed without harm", async () => {
  const events = [happened.placed("bakery"), happened.reserved(), happened.processing(), happened.paid()];
  const stored = chained(events);
  const store = { readStream: async () => stored } as unknown as EventStore; // nothing else is asked of it
  const asked: Order[] = [];
  const manager: ProcessManager = {
    name: "stock",
    handles: (type) => type !== "payment.processing",
    owed: (order) => {
      asked.push(order);
      return [];
    },
    perform: async () => undefined,
  };
  const consumer = processConsumer({
    manager,
    memory: new StreamMemory(store),
    pool: {} as Pool, // only the transaction is used
    clock: systemClock,
    log: createLog("test", "silent"),
    scanMs: 1,
    sweepMs: 1,
    retryDelaysMs: [],
  });
  const tx = { query: async () => ({ rows: [] }) } as unknown as PoolClient;

  await consumer.apply(
    stored.filter(({ type }) => manager.handles(type)),
    tx,
    { epoch: 1n },
  );

  expect(asked.map(({ payment }) => payment.confirmed)).toEqual([true]);
});
