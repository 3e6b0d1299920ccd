import type { TopicMessage } from "./protocol.ts";

/** Carries topic messages from the relay to every gateway. A hint: what it loses is repaired from Postgres. */
export interface Bus {
  /** Resolves when the messages have left this process for good; rejects when that is not certain. */
  publish(messages: readonly TopicMessage[]): Promise<void>;
  /** Calls the handler for every message, in order per topic. Returns how to stop it. */
  subscribe(handler: (message: TopicMessage) => void): () => void;
  /** Whether a broker is connected; left out where there is none. */
  state?(): "connected" | "away";
  close(): Promise<void>;
}

/** The bus of a process that is relay and gateway at once. */
export function inProcessBus(): Bus {
  const handlers = new Set<(message: TopicMessage) => void>();
  return {
    async publish(messages) {
      for (const message of messages) for (const handler of handlers) handler(message);
    },
    subscribe(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    async close() {
      handlers.clear();
    },
  };
}
