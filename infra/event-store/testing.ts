import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEventNode } from "../event-node/event-node.ts";
import { startEventStoreContainer, USES_CONTAINERS } from "../testing/containers.ts";
import { createEventStore } from "./client.ts";
import type { DatedEventStore } from "./port.ts";

export interface ThrowawayStore {
  readonly url: string;
  readonly store: DatedEventStore;
  stop(): Promise<void>;
}

/**
 * An event node with nothing in it in a temporary folder, for integration tests. `stop` removes the folder as well. In
 * a run on containers, an EventStoreDB in a container.
 */
export async function throwawayStore(): Promise<ThrowawayStore> {
  if (USES_CONTAINERS) return await storeInContainer();
  const dataDir = await mkdtemp(join(tmpdir(), "ordertrail-events-"));
  const node = await startEventNode({ dataDir, port: 0 });
  const store = createEventStore({ url: node.url, timeoutMs: 5_000 });
  return {
    url: node.url,
    store,
    stop: async () => {
      await store.close();
      await node.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function storeInContainer(): Promise<ThrowawayStore> {
  const container = await startEventStoreContainer();
  const store = createEventStore({ url: container.url, timeoutMs: 5_000 });
  return {
    url: container.url,
    store,
    stop: async () => {
      await store.close();
      await container.stop();
    },
  };
}
