import { randomUUID } from "node:crypto";
import { buildEvents } from "../../../commands/writing/build-events.ts";
import { genesisHash } from "../../../domain/chain/chain.ts";
import { orderStream } from "../../../domain/order/events.ts";
import type { EventStore } from "../../../infra/event-store/port.ts";

/**
 * Appends an event that nobody can handle to a stream of its own: an order without fulfilments, from a faulty writer,
 * and one more event, which has to be held back behind it. It is chained as it should be, so that it is its meaning that is broken and not its proof.
 */
export async function appendPoison(store: EventStore): Promise<string> {
  const orderId = randomUUID();
  const stream = orderStream(orderId);
  const decided = [
    { type: "order.placed", data: { orderId, customerId: randomUUID(), placedBy: "system:drill" } },
    { type: "order.cancelled", data: { by: "drill" } },
  ];
  const entries = decided.map((event, index) => ({
    decided: event,
    index,
    envelope: {
      cmd: "drill.poison",
      fp: "0".repeat(32),
      at: new Date().toISOString(),
      actor: { type: "system", id: "drill" } as const,
      correlationId: orderId,
      causationId: "drill",
    },
  }));
  const origin = { service: { role: "drill", version: "0", instance: "drill" }, region: "local" };
  const { events } = buildEvents(stream, { revision: -1n, hash: genesisHash(stream) }, entries, origin);
  await store.append(stream, events, "no_stream");
  return stream;
}
