import { randomUUID } from "node:crypto";
import type { RecordedEvent } from "../../../domain/chain/envelope.ts";
import type { StorableEvent } from "../../event-store/port.ts";

/** An event to be stored; the runner asks nothing of its envelope. */
export const storable = (type: string, data: unknown, at = "2026-11-21T09:00:00.000Z"): StorableEvent => ({
  id: randomUUID(),
  type,
  data,
  metadata: { v: 1, at },
});

/** An event as the store would give it back, for logic that needs no store. */
export const recorded = (commit: number, stream = "order-a", type = "test.happened", data: unknown = {}) =>
  ({
    stream,
    revision: 0n,
    id: randomUUID(),
    type,
    data,
    metadata: { v: 1, at: "2026-11-21T09:00:00.000Z" },
    position: { commit: BigInt(commit), prepare: BigInt(commit) },
  }) as unknown as RecordedEvent; // metadata is not complete: nothing here looks at the rest
